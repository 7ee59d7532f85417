/** The words of the upkeep room: what a workspace is looked after with. */
import type { Progress } from '../core/progress.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Workspace } from '../declaration/workspace.js';
import type { Fingerprints } from '../encoder/fingerprint.js';
import type { Store } from '../store/database.js';
import type { Versions } from '../versions/versions.js';

export interface UpkeepSite {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly versions: Versions;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly now: Date;
  /** Of the encoder that an adapter declares; undefined where it would have to be converted or downloaded first. */
  readonly findFingerprints: (declaration: AdapterDeclaration) => Promise<Fingerprints | undefined>;
  /** Bytes that may still be written into a folder. */
  readonly freeBytes: (folder: string) => Promise<number>;
}
