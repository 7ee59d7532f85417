/** The context of an update's stages: its plan, and what they read and pass on. */
import type { Progress } from '../core/progress.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Class, Domain } from '../declaration/tasks.js';
import type { Workspace } from '../declaration/workspace.js';
import type { Coverage } from '../encoder/coverage.js';
import type { Encoder } from '../encoder/encoder.js';
import type { Store } from '../store/database.js';
import type { Rename } from '../store/edits.js';
import type { EmbeddingSpace } from '../store/embeddings.js';
import type { Run } from '../store/runs.js';
import { type Manifest, readManifest } from '../versions/manifest.js';
import type { ContenderName, Versions } from '../versions/versions.js';
import type { TaskRunner } from '../work/task.js';
import { withAnswersNow } from './renames.js';

export interface UpdateContext {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly versions: Versions;
  readonly encoder: Encoder;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Runs scoring and judging on worker threads. */
  readonly work: TaskRunner;
}

/** Fixed when a run begins, and stored with it: a resumed run follows its plan, whatever has been edited since. */
export interface Plan {
  readonly declaration: AdapterDeclaration;
  /**
   * Names of the strategies that train for it, without duplicates, in the order of all strategies; the best becomes the
   * candidate.
   */
  readonly field: readonly string[];
  /** Number of the version that the update makes. */
  readonly version: number;
  /** The champion it continues from and is compared with, or null. */
  readonly parentVersion: number | null;
  /**
   * Arrival number of the last example that the champion was shown, or 0; held-out examples up to it are what it can
   * lose.
   */
  readonly afterExample: number;
  /** Arrival number of the last example that the update looks at. */
  readonly throughExample: number;
  /**
   * Number of the last revision of an example that the update knows of; absent in plans of an earlier Espalier, which
   * had no revisions.
   */
  readonly throughRevision?: number;
  /** Labels that were renamed since the champion was trained; absent if none was. */
  readonly renames?: readonly Rename[];
  readonly encoderFingerprint: string;
  /** Where the vectors of its texts are stored; absent in plans of an earlier Espalier. */
  readonly embeddings?: EmbeddingSpace;
  /** Suite -> hash of its files; absent in plans of an earlier Espalier. */
  readonly suiteHashes?: Readonly<Record<string, string>>;
  /**
   * Set if everything is learned again, on another encoder than the champion's; absent if the champion's encoder is
   * used.
   */
  readonly reencode?: true;
  /**
   * Set if everything is learned again on the champion's encoder, since its head holds what must be in no later one;
   * absent if the champion's head is trained further.
   */
  readonly anew?: true;
  /** Recorded in the manifest. */
  readonly at: string;
}

export interface Mix {
  /** As in the plan; 0 if the strategy cannot continue from the champion's head and learns everything again. */
  readonly afterExample: number;
  readonly continues: boolean;
  /** Examples left out because they occur in an eval suite. */
  readonly leakedIds: readonly number[];
  /** Examples left out because the encoder cannot read them. */
  readonly unreadableIds: readonly number[];
  /** Examples left out because a person has quarantined them; absent if there are none. */
  readonly quarantinedIds?: readonly number[];
  /** Examples that the champion learned with a label or a weight that does not hold any more; absent if there are none. */
  readonly withdrawn?: number;
  /** Those of them that are learned again, as they are now; absent if there are none. */
  readonly corrected?: number;
  /** Those of them, by number; absent in mixes of an earlier Espalier and if there are none. */
  readonly correctedIds?: readonly number[];
  readonly replayedIds: readonly number[];
  /** Members of the buffer; absent if all of them are replayed. */
  readonly memberIds?: readonly number[];
  /** All learned examples of tasks that have few, for a strategy that rereads them; absent if there are none. */
  readonly learnedIds?: readonly number[];
  readonly bufferSnapshotHash: string;
  readonly fresh: number;
  /** The champion's classes come first, in its order. */
  readonly classes: readonly Class[];
  /** Classes among them that no example bears any more, and that are not answered; absent if there are none. */
  readonly retired?: readonly Class[];
  /** Names of the multi-label tasks among them, including those removed from adapter.yaml; absent if there are none. */
  readonly multiLabel?: readonly string[];
  readonly domains: readonly Domain[];
}

/** Strategy -> the examples that its contender trains on. */
export type Mixes = Readonly<Record<string, Mix>>;

/** Size and speed of an adapter in use. */
export interface ServingCost {
  /** Size of adapter.onnx. */
  readonly bytes: number;
  /** Time from vector to answer; null if no budget limits it. */
  readonly milliseconds: number | null;
}

/** Number of examples of a label that champion or candidate can answer with. */
export interface LabelCount extends Class {
  /** Number of training examples that the contenders learned it from, in this update and before. */
  readonly learned: number;
  /** Number of examples in the store, including held-out ones. */
  readonly stored: number;
  /** Whether the champion can answer it; false without a champion. */
  readonly known: boolean;
  /** Set if no contender can answer it any more. */
  readonly retired?: true;
}

/** What a contender did with examples that the champion learned with a label or a weight that does not hold any more. */
export interface CorrectionCounts {
  readonly withdrawn: number;
  /** Those that it learned again, as they are now. */
  readonly corrected: number;
  /** Whether the rest of its head is as if it had never learned the withdrawn ones. */
  readonly exact: boolean;
}

/** Facts about an evaluated field besides the stored results. */
export interface Evaluated {
  /** Version of the rules that they were stored for; absent in runs of Espalier 0.1. */
  readonly rules?: number;
  readonly cases: number;
  /** Strategy -> size and speed. */
  readonly costs: Readonly<Record<string, ServingCost>>;
  /** Strategy -> classes that the champion can answer and the contender cannot. */
  readonly lostClasses: Readonly<Record<string, readonly string[]>>;
  /** Strategy -> number of labels of its largest task; absent if no update was evaluated. */
  readonly labels?: Readonly<Record<string, number>>;
  /** Number of examples of each label; absent if no update was evaluated. */
  readonly counts?: readonly LabelCount[];
  /** Strategy -> what it did with examples that the champion had learned otherwise; absent if there are none. */
  readonly corrections?: Readonly<Record<string, CorrectionCounts>>;
  /** Coverage of new and held-out examples, as measured by the stage encode; absent if no update was evaluated. */
  readonly coverage?: Coverage;
  /** Suite that at least one contender cannot change -> score of the encoder, null if unknown. */
  readonly encoderScores: Readonly<Record<string, number | null>>;
}

/** The name under which a contender's files are staged until one contender becomes a version. */
export function contenderOf({ adapter, id }: Run, strategy: string): ContenderName {
  return { adapter, run: id, strategy };
}

/** The version whose record says what has been learned. */
export function championOf({ declaration, parentVersion }: Plan): { adapter: string; version: number | null } {
  return { adapter: declaration.name, version: parentVersion };
}

/** The champion's manifest, with its classes under the names that they have now; two may have come to share one. */
export async function readChampionManifest(versions: Versions, plan: Plan): Promise<Manifest | undefined> {
  if (plan.parentVersion === null) return undefined;
  const manifest = await readManifest(versions, { adapter: plan.declaration.name, version: plan.parentVersion });
  return withAnswersNow(manifest, plan.renames);
}
