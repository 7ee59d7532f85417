/**
 * Elastic weight consolidation (Kirkpatrick et al., PNAS 2017), equation 3: CE(new) + lambda / 2 * sum F (theta -
 * theta*)^2, with F the diagonal of the Fisher information after each earlier update, which measures how strongly the
 * answers depend on each weight.
 *
 * `ewc` keeps the F and theta* of every update, as the paper does. Their penalties combine into one: sum_k F_k (theta -
 * theta_k)^2 is, up to a constant, P (theta - c)^2 with P = sum F_k and c = sum F_k theta_k / P, so that it needs no
 * more memory than one. `ewc-online` (Schwarz et al., "Progress & compress", ICML 2018) lets older information fade by
 * `decay` and pulls only towards the last weights.
 *
 * After a champion of another strategy, which stored no information, both measure it once: F of the champion's head
 * over the replay buffer, or over the new examples if the buffer is empty. No example of the buffer is learned again.
 *
 * Memory: twice the head's parameters (1.2 MB at 1024 dimensions and 150 classes). Cost of an epoch: 1.2 times that of
 * fine-tuning, and one gradient per example for F. Use it where no old example may be kept; in class-incremental
 * streams it forgets far more than replay.
 */
import type { Tensor, Tensors } from '../../core/safetensors.js';
import { add, multiply, scale, square, subtract } from '../autodiff/elementwise.js';
import { parameter, sourcesOf, whole } from '../autodiff/expression.js';
import { sum } from '../autodiff/matrices.js';
import { fisherDiagonal } from '../fisher.js';
import { cautiousRate, gradientStrategy } from '../gradient-strategy.js';
import { withTemperature } from '../heads/calibrated.js';
import { scoresOf } from '../heads/head-graph.js';
import { formulaOf, headKindNamed } from '../heads.js';
import type { Head, TrainedHead } from '../job.js';
import type { NativeArray } from '../native.js';
import { pastOf } from '../past.js';
import { grown, type Problem, poseProblem } from '../problem.js';
import { amongRivals, cautiousTemperature } from '../temperature.js';

const lambdaOf = (standard: number) => ({
  standard,
  least: 0,
  most: 1e12,
  meaning: 'how hard weights are held that earlier answers depend on',
});

export const ewc = gradientStrategy({
  name: 'ewc',
  summary: 'holds weights that earlier updates depend on; no buffer',
  replays: false,
  closedFormRate: cautiousRate,
  options: { lambda: lambdaOf(10) },
  measures: (parent) => !holdsInformation(parent),
  objective: (problem, { lambda: strength }) => hold(problem, strength!),
  remember: (problem, trained, _, past) =>
    consolidate(problem, { trained, past, join: (before, now) => before + now, centre: 'all weights' }),
});

export const ewcOnline = gradientStrategy({
  name: 'ewc-online',
  summary: 'holds weights that the past depends on, older updates less; no buffer',
  replays: false,
  closedFormRate: cautiousRate,
  options: {
    lambda: lambdaOf(100),
    decay: { standard: 0.95, least: 0, most: 1, meaning: 'what an update leaves of the information before it' },
  },
  measures: (parent) => !holdsInformation(parent),
  objective: (problem, { lambda: strength }) => hold(problem, strength!),
  remember: (problem, trained, { decay }, past) =>
    consolidate(problem, { trained, past, join: (before, now) => decay! * before + now, centre: 'last weights' }),
});

const nameOf = (what: 'precision' | 'centre', parameterName: string) => `ewc.${what}.${parameterName}`;

/** Whether the parent was made by one of these two strategies, so that its information is stored. */
function holdsInformation({ head, state }: TrainedHead): boolean {
  const parameters = sourcesOf(formulaOf(headKindNamed(head.kind), head.shape).scores, 'parameter');
  return parameters.every(({ name }) => state[nameOf('precision', name)] && state[nameOf('centre', name)]);
}

/** The parent's information, stored or measured; empty if there is no parent. */
async function informationBefore({ job }: Problem): Promise<{ state: Tensors; facts: Record<string, number> }> {
  const { parent } = job;
  if (!parent) return { state: {}, facts: {} };
  if (holdsInformation(parent)) return { state: parent.state, facts: {} };
  const past = pastOf(job, parent);
  const problem = poseProblem(past, { usualKind: parent.head.kind });
  const fisher = await fisherDiagonal(problem, await softened(problem));
  const state: Record<string, Tensor> = {};
  for (const [name, data] of Object.entries(fisher)) {
    const { dims, data: weights } = problem.start.tensors[name]!;
    state[nameOf('precision', name)] = { dims, data };
    state[nameOf('centre', name)] = { dims, data: weights };
  }
  return { state, facts: { fisherExamples: past.fresh.targets.length } };
}

/**
 * The head at a temperature at which its confidence on n examples does not exceed that of n right answers among n + 1.
 * A head that is certain of every answer, as a closed form of few examples may be, would have no information at all.
 */
async function softened({ job, start }: Problem): Promise<Head> {
  const { fresh, classes, settings } = job;
  const scores = amongRivals(await scoresOf(start, fresh.vectors, settings.threads), fresh.targets, job);
  const answers = fresh.targets.map((_, row) => {
    const ofRow = scores.subarray(row * classes.length, (row + 1) * classes.length);
    return ofRow.indexOf(ofRow.reduce((a, b) => Math.max(a, b)));
  });
  const temperature = Math.max(1, cautiousTemperature(scores, answers, classes.length));
  return withTemperature(start, new Float32Array(classes.length).fill(temperature));
}

async function hold(problem: Problem, strength: number) {
  const { forward, draw, kind, start } = problem;
  const fresh = draw('fresh');
  const learning = fresh.crossEntropy(forward(fresh).scores);
  const parameters = sourcesOf(formulaOf(kind, start.shape).scores, 'parameter');
  const { state, facts } = await informationBefore(problem);
  const data: Record<string, Float32Array> = {};
  let loss = learning;
  for (const { name, dims } of parameters) {
    const [precision, centre] = [state[nameOf('precision', name)], state[nameOf('centre', name)]];
    if (!precision || !centre) continue;
    const nothing = { dims, data: new Float32Array(start.tensors[name]!.data.length) };
    data[nameOf('precision', name)] = grown(precision, nothing).data as Float32Array;
    data[nameOf('centre', name)] = grown(centre, nothing).data as Float32Array;
    const moved = square(subtract(parameter(name, dims), whole(nameOf('centre', name), dims)));
    loss = add(loss, scale(sum(multiply(moved, whole(nameOf('precision', name), dims))), strength / 2));
  }
  return { loss, data, facts };
}

interface Consolidation {
  readonly trained: TrainedHead;
  /** Precisions and centres from all earlier updates, by their names in the state; empty at a first update. */
  readonly past: Readonly<Record<string, NativeArray>>;
  readonly join: (before: number, now: number) => number;
  readonly centre: 'all weights' | 'last weights';
}

async function consolidate(
  problem: Problem,
  { trained: { head }, past, join, centre }: Consolidation,
): Promise<Tensors> {
  const fisher = await fisherDiagonal(problem, head);
  const state: Record<string, Tensor> = {};
  for (const [name, now] of Object.entries(fisher)) {
    const { dims, data: weights } = head.tensors[name]!;
    const before = (what: 'precision' | 'centre') => past[nameOf(what, name)] ?? new Float32Array(now.length);
    const [precisions, centres] = [before('precision'), before('centre')];
    const precision = now.map((value, index) => join(precisions[index]!, value));
    const mid = precision.map((total, index) => {
      if (centre === 'last weights' || total === 0) return weights[index]!;
      return (precisions[index]! * centres[index]! + now[index]! * weights[index]!) / total;
    });
    state[nameOf('precision', name)] = { dims, data: precision };
    state[nameOf('centre', name)] = { dims, data: mid };
  }
  return state;
}
