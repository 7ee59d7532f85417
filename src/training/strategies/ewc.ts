/**
 * Elastic weight consolidation (Kirkpatrick et al., PNAS 2017), equation 3: CE(new) + lambda / 2 * sum F (theta - theta*)^2, with F the
 * diagonal of the Fisher information after each earlier update: how much the answers depend on each weight.
 *
 * `ewc` keeps the F and theta* of every update, as the paper does. Their penalties are one: sum_k F_k (theta - theta_k)^2 is, up to a constant,
 * P (theta - c)^2 with P = sum F_k and c = sum F_k theta_k / P, so that it needs no more memory than one. `ewc-online` (Schwarz et al.,
 * "Progress & compress", ICML 2018) lets older information fade by `decay` and pulls to the last weights alone.
 *
 * Keeps: twice the head's parameters (1.2 MB at 1024 dimensions and 150 classes). Costs an epoch: 1.2 times that of fine-tuning, and for F one
 * gradient an example. Use it where no old example may be kept; in class-incremental streams it forgets far more than replay.
 */
import type { Tensor, Tensors } from '../../core/safetensors.js';
import { add, multiply, scale, square, subtract } from '../autodiff/elementwise.js';
import { parameter, sourcesOf, whole } from '../autodiff/expression.js';
import { sum } from '../autodiff/matrices.js';
import { fisherDiagonal } from '../fisher.js';
import { gradientStrategy } from '../gradient-strategy.js';
import { formulaOf } from '../heads.js';
import type { TrainedHead } from '../job.js';
import { grown, type Problem } from '../problem.js';

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
  options: { lambda: lambdaOf(10) },
  objective: (problem, { lambda: strength }) => hold(problem, strength!),
  remember: (problem, trained) => consolidate(problem, trained, (before, now) => before + now),
});

export const ewcOnline = gradientStrategy({
  name: 'ewc-online',
  summary: 'holds weights that the past depends on, older updates less; no buffer',
  replays: false,
  options: {
    lambda: lambdaOf(100),
    decay: { standard: 0.95, least: 0, most: 1, meaning: 'what an update leaves of the information before it' },
  },
  objective: (problem, { lambda: strength }) => hold(problem, strength!),
  remember: (problem, trained, { decay }) => consolidate(problem, trained, (before, now) => decay! * before + now, 'last weights'),
});

function hold({ forward, draw, job, kind, start }: Problem, strength: number) {
  const fresh = draw('fresh');
  const learning = fresh.crossEntropy(forward(fresh).scores);
  const parameters = sourcesOf(formulaOf(kind, start.shape).scores, 'parameter');
  const data: Record<string, Float32Array> = {};
  let loss = learning;
  for (const { name, dims } of parameters) {
    const [precision, centre] = [job.parent?.state[`ewc.precision.${name}`], job.parent?.state[`ewc.centre.${name}`]];
    if (!precision || !centre) continue;
    const nothing = { dims, data: new Float32Array(start.tensors[name]!.data.length) };
    data[`ewc.precision.${name}`] = grown(precision, nothing).data as Float32Array;
    data[`ewc.centre.${name}`] = grown(centre, nothing).data as Float32Array;
    const moved = square(subtract(parameter(name, dims), whole(`ewc.centre.${name}`, dims)));
    loss = add(loss, scale(sum(multiply(moved, whole(`ewc.precision.${name}`, dims))), strength / 2));
  }
  return { loss, data };
}

type Join = (before: number, now: number) => number;

async function consolidate(
  problem: Problem,
  { head }: TrainedHead,
  join: Join,
  centre: 'all weights' | 'last weights' = 'all weights',
): Promise<Tensors> {
  const fisher = await fisherDiagonal(problem, head);
  const state: Record<string, Tensor> = {};
  for (const [name, now] of Object.entries(fisher)) {
    const dims = head.tensors[name]!.dims;
    const weights = head.tensors[name]!.data;
    const nothing = { dims, data: new Float32Array(now.length) };
    const before = (what: string) => grown(problem.job.parent?.state[`ewc.${what}.${name}`], nothing).data;
    const [precisions, centres] = [before('precision'), before('centre')];
    const precision = now.map((value, index) => join(precisions[index]!, value));
    const mid = precision.map((total, index) => {
      if (centre === 'last weights' || total === 0) return weights[index]!;
      return (precisions[index]! * centres[index]! + now[index]! * weights[index]!) / total;
    });
    state[`ewc.precision.${name}`] = { dims, data: precision };
    state[`ewc.centre.${name}`] = { dims, data: mid };
  }
  return state;
}
