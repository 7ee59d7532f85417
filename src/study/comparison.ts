/**
 * The result of a comparison of strategies: a row for each play, with its accuracy on every domain after each update.
 */
import type { ErrorCode, EspalierError } from '../core/errors.js';
import type { TrainingSettings } from '../declaration/declaration.js';
import type { AccuracyMatrix } from '../evaluation/continual.js';
import type { Strategy } from '../training/job.js';
import { finetune } from '../training/strategies/finetune.js';
import { joint } from '../training/strategies/joint.js';
import type { StreamOutcome } from './play-stream.js';

/**
 * naive: naive fine-tuning, which forgets. joint: joint training on everything at once, which cannot forget. remedy:
 * every other strategy.
 */
export type Role = 'naive' | 'remedy' | 'joint';

export interface Play {
  readonly strategy: string;
  readonly role: Role;
  /** Number of examples that the replay buffer may hold; 0 if the strategy replays none. */
  readonly budget: number;
}

/** The result of a play. Accuracies are shares. */
export interface PlayedRow extends Play {
  readonly averageAccuracy: number;
  readonly forgetting: number;
  readonly backwardTransfer: number;
  /** Null if no domain could be answered before it was learned. */
  readonly forwardTransfer: number | null;
  /** Training time alone, summed over all updates. */
  readonly seconds: number;
  readonly bytesStored: number;
  readonly error: null;
}

/** A strategy that cannot learn this data. */
export interface FailedRow extends Play {
  readonly averageAccuracy: null;
  readonly forgetting: null;
  readonly backwardTransfer: null;
  readonly forwardTransfer: null;
  readonly seconds: null;
  readonly bytesStored: null;
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string };
}

export type ComparisonRow = PlayedRow | FailedRow;

export interface PlayedMatrix extends Play {
  /** Row t: accuracy on every domain after update t. */
  readonly matrix: AccuracyMatrix;
}

export interface Comparison {
  readonly adapter: string;
  /** Names of the domains, one update each; with their task if the adapter has several. */
  readonly domains: readonly string[];
  /** Numbers of examples of each domain. */
  readonly examples: readonly { readonly domain: string; readonly train: number; readonly holdout: number }[];
  /** Domains without held-out examples: they are learned and not measured. */
  readonly unmeasured: readonly string[];
  readonly classes: number;
  readonly encoder: string;
  readonly settings: TrainingSettings;
  /** Best first; failed plays last. */
  readonly rows: readonly ComparisonRow[];
  /** In the order of the rows, without failed plays. */
  readonly matrices: readonly PlayedMatrix[];
}

/** Name of a play, such as "derpp 240"; the budget appears only if there is one. */
export function nameOfPlay({ strategy, budget }: Pick<Play, 'strategy' | 'budget'>): string {
  return budget === 0 ? strategy : `${strategy} ${budget}`;
}

/** The most accurate remedy: a strategy that could be shipped and is no baseline. */
export function bestRemedy({ rows }: Pick<Comparison, 'rows'>): PlayedRow | undefined {
  return rows.find((row): row is PlayedRow => row.role === 'remedy' && row.error === null);
}

export function roleOf({ name }: Strategy): Role {
  if (name === finetune.name) return 'naive';
  return name === joint.name ? 'joint' : 'remedy';
}

export function rowOf(play: Play, outcome: StreamOutcome): PlayedRow {
  const { averageAccuracy, forgetting, backwardTransfer, forwardTransfer, seconds, bytesStored, matrix } = outcome;
  // There is one update per domain: entries above the diagonal were measured before their domain was learned.
  const foreseen = matrix.some((row, update) => row[update + 1] !== undefined);
  return {
    ...play,
    averageAccuracy,
    forgetting,
    backwardTransfer,
    forwardTransfer: foreseen ? forwardTransfer : null,
    seconds,
    bytesStored,
    error: null,
  };
}

export function failureOf(play: Play, { code, message, hint }: EspalierError): FailedRow {
  const nothing = {
    averageAccuracy: null,
    forgetting: null,
    backwardTransfer: null,
    forwardTransfer: null,
    seconds: null,
  };
  return { ...play, ...nothing, bytesStored: null, error: { code, message, hint } };
}
