/** All strategies. A new one needs its own file and one entry in this array. */
import { EspalierError } from '../core/errors.js';
import { memberNamed, membersOf } from '../core/extensions.js';
import { isRetired } from './answers.js';
import { curatedJob } from './curated-job.js';
import type { LabelledVectors, Strategy, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { checkSettings } from './options.js';
import { slicesOf } from './rows.js';
import { aGem } from './strategies/a-gem.js';
import { analytic } from './strategies/analytic.js';
import { derpp } from './strategies/derpp.js';
import { erAce } from './strategies/er-ace.js';
import { ewc, ewcOnline } from './strategies/ewc.js';
import { finetune } from './strategies/finetune.js';
import { gdumb } from './strategies/gdumb.js';
import { joint } from './strategies/joint.js';
import { lwf } from './strategies/lwf.js';
import { progressive } from './strategies/progressive.js';
import { replay } from './strategies/replay.js';
import { slda } from './strategies/slda.js';

/** The built-in strategies: the default first, the baseline and joint training last. */
export const strategies: readonly Strategy[] = [
  analytic,
  slda,
  derpp,
  erAce,
  replay,
  progressive,
  gdumb,
  aGem,
  ewc,
  ewcOnline,
  lwf,
  finetune,
  joint,
];

/** The built-in strategies, followed by those that the workspace adds. */
export function allStrategies(): readonly Strategy[] {
  return membersOf('strategy', strategies);
}

/**
 * @throws STRATEGY_UNKNOWN
 * @example strategyNamed('replay').replays // true
 */
export function strategyNamed(name: string): Strategy {
  return memberNamed(allStrategies(), name, { code: 'STRATEGY_UNKNOWN', noun: 'strategy' });
}

function cannotLearnSets({ name }: Strategy): EspalierError {
  const able = allStrategies()
    .filter(({ multiLabel }) => multiLabel !== false)
    .map((strategy) => strategy.name);
  return new EspalierError('DECLARATION_INVALID', `the strategy ${name} cannot learn a multi-label task`, {
    at: { field: 'strategy' },
    hint: `These can: ${able.join(', ')}.`,
  });
}

/** Whether the job of an update from this parent carries examples of the replay buffer. */
export function readsBuffer(strategy: Strategy, parent: TrainedHead | undefined): boolean {
  return strategy.replays || (parent !== undefined && strategy.measures?.(parent) === true);
}

/**
 * Trains any job: checks it, runs its strategy and checks the result.
 * @throws STRATEGY_UNKNOWN, DECLARATION_INVALID, VECTOR_INVALID, TOO_FEW_CLASSES, TRAINING_DIVERGED
 */
export async function trainJob(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const strategy = strategyNamed(job.strategy);
  checkSettings(strategy, job.settings);
  if (strategy.multiLabel === false && (job.multiLabel?.length ?? 0) > 0) throw cannotLearnSets(strategy);
  const open = job.classes.filter((_, index) => !isRetired(job, index));
  if (open.length < 2 && (job.multiLabel?.length ?? 0) === 0)
    throw new EspalierError('TOO_FEW_CLASSES', `there are examples of \`${open.join()}\` only`);
  for (const batch of [job.fresh, job.replayed, job.learned, job.withdrawn]) if (batch) requireNumbers(batch, job);
  return strategy.train(curatedJob(job, strategy), progress);
}

/** @throws VECTOR_INVALID */
function requireNumbers(batch: LabelledVectors, { dimension }: TrainingJob): void {
  for (const { start, vectors } of slicesOf(batch, dimension)) {
    const at = vectors.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const id = batch.ids[start + Math.floor(at / dimension)];
    throw new EspalierError('VECTOR_INVALID', `the vector of example ${id} holds what is not a number`);
  }
}
