/**
 * `espalier/extend`: what the espalier.config.js of a workspace brings, and what it is made of. Each export of the
 * configuration is made by one of the functions here; docs/library.md shows it by example.
 */
import { markMember } from '../core/extensions.js';
import type { ReplayPolicy } from '../replay/policy.js';
import type { HeadKind, Strategy } from '../training/job.js';

export type { TrainingSettings } from '../declaration/declaration.js';
export { takeWithin } from '../replay/budget.js';
export type { Choice, Offer, ReplayPolicy, Selection } from '../replay/policy.js';
export { byDraw, inBalancedRounds } from '../replay/rounds.js';
export { add, divide, multiply, relu, scale, square, subtract } from '../training/autodiff/elementwise.js';
export {
  type Expression,
  filledWith,
  minibatch,
  normal,
  parameter,
  whole,
  zeros,
} from '../training/autodiff/expression.js';
export { crossEntropy, distillation } from '../training/autodiff/losses.js';
export { concatColumns, gatherRows, matmul, mean, rowSum, sum } from '../training/autodiff/matrices.js';
export type { Objective } from '../training/descent.js';
export { cautiousRate, gradientStrategy, usualRate } from '../training/gradient-strategy.js';
export type {
  Batch,
  Head,
  HeadInputs,
  HeadKind,
  HeadOutputs,
  HeadShape,
  Strategy,
  StrategyOption,
  TrainedHead,
  TrainingJob,
  TrainingProgress,
} from '../training/job.js';
export { optionsOf } from '../training/options.js';
export type { Problem } from '../training/problem.js';
/** The built-in strategy of that name, to build on. */
export { strategyNamed } from '../training/strategies.js';

/**
 * A strategy of the workspace's own. It trains in a worker thread, under the name that `training.strategy` or
 * `--strategy` gives it.
 * @example export const careful = defineStrategy({ ...strategyNamed('replay'), name: 'careful', summary: 'replay, under
 * our name' });
 */
export const defineStrategy = (strategy: Strategy): Strategy => markMember('strategy', strategy);

/** A kind of head of the workspace's own, for strategies that name it in `headKinds`. */
export const defineHead = (kind: HeadKind): HeadKind => markMember('head', kind);

/**
 * A rule by which the replay buffer is filled, under the name that `buffer.policy` gives it.
 * @example export const newest = definePolicy({ name: 'newest', ..., choose: ({ offers, budget }) => ... });
 */
export const definePolicy = (policy: ReplayPolicy): ReplayPolicy => markMember('policy', policy);
