/**
 * `espalier/extend`: what the espalier.config.js of a workspace brings, and what it is made of. Each export of the
 * configuration is made by one of the functions here; docs/library.md shows it by example.
 */
import type { z } from 'zod';
import { markMember } from '../core/extensions.js';
import { checkedKind } from '../evaluation/added-kind.js';
import type { Case, Kind } from '../evaluation/kind.js';
import type { ReplayPolicy } from '../replay/policy.js';
import type { HeadKind, Strategy } from '../training/job.js';
import { speakingTrigger, type Trigger } from '../triggers/trigger.js';

/** The schemas of keys and cases are made with it; a workspace needs no other copy. */
export { z } from 'zod';
export { normaliseText } from '../core/text.js';
export { dot } from '../core/vectors.js';

export type { TrainingSettings } from '../declaration/declaration.js';
export type { ImportedRow, ImportKind, RowReader, RowReading } from '../evaluation/importing/import-row.js';
export { drawnRows, labelledRows, rowIsCase } from '../evaluation/importing/row-shapes.js';
export {
  type AskedCase,
  type Case,
  caseFields,
  contradictionAmong,
  describeCase,
  evenGuess,
  type Judgement,
  type Kind,
  rightOrWrong,
  type SuiteProblem,
  scoreOnly,
  text,
} from '../evaluation/kind.js';
export type { Metric } from '../evaluation/metric.js';
export { accuracy, consistency, jaccard, ndcgAt10, oneMinusBrier } from '../evaluation/metrics/means.js';
export { auroc, averagePrecision } from '../evaluation/metrics/ranking.js';
export { spearman } from '../evaluation/metrics/spearman.js';
export { vMeasure } from '../evaluation/metrics/v-measure.js';
export { takeWithin } from '../replay/budget.js';
export { readOptions } from '../replay/options.js';
export type { Choice, Offer, PolicyOptions, ReplayPolicy, Selection } from '../replay/policy.js';
export { byDraw, inBalancedRounds } from '../replay/rounds.js';
export { add, divide, multiply, relu, scale, square, subtract } from '../training/autodiff/elementwise.js';
export {
  constant,
  type Expression,
  filledWith,
  matrixDims,
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
export { calibrated } from '../training/heads/calibrated.js';
export type {
  Head,
  HeadInputs,
  HeadKind,
  HeadOutputs,
  HeadShape,
  LabelledVectors,
  Strategy,
  StrategyOption,
  TrainedHead,
  TrainingJob,
  TrainingProgress,
} from '../training/job.js';
export { optionsOf } from '../training/options.js';
export type { Problem } from '../training/problem.js';
export { readSettings } from '../training/settings.js';
/** The built-in strategy of that name, to build on. */
export { strategyNamed } from '../training/strategies.js';
export type { Fault, ScheduleFacts, Trigger } from '../triggers/trigger.js';
export type { AdapterOutput } from '../versions/adapter-session.js';

/**
 * A strategy of the workspace's own. It trains in a worker thread, under the name that `strategy` in adapter.yaml or
 * the field of an update gives it.
 * @example export const careful = defineStrategy({ ...strategyNamed('replay'), name: 'careful', summary: 'replay, under
 * our name' });
 */
export const defineStrategy = (strategy: Strategy): Strategy => markMember('strategy', strategy);

/**
 * A kind of head of the workspace's own, for strategies that name it in `headKinds`. Its `settings` are keys under
 * `training` in adapter.yaml.
 */
export const defineHead = (kind: HeadKind): HeadKind => markMember('head', kind);

/**
 * A rule by which the replay buffer is filled, under the name that `buffer.policy` gives it.
 * @example export const newest = definePolicy({ name: 'newest', ..., choose: ({ offers, budget }) => ... });
 */
export const definePolicy = (policy: ReplayPolicy): ReplayPolicy => markMember('policy', policy);

/**
 * A kind of suite of the workspace's own, under the name that `kind` in suite.yaml and `espalier eval import` give it.
 * @example export const triplet = defineSuiteKind({ name: 'triplet', examines: 'encoder', ... });
 */
export const defineSuiteKind = <Own extends Case>(kind: Kind<string, Own>): Kind<string, Own> =>
  markMember('suite kind', checkedKind(kind));

/**
 * What sets a scheduled update off, by keys of its own under `schedule:` in adapter.yaml.
 * @example export const weekend = defineTrigger({ name: 'weekend', shape: { weekend: z.boolean().optional() }, ... });
 */
export const defineTrigger = <Name extends string, Shape extends z.ZodRawShape, State>(
  trigger: Trigger<Name, Shape, State>,
): Trigger<Name, Shape, State> => markMember('trigger', speakingTrigger(trigger));
