/** Candidates: what was proposed, and what is decided on it. */
import { approveCandidate, rejectCandidate } from '../decisions/decide.js';
import { rollBack } from '../decisions/rollback.js';
import { type Verification, verifyCandidate } from '../decisions/verify.js';
import { readDeclaration } from '../declaration/workspace.js';
import { removeTaintedVersions } from '../erasure/tainted-files.js';
import { type FieldRow, fieldRows } from '../gate/field.js';
import { readReport } from '../gate/read-report.js';
import type { Report } from '../gate/report.js';
import { type Flips, listFlips, readHeldTexts } from '../measuring/flips.js';
import { type Candidate, type Decision, findCandidate, listCandidates, listDecisions } from '../store/candidates.js';
import { listContenders } from '../store/contenders.js';
import type { Site } from './site.js';

export interface CandidateQuery {
  /** Without it of every adapter. */
  readonly adapter?: string | undefined;
  /** Decided ones, too. */
  readonly all?: boolean | undefined;
}

/** Newest first. */
export async function listProposed(
  { store }: Pick<Site, 'store'>,
  { adapter, all }: CandidateQuery,
): Promise<Candidate[]> {
  return listCandidates(store.queries, { adapter, status: all ? undefined : 'waiting' });
}

export interface CandidateSheet extends Candidate {
  readonly report: Report;
  /** What made it. */
  readonly strategy: string;
  /** Everything that trained for it, the best first. */
  readonly field: readonly FieldRow[];
  readonly decisions: readonly Decision[];
  readonly flips: Flips;
}

/** @throws CANDIDATE_NOT_FOUND */
export async function readCandidate(
  { workspace, store }: Pick<Site, 'workspace' | 'store'>,
  id: number,
): Promise<CandidateSheet> {
  const candidate = await findCandidate(store.queries, id);
  const decisions = (await listDecisions(store.queries, candidate.adapter)).filter(
    (decision) => decision.candidateId === id,
  );
  const field = fieldRows(await listContenders(store.queries, candidate.runId));
  const { strategy } = field.find(({ chosen }) => chosen)!;
  const flips = await listFlips(store, workspace, candidate.runId, strategy);
  return { ...candidate, report: readReport(candidate.report), strategy, field, decisions, flips };
}

/** Case -> text, of the held-out cases in which the report says that old and new labels are confused. */
export async function readConfusedTexts(
  { store }: Pick<Site, 'store'>,
  { newLabels }: Report,
): Promise<ReadonlyMap<string, string>> {
  return readHeldTexts(store, newLabels?.pairs.map(({ caseId }) => caseId) ?? []);
}

/**
 * Works the verdict out again from the stored results. What differs is told, and not thrown.
 * @throws CANDIDATE_NOT_FOUND, NOT_VERIFIABLE, INTERRUPTED
 */
export async function verifyVerdict(
  { store, work, signal }: Pick<Site, 'store' | 'work' | 'signal'>,
  id: number,
): Promise<Verification> {
  return verifyCandidate({ queries: store.queries, work, signal }, id);
}

export interface ApproveSettings {
  /** Why; kept for ever. */
  readonly reason: string;
  /** Although the gate did not pass it; kept for ever, too. */
  readonly override?: boolean | undefined;
}

export interface Approved {
  readonly adapter: string;
  /** The version that serves now. */
  readonly champion: number;
  /** As it is recorded. */
  readonly act: 'approve' | 'override';
  /** Examples that the buffer took in, and let go. */
  readonly admitted: number;
  readonly evicted: number;
  /** Versions that had learned what was erased, whose files are gone now; absent if there are none. */
  readonly removed?: readonly number[];
}

/**
 * @throws CANDIDATE_NOT_FOUND, CANDIDATE_DECIDED, CANDIDATE_STALE, CANDIDATE_REFUSED, ADAPTER_INVALID, VERDICT_DIFFERS,
 * DECISION_BACKDATED, USAGE
 */
export async function approve(
  {
    workspace,
    store,
    versions,
    work,
    actor,
    now,
  }: Pick<Site, 'workspace' | 'store' | 'versions' | 'work' | 'actor' | 'now'>,
  id: number,
  { reason, override = false }: ApproveSettings,
): Promise<Approved> {
  const { adapter } = await findCandidate(store.queries, id);
  const declaration = await readDeclaration(workspace, adapter);
  const approval = { candidateId: id, actor, reason, at: now, on: override ? 'override' : 'verdict' } as const;
  const { candidate, act, admitted, evicted } = await approveCandidate(
    { store, versions, work },
    declaration,
    approval,
  );
  const removed = await removeTaintedVersions({ store, versions, actor, now }, adapter);
  return { adapter, champion: candidate.version, act, admitted, evicted, ...(removed.length > 0 && { removed }) };
}

export interface Rejected {
  readonly adapter: string;
  /** Number of the candidate. */
  readonly rejected: number;
}

/** @throws CANDIDATE_NOT_FOUND, CANDIDATE_DECIDED, DECISION_BACKDATED, USAGE */
export async function reject(
  { store, actor, now }: Pick<Site, 'store' | 'actor' | 'now'>,
  id: number,
  reason: string,
): Promise<Rejected> {
  const { adapter } = await rejectCandidate(store, { candidateId: id, actor, reason, at: now });
  return { adapter, rejected: id };
}

export interface RollbackSettings {
  /** Why; kept for ever. */
  readonly reason: string;
  /** Without it the champion before this one. */
  readonly to?: number | undefined;
}

export interface RolledBack {
  readonly adapter: string;
  readonly from: number;
  readonly to: number;
}

/** @throws ADAPTER_NOT_FOUND, NO_CHAMPION, NO_EARLIER_VERSION, ADAPTER_INVALID, DECISION_BACKDATED, USAGE */
export async function rollBackTo(
  { workspace, store, versions, actor, now }: Pick<Site, 'workspace' | 'store' | 'versions' | 'actor' | 'now'>,
  adapter: string,
  { to, reason }: RollbackSettings,
): Promise<RolledBack> {
  await readDeclaration(workspace, adapter);
  const done = await rollBack({ store, versions }, { adapter, toVersion: to, actor, reason, at: now });
  await removeTaintedVersions({ store, versions, actor, now }, adapter);
  return { adapter, ...done };
}
