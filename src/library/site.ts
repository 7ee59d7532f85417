/**
 * The words of the library room.
 *
 * site:  an opened workspace, and how one call acts on it: who acts, as of when, what stops it, and who hears of its
 *        progress.
 * call:  what a caller may say of these; whatever is left out is as the workspace was opened.
 */
import { noProgress, type Progress, type Work } from '../core/progress.js';
import type { Wording } from '../core/wording.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Workspace } from '../declaration/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import type { Tokeniser } from '../encoder/tokeniser.js';
import type { Principal } from '../store/audit.js';
import type { Store } from '../store/database.js';
import type { Versions } from '../versions/versions.js';
import type { TaskRunner } from '../work/task.js';

export interface Site {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly versions: Versions;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Where scoring and judging are done. */
  readonly work: TaskRunner;
  readonly now: Date;
  /** Recorded in the audit. */
  readonly actor: Principal;
  /** How reasons and hints name the parameters of whoever calls. */
  readonly wording: Wording;
  /** The process's environment variables, or what stands for them. */
  readonly environment: NodeJS.ProcessEnv;
  /** Opens the encoder at the first call, and keeps it until the workspace is closed. */
  readonly openEncoder: (declaration: AdapterDeclaration) => Promise<Encoder>;
  /** Undefined where the encoder would have to be converted or downloaded first. */
  readonly openTokeniser: (declaration: AdapterDeclaration) => Promise<Tokeniser | undefined>;
}

export interface Call {
  /** Who acts, for the audit. */
  readonly actor?: string | undefined;
  /** Acts as of this time: for replays and back-fills. */
  readonly at?: Date | undefined;
  /** Stops this call alone; the signal of the workspace stops it, too. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
}

/**
 * What long work tells of itself. A stage begins, advances in `unit`s, and ends with a summary; works of one stage may
 * run side by side.
 */
export type ProgressEvent =
  | { readonly kind: 'begin'; readonly stage: string }
  | {
      readonly kind: 'advance';
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
    }
  | { readonly kind: 'works'; readonly stage: string; readonly works: readonly Work[] }
  | { readonly kind: 'end'; readonly stage: string; readonly summary: string };

/** Tells `listener` what a `Progress` is told. */
export function progressFor(listener: Call['onProgress']): Progress {
  return listener === undefined ? noProgress : new ToldProgress(listener);
}

class ToldProgress implements Progress {
  #stage = '';
  readonly #listener: (event: ProgressEvent) => void;

  constructor(listener: (event: ProgressEvent) => void) {
    this.#listener = listener;
  }

  begin(stage: string): void {
    this.#stage = stage;
    this.#listener({ kind: 'begin', stage });
  }

  advance(done: number, total: number, unit: string): void {
    this.#listener({ kind: 'advance', stage: this.#stage, done, total, unit });
  }

  advanceAll(works: readonly Work[]): void {
    this.#listener({ kind: 'works', stage: this.#stage, works });
  }

  end(summary: string): void {
    this.#listener({ kind: 'end', stage: this.#stage, summary });
  }
}
