/** One measurement of bench/solve.ts, in a process of its own. Data are clusters around a centre for each class, 1,024 dimensions. */
import { join } from 'node:path';
import { writeFileAtomic } from '../src/core/files.js';
import { newGraph } from '../src/core/onnx.js';
import { seededRandom } from '../src/core/random.js';
import { encodeSafetensors, readSafetensors } from '../src/core/safetensors.js';
import { compile } from '../src/training/native.js';
import { factorise, solve } from '../src/training/ridge/cholesky.js';
import { openFactorProducts } from '../src/training/ridge/factor-products.js';
import { drawFeatures, type Features } from '../src/training/ridge/features.js';
import { fitRidge } from '../src/training/ridge/fit.js';
import { addToPanel, copyRows, emptyGram, panelsOf } from '../src/training/ridge/gram.js';
import { columnsOf } from '../src/training/ridge/leave-one-out.js';
import { type Examples, openSliceProducts } from '../src/training/ridge/slice-products.js';
import {
  addExamples,
  emptyStatistics,
  mapFeatures,
  packStatistics,
  type RidgeStatistics,
  unpackStatistics,
} from '../src/training/ridge/statistics.js';
import { fitStandardisation, standardise } from '../src/training/standardise.js';

export type SolveRequest =
  | { readonly part: 'product'; readonly size: number }
  | { readonly part: 'gram'; readonly width: number; readonly examples: number }
  | { readonly part: 'solve'; readonly width: number; readonly columns: number }
  /** Leaves a head's map and a state of so many examples in the folder; examples that are there already are added to. */
  | { readonly part: 'prepare'; readonly folder: string; readonly history: number }
  | { readonly part: 'update'; readonly folder: string; readonly examples: number };

export interface SolveOutcome {
  /** Medians of 5; of an update, one. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

const [dimension, classes, width, threads, seed] = [1024, 150, 4096, 1, 7];
const ignore = () => undefined;

process.once('message', async (request: SolveRequest) => {
  const times = await measure(request);
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  process.send?.({ ...times, peakRssMb }, () => process.exit(0));
});

function measure(request: SolveRequest): Promise<Omit<SolveOutcome, 'peakRssMb'>> {
  switch (request.part) {
    case 'product':
      return timeProduct(request.size);
    case 'gram':
      return timeGram(request.width, request.examples);
    case 'solve':
      return timeSolve(request.width, request.columns);
    case 'prepare':
      return medianOf(1, () => prepare(request.folder, request.history));
    case 'update':
      return timeUpdate(request.folder, request.examples);
    default:
      throw new Error(`unknown request ${request satisfies never}`);
  }
}

async function medianOf(runs: number, work: () => Promise<unknown>): Promise<Omit<SolveOutcome, 'peakRssMb'>> {
  const times: { seconds: number; cpuSeconds: number }[] = [];
  for (let run = 0; run < runs; run++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push({ seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 });
  }
  const median = (of: 'seconds' | 'cpuSeconds') => times.map((time) => time[of]).sort((a, b) => a - b)[Math.floor(runs / 2)]!;
  return { seconds: median('seconds'), cpuSeconds: median('cpuSeconds') };
}

async function timeProduct(size: number) {
  const graph = newGraph('product');
  const [a, b] = [graph.input('a', 'float32', [size, size]), graph.input('b', 'float32', [size, size])];
  graph.output(graph.node('MatMul', [a, b]), 'c', 'float32', [size, size]);
  const native = await compile(graph, threads);
  const data = Float32Array.from({ length: size * size }, seededRandom(seed).normal);
  const [matrix, result] = [
    { data, dims: [size, size] },
    { data: new Float32Array(size * size), dims: [size, size] },
  ];
  return medianOf(5, () => native.run({ a: matrix, b: matrix }, { c: result }));
}

/** From features as bytes to sums; the first run touches the memory, which later updates of a process have too. */
async function timeGram(size: number, count: number) {
  const features = drawFeatures('relu', { dimension, width: size, seed });
  const native = await openSliceProducts(features, { dimension, width: size, classes, threads });
  const slice = await native.bytesOf(drawExamples(count, 0), 0, count);
  const gram = emptyGram(size);
  return medianOf(5, async () => {
    for (const panel of panelsOf(size)) addToPanel(gram, panel, await native.panelOf(slice, panel), 1);
  });
}

async function timeSolve(size: number, columns: number) {
  const features = drawFeatures('relu', { dimension, width: size, seed });
  const input = { ...drawExamples(1500, 0), features, threads, progress: ignore };
  const { gram } = await addExamples(emptyStatistics(size, classes), input);
  const products = await openFactorProducts('float64', threads);
  const right = new Float64Array(size * columns).fill(1);
  return medianOf(5, async () => {
    const factor = await factorise(copyRows(gram, size), { size, ridge: 3e5, products });
    await solve(factor!, right, columns);
  });
}

/** Standardised examples around a centre for each class. */
function drawExamples(count: number, part: number): Examples {
  const random = seededRandom(seed, 'examples', part);
  const centres = Float32Array.from({ length: classes * dimension }, seededRandom(seed, 'centres').normal);
  const targets = Int32Array.from({ length: count }, () => Math.floor(random.uniform() * classes));
  const vectors = Float32Array.from({ length: count * dimension }, (_, index) => {
    const target = targets[Math.floor(index / dimension)]!;
    return centres[target * dimension + (index % dimension)]! + 4 * random.normal();
  });
  return { inputs: standardise(vectors, fitStandardisation(vectors, dimension)), targets };
}

const filesIn = (folder: string) => ({
  head: join(folder, 'head.safetensors'),
  before: join(folder, 'before.safetensors'),
  after: join(folder, 'after.safetensors'),
  weight: join(folder, 'weight.safetensors'),
});

async function prepare(folder: string, history: number): Promise<void> {
  const files = filesIn(folder);
  const features = drawFeatures('relu', { dimension, width, seed });
  let statistics = emptyStatistics(width, classes);
  for (let part = 1; statistics.count < history; part++) {
    const examples = drawExamples(Math.min(1500, history - statistics.count), part);
    statistics = await addExamples(statistics, { ...examples, features, threads, progress: ignore });
  }
  // What an adapter that has been trained knows of lambda; a first update begins at the first guess.
  const lambda = history === 0 ? 0 : (await fit(statistics, drawExamples(1500, 1), { features, start: undefined })).lambda;
  await writeFileAtomic(files.head, encodeSafetensors({ ...features.tensors, lambda: { dims: [1], data: Float64Array.of(lambda) } }, {}));
  await writeFileAtomic(files.before, encodeSafetensors(packStatistics(statistics), {}));
}

async function timeUpdate(folder: string, count: number) {
  const examples = drawExamples(count, 0);
  return medianOf(1, () => update(folder, examples));
}

/** From the files of the version before to the weights and the state of the next. */
async function update(folder: string, examples: Examples): Promise<void> {
  const files = filesIn(folder);
  const { lambda, ...tensors } = await readSafetensors(files.head);
  const features: Features = { kind: 'relu', tensors };
  const before = unpackStatistics(await readSafetensors(files.before))!;
  const statistics = await addExamples(before, { ...examples, features, threads, progress: ignore });
  const { weight, temperature } = await fit(statistics, examples, { features, start: lambda?.data[0] || undefined });
  const data = Float32Array.from(weight, (value) => value / temperature);
  await writeFileAtomic(files.weight, encodeSafetensors({ weight: { dims: [width, classes], data } }, {}));
  await writeFileAtomic(files.after, encodeSafetensors(packStatistics(statistics), {}));
}

async function fit(
  statistics: RidgeStatistics,
  { inputs, targets }: Examples,
  { features, start }: { features: Features; start: number | undefined },
) {
  const asked = await mapFeatures(inputs.subarray(0, 512 * dimension), { features, dimension, threads });
  const sample = { columns: columnsOf(asked, 512), targets: targets.subarray(0, 512) };
  return fitRidge(statistics, sample, { start, threads, tried: ignore });
}
