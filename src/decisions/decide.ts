/** Decisions of people: each is one transaction, with its audit row, and cannot be taken twice. */

import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { mayApprove } from '../gate/verdict.js';
import { admitExamples, prepareAdmission } from '../replay/admission.js';
import type { Principal } from '../store/audit.js';
import { readBufferMark } from '../store/buffer.js';
import {
  type Candidate,
  findCandidate,
  findChampionVersion,
  isApproval,
  listDecisions,
  setCandidateStatus,
  setChampionVersion,
} from '../store/candidates.js';
import { type Queries, type Store, transact } from '../store/database.js';
import type { Example } from '../store/examples.js';
import { hasLearned, listUnlearned, readLearned } from '../store/learned.js';
import { readRun } from '../store/runs.js';
import { championOf, type Plan } from '../update/context.js';
import { requireSoundVersion } from '../versions/sound-version.js';
import { ownThread } from '../work/task.js';
import { marginsBy } from './offer-margins.js';
import { type DecisionContext, recordDecided } from './record.js';
import { requireSameBuffer } from './same-buffer.js';
import { requireTrueVerdict } from './verify.js';

export interface Approval {
  readonly candidateId: number;
  readonly actor: Principal;
  readonly reason: string;
  readonly at: Date;
  /**
   * `verdict`: approves only what the gate allows. `override`: approves whatever the verdict, and is recorded as such
   * permanently.
   */
  readonly on: 'verdict' | 'override';
}

export interface Promotion {
  readonly candidate: Candidate;
  /** The act as recorded. */
  readonly act: 'approve' | 'override';
  readonly admitted: number;
  readonly evicted: number;
}

/**
 * Makes a candidate champion, and offers its learned examples to the replay buffer in the same transaction. Before that
 * it checks everything that the decision rests on: the version's files against its manifest, the manifest against the
 * store, and the verdict against the stored results. Damaged or edited data is refused, even with an override.
 * @throws CANDIDATE_NOT_FOUND, CANDIDATE_DECIDED, CANDIDATE_STALE, CANDIDATE_REFUSED, ADAPTER_INVALID, VERDICT_DIFFERS,
 * DECISION_BACKDATED, BUFFER_CHANGED
 */
export async function approveCandidate(
  { store, versions, work = ownThread }: DecisionContext,
  declaration: AdapterDeclaration,
  { candidateId, actor, reason, at, on }: Approval,
): Promise<Promotion> {
  const { adapter, version } = (await requireDecidable(store.queries, candidateId)).candidate;
  await requireSoundVersion(versions, store.queries, { adapter, version });
  await requireTrueVerdict({ queries: store.queries, work }, candidateId);
  const plan = await readRunPlan(store, candidateId);
  const approvals = await countApprovals(store.queries, adapter);
  const learned = await listNewlyLearned(store, plan);
  const mark = await readBufferMark(store.queries, adapter);
  const space = plan.embeddings;
  const marginsOf = marginsBy({ store, versions, version: { adapter, version }, space });
  const changes = await prepareAdmission(store, { declaration, learned, space, marginsOf, now: at });
  return transact(store, async (transaction) => {
    const { candidate, champion } = await requireDecidable(transaction, candidateId);
    if ((await countApprovals(transaction, adapter)) !== approvals)
      throw new EspalierError(
        'CANDIDATE_STALE',
        `another candidate of ${adapter} was approved while this approval was prepared`,
      );
    await requireSameBuffer(transaction, adapter, mark);
    const may = mayApprove(candidate.verdict, plan.declaration.gate!);
    if (!may && on === 'verdict') {
      const { sentence } = candidate.report as { sentence: string };
      throw new EspalierError(
        'CANDIDATE_REFUSED',
        `the gate says ${candidate.verdict} of candidate ${candidateId}: ${sentence}`,
      );
    }
    const act = may ? 'approve' : 'override';
    await setCandidateStatus(transaction, candidateId, 'approved');
    await setChampionVersion(transaction, candidate.adapter, candidate.version);
    const decision = {
      adapter: candidate.adapter,
      candidateId,
      act,
      fromVersion: champion,
      toVersion: candidate.version,
    } as const;
    await recordDecided(transaction, { ...decision, actor, reason, at });
    return { candidate, act, ...(await admitExamples(transaction, adapter, changes)) };
  });
}

/** @throws CANDIDATE_NOT_FOUND, CANDIDATE_DECIDED, DECISION_BACKDATED */
export async function rejectCandidate(
  store: Store,
  { candidateId, actor, reason, at }: Omit<Approval, 'on'>,
): Promise<Candidate> {
  return transact(store, async (transaction) => {
    const candidate = await requireWaiting(transaction, candidateId);
    await setCandidateStatus(transaction, candidateId, 'rejected');
    const champion = await findChampionVersion(transaction, candidate.adapter);
    const decision = {
      adapter: candidate.adapter,
      candidateId,
      act: 'reject',
      fromVersion: champion,
      toVersion: champion,
    } as const;
    await recordDecided(transaction, { ...decision, actor, reason, at });
    return candidate;
  });
}

/** Examples that the version of a plan has learned and the previous champion has not. */
async function listNewlyLearned(store: Store, plan: Plan): Promise<Example[]> {
  const { adapter, version } = { adapter: plan.declaration.name, version: plan.version };
  const record = await readLearned(store.queries, { adapter, version });
  const range = { ...championOf(plan), tasks: [...record.through.keys()], throughArrival: plan.throughExample };
  return (await listUnlearned(store, range)).filter((example) => hasLearned(record, example));
}

async function readRunPlan(store: Store, candidateId: number): Promise<Plan> {
  const { runId } = await findCandidate(store.queries, candidateId);
  return (await readRun(store.queries, runId)).plan as Plan;
}

/** Number of approvals: if it is unchanged, the champion has still learned what it had when the approval was prepared. */
async function countApprovals(queries: Queries, adapter: string): Promise<number> {
  return (await listDecisions(queries, adapter)).filter(({ act }) => isApproval(act)).length;
}

interface Decidable {
  readonly candidate: Candidate;
  readonly champion: number | null;
}

/**
 * Requires that the candidate waits, and that the champion is still the one it was compared with.
 * @throws CANDIDATE_NOT_FOUND, CANDIDATE_DECIDED, CANDIDATE_STALE
 */
async function requireDecidable(queries: Queries, id: number): Promise<Decidable> {
  const candidate = await requireWaiting(queries, id);
  const champion = await findChampionVersion(queries, candidate.adapter);
  requireFresh(candidate, champion);
  return { candidate, champion };
}

async function requireWaiting(queries: Queries, id: number): Promise<Candidate> {
  const candidate = await findCandidate(queries, id);
  if (candidate.status !== 'waiting')
    throw new EspalierError('CANDIDATE_DECIDED', `candidate ${id} is ${candidate.status} already`);
  return candidate;
}

function requireFresh(candidate: Candidate, champion: number | null): void {
  if (candidate.championVersion === champion) return;
  const then = candidate.championVersion === null ? 'none' : `version ${candidate.championVersion}`;
  throw new EspalierError(
    'CANDIDATE_STALE',
    `candidate ${candidate.id} was compared with ${then}; the champion is now version ${champion}`,
  );
}
