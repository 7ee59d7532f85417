/** The public entry: an open workspace, with everything that the commands do. */

import type { Verification } from '../decisions/verify.js';
import { listAdapterNames, onlyAdapter, readDeclaration } from '../declaration/workspace.js';
import type { ErasureVerification } from '../erasure/verify.js';
import type { ScheduleEvent } from '../schedule/scheduler.js';
import type { Candidate } from '../store/candidates.js';
import type { NewCheck } from '../store/schedule.js';
import type { Backup } from '../upkeep/backup.js';
import type { Examination } from '../upkeep/doctor.js';
import type { Pruning } from '../upkeep/prune.js';
import { AdapterHandle } from './adapter-handle.js';
import {
  type Approved,
  type ApproveSettings,
  approve,
  type CandidateQuery,
  type CandidateSheet,
  listProposed,
  type Rejected,
  readCandidate,
  reject,
  verifyVerdict,
} from './candidates.js';
import { copyStoreTo, type StoreCopy } from './copy-store.js';
import { type ErasureReport, type ErasureSummary, readErasures, resumeErasure, verifyCertificate } from './erase.js';
import { OpenWorkspace } from './open-workspace.js';
import {
  readScheduleStatus,
  requireNoneFailed,
  runScheduleOnce,
  runScheduleUntilStopped,
  type ScheduleSession,
  type ScheduleStatus,
} from './schedule.js';
import type { Call } from './site.js';
import { readStatus, type WorkspaceStatus } from './status.js';
import { SuitesHandle } from './suites-handle.js';
import { backUpWorkspace, examineWorkspace, type PruneCall, pruneWorkspace } from './upkeep.js';

export interface EspalierOptions {
  /** The workspace is the nearest at or above this folder; usually the working directory. */
  readonly workspace?: string | undefined;
  /** Who acts, for the audit; usually ESPALIER_ACTOR, else the user of the process. */
  readonly actor?: string | undefined;
  /** Stops everything that runs when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** `read`: nothing is written, and the workspace may be one that cannot be. Usually `write`. */
  readonly access?: 'read' | 'write' | undefined;
  /** `false`: espalier.config.js, which is code, is not loaded. */
  readonly config?: boolean | undefined;
  /** Environment variables; usually the process's. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/**
 * Opens a workspace. Store and encoders are opened when they are first needed; `close()` closes them.
 * @throws NOT_A_WORKSPACE
 */
export async function openEspalier(options: EspalierOptions = {}): Promise<Espalier> {
  const { access = 'write', environment = process.env, actor, signal, config } = options;
  const folder = options.workspace ?? environment.ESPALIER_WORKSPACE ?? process.cwd();
  return new Espalier(new OpenWorkspace({ folder, access, environment, actor, signal, config }));
}

export class Espalier {
  readonly candidates: CandidatesHandle;
  readonly suites: SuitesHandle;
  readonly schedule: ScheduleHandle;
  readonly #opened: OpenWorkspace;

  constructor(opened: OpenWorkspace) {
    this.#opened = opened;
    this.candidates = new CandidatesHandle(opened);
    this.suites = new SuitesHandle(opened);
    this.schedule = new ScheduleHandle(opened);
  }

  /** The folder of the workspace. */
  get workspace(): string {
    return this.#opened.workspace.root;
  }

  /** Names of the adapters that are declared. */
  adapters(): Promise<string[]> {
    return listAdapterNames(this.#opened.workspace);
  }

  /**
   * @param name without it the only one there is
   * @throws ADAPTER_NOT_FOUND, DECLARATION_INVALID, CONFIG_INVALID, USAGE
   */
  adapter(name?: string): Promise<AdapterHandle> {
    const { workspace } = this.#opened;
    return this.#opened.withConfig(async () => {
      const declaration = await readDeclaration(workspace, name ?? (await onlyAdapter(workspace)));
      return new AdapterHandle(this.#opened, declaration.name);
    });
  }

  /** Every adapter at a glance. */
  status(): Promise<WorkspaceStatus> {
    return this.#opened.run({}, readStatus);
  }

  /**
   * Copies the database, row for row, to a new or empty one: a path, or `postgres://user@host/database`.
   * @throws STORE_NOT_EMPTY, UPDATE_RUNNING
   */
  copyStore(to: string, call: Call = {}): Promise<StoreCopy> {
    return this.#opened.run(call, (site) => copyStoreTo(site, to));
  }

  /**
   * Writes a backup into a new file, while the workspace is in use.
   * @throws FILE_EXISTS, ADAPTER_INVALID where a champion is damaged
   */
  backup(file: string, call: Call = {}): Promise<Backup> {
    return this.#opened.run(call, (site) => backUpWorkspace(site, file));
  }

  /** Examines database, versions and files, and says what mends each finding. */
  doctor(call: Call = {}): Promise<Examination> {
    return this.#opened.run(call, examineWorkspace);
  }

  /** Removes old versions, and what nothing uses any longer; never what a decision may need. */
  prune(settings: PruneCall & Call = {}): Promise<Pruning> {
    return this.#opened.run(settings, (site) => pruneWorkspace(site, settings));
  }

  /** What was erased, the oldest first. */
  erasures(): Promise<ErasureSummary[]> {
    return this.#opened.run({}, (site) => readErasures(site));
  }

  /** Goes on with an erasure that was stopped. */
  resumeErasure(id: number, call: Call = {}): Promise<ErasureReport> {
    return this.#opened.run(call, (site) => resumeErasure(site, id));
  }

  /** Examines whether what a certificate says still holds. @param file its path */
  verifyErasure(file: string): Promise<ErasureVerification> {
    return this.#opened.run({}, (site) => verifyCertificate(site, file));
  }

  async close(): Promise<void> {
    await this.#opened.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Candidates of all adapters. */
export class CandidatesHandle {
  readonly #opened: OpenWorkspace;

  constructor(opened: OpenWorkspace) {
    this.#opened = opened;
  }

  /** Those that wait for a decision, or all; the newest first. */
  list(query: CandidateQuery = {}): Promise<Candidate[]> {
    return this.#opened.run({}, (site) => listProposed(site, query));
  }

  /** With its report: what it gained and lost, and what the gate says. */
  show(id: number): Promise<CandidateSheet> {
    return this.#opened.run({}, (site) => readCandidate(site, id));
  }

  /** Works its verdict out again from the stored results. */
  verify(id: number): Promise<Verification> {
    return this.#opened.run({}, (site) => verifyVerdict(site, id));
  }

  /** Makes it champion. */
  approve(id: number, settings: ApproveSettings & Call): Promise<Approved> {
    return this.#opened.run(settings, (site) => approve(site, id, settings));
  }

  /** Turns it down; its data stays new for the next update. */
  reject(id: number, settings: Pick<ApproveSettings, 'reason'> & Call): Promise<Rejected> {
    return this.#opened.run(settings, (site) => reject(site, id, settings.reason));
  }
}

type Listening = Call & { readonly onEvent?: ((event: ScheduleEvent) => void) | undefined };

export class ScheduleHandle {
  readonly #opened: OpenWorkspace;

  constructor(opened: OpenWorkspace) {
    this.#opened = opened;
  }

  /** Runs what is due now. @throws SCHEDULE_EMPTY, SCHEDULE_FAILED with the checks as its result */
  runOnce({ onEvent = () => undefined, ...call }: Listening = {}): Promise<readonly NewCheck[]> {
    return this.#opened.run(call, async (site) => {
      const done = await runScheduleOnce(site, onEvent);
      requireNoneFailed(done);
      return done.checks;
    });
  }

  /** Starts what falls due, until a signal aborts. @throws SCHEDULE_EMPTY */
  run({ onEvent = () => undefined, ...call }: Listening = {}): Promise<ScheduleSession> {
    return this.#opened.run(call, (site) => runScheduleUntilStopped(site, onEvent));
  }

  status(call: Pick<Call, 'at'> = {}): Promise<ScheduleStatus[]> {
    return this.#opened.run(call, readScheduleStatus);
  }
}
