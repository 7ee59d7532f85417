/** What every stage of an update has at hand. */
import type { Progress } from '../core/progress.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Class, Domain } from '../declaration/tasks.js';
import type { Workspace } from '../declaration/workspace.js';
import type { Coverage } from '../encoder/coverage.js';
import type { Encoder } from '../encoder/encoder.js';
import type { Store } from '../store/database.js';
import type { EmbeddingSpace } from '../store/embeddings.js';
import type { Run } from '../store/runs.js';
import { type Manifest, readManifest } from '../versions/manifest.js';
import type { ContenderName, Versions } from '../versions/versions.js';
import type { TaskRunner } from '../work/task.js';

export interface UpdateContext {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly versions: Versions;
  readonly encoder: Encoder;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Where scoring and judging are done. */
  readonly work: TaskRunner;
}

/**
 * Fixed when a run begins, and kept with it: a resumed run does what it set out to do, whatever has been edited since.
 */
export interface Plan {
  readonly declaration: AdapterDeclaration;
  /**
   * Names of the strategies that train for it, each once, in the order of all strategies; the best becomes the
   * candidate.
   */
  readonly field: readonly string[];
  /** The version it will be. */
  readonly version: number;
  /** The champion it starts from and is compared with, or null. */
  readonly parentVersion: number | null;
  /**
   * Arrival number of the last example that the champion was shown, or 0; held-out examples up to it are what it can
   * lose.
   */
  readonly afterExample: number;
  /** Arrival number of the last example that the update looks at. */
  readonly throughExample: number;
  readonly encoderFingerprint: string;
  /** Where the vectors of its texts are kept; absent: an earlier Espalier planned it. */
  readonly embeddings?: EmbeddingSpace;
  /** Suite -> hash of its files; absent: an earlier Espalier planned it. */
  readonly suiteHashes?: Readonly<Record<string, string>>;
  /** Everything is learned again, on another encoder than the champion's; absent: the champion's encoder is used. */
  readonly reencode?: true;
  /** Goes into the manifest. */
  readonly at: string;
}

export interface Mix {
  /** As in the plan; 0 where the strategy cannot continue from the champion's head, and learns everything again. */
  readonly afterExample: number;
  readonly continues: boolean;
  /** Left out because they occur in an eval suite. */
  readonly leakedIds: readonly number[];
  /** Left out because the encoder cannot read them. */
  readonly unreadableIds: readonly number[];
  readonly replayedIds: readonly number[];
  /**
   * Everything that the champion learned of tasks that have few examples, for a strategy that rereads it; absent:
   * nothing.
   */
  readonly learnedIds?: readonly number[];
  readonly bufferSnapshotHash: string;
  readonly fresh: number;
  /** Those of the champion come first, in its order. */
  readonly classes: readonly Class[];
  /** Names of the multi-label tasks among them, those that adapter.yaml has no more too; absent where there is none. */
  readonly multiLabel?: readonly string[];
  readonly domains: readonly Domain[];
}

/** By strategy: what each contender trains on. */
export type Mixes = Readonly<Record<string, Mix>>;

/** What an adapter takes to serve. */
export interface ServingCost {
  /** Of adapter.onnx. */
  readonly bytes: number;
  /** From vector to answer; null where no budget asks for it. */
  readonly milliseconds: number | null;
}

/** How many examples stand behind a label that champion or candidate can answer with. */
export interface LabelCount extends Class {
  /** Training examples that the contenders learned it from, in this update and before. */
  readonly learned: number;
  /** Examples that the store holds, held-out ones too. */
  readonly stored: number;
  /** Whether the champion can answer it; false without a champion. */
  readonly known: boolean;
}

/** What is known of an evaluated field beside the stored results. */
export interface Evaluated {
  /** The rules that they were stored for; absent: those of Espalier 0.1. */
  readonly rules?: number;
  readonly cases: number;
  /** By strategy. */
  readonly costs: Readonly<Record<string, ServingCost>>;
  /** By strategy: what the champion can tell apart and it cannot. */
  readonly lostClasses: Readonly<Record<string, readonly string[]>>;
  /** By strategy: how many labels the task with the most of them has; absent where no update was evaluated. */
  readonly labels?: Readonly<Record<string, number>>;
  /** What stands behind each label; absent where no update was evaluated. */
  readonly counts?: readonly LabelCount[];
  /** Of new and held-out examples, as the stage encode measured it; absent where no update was evaluated. */
  readonly coverage?: Coverage;
  /** By suite that no contender of the field, or not each, can change: the score of the encoder where it is known. */
  readonly encoderScores: Readonly<Record<string, number | null>>;
}

/** The name under which a contender's files are staged until one of the field becomes a version. */
export function contenderOf({ adapter, id }: Run, strategy: string): ContenderName {
  return { adapter, run: id, strategy };
}

/** Whose record says what has been learned. */
export function championOf({ declaration, parentVersion }: Plan): { adapter: string; version: number | null } {
  return { adapter: declaration.name, version: parentVersion };
}

export async function readChampionManifest(versions: Versions, plan: Plan): Promise<Manifest | undefined> {
  return plan.parentVersion === null
    ? undefined
    : readManifest(versions, { adapter: plan.declaration.name, version: plan.parentVersion });
}
