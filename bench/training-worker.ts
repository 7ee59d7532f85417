/**
 * A contender of bench/training.ts that runs in Node.js, in a process of its own. Arguments: contender, folder, the
 * problem as JSON. Answers each line {"steps": n} on stdin with {"loss": mean over the steps, "cpuMs": of the process},
 * each run from the start. The contender "product" takes n for the size of a float32 product of n x n in ONNX Runtime.
 */
import { createInterface } from 'node:readline';
import { newGraph } from '../src/core/onnx.js';
import { seededRandom } from '../src/core/random.js';
import { openEpoch, startingStates } from '../src/training/autodiff/epoch.js';
import { constantRate } from '../src/training/autodiff/learning-rate.js';
import { compile } from '../src/training/native.js';
import { learningRate, type ProblemData, readProblem, type TrainingCase, trainingOf } from './training-problem.js';

/** Trains so many steps from the start; gives the mean loss. What it prepares before `run` is not timed. */
export type Contender = (
  problem: TrainingCase,
  data: ProblemData,
) => Promise<(steps: number) => Promise<() => Promise<number>>>;

const espalier: Contender = async (problem, { x, y, order, start }) => {
  const training = trainingOf(problem);
  const epoch = await openEpoch(training, 1);
  return async (steps) => {
    const states = startingStates(training, seededRandom(0), start);
    const data = { x, y, order: order.subarray(0, steps * problem.batch) };
    return async () =>
      (await epoch.run({ data, states, steps, stepsBefore: 0, learningRate: constantRate(learningRate) })).loss;
  };
};

const product: Contender = async () => async (size) => {
  const graph = newGraph('product');
  const [a, b] = [graph.input('a', 'float32', [size, size]), graph.input('b', 'float32', [size, size])];
  graph.output(graph.node('MatMul', [a, b]), 'c', 'float32', [size, size]);
  const native = await compile(graph, 1);
  const random = seededRandom(7);
  const data = Float32Array.from({ length: size * size }, () => random.normal());
  const [matrix, result] = [data, new Float32Array(size * size)].map((values) => ({
    data: values,
    dims: [size, size],
  }));
  const run = () => native.run({ a: matrix!, b: matrix! }, { c: result! });
  await run();
  return async () => (await run()).c![0]!;
};

const contenders: Record<string, () => Promise<Contender>> = {
  espalier: async () => espalier,
  product: async () => product,
  loops: async () => (await import('./training-loops.js')).loops,
  'tfjs-wasm': async () => (await import('./training-wasm.js')).tfjsWasm,
};

const [name, folder, shape] = process.argv.slice(2) as [string, string, string];
const problem = JSON.parse(shape) as TrainingCase;
const data = name === 'product' ? ({} as ProblemData) : await readProblem(folder, problem);
const contender = await contenders[name]!();
const prepare = await contender(problem, data);
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as { steps: number };
  const run = await prepare(request.steps);
  const before = process.cpuUsage();
  const loss = await run();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ loss, cpuMs: (user + system) / 1000 })}\n`);
}
