/** Decisions of people: each is one transaction, with its audit row, and cannot be taken twice. */

import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { mayApprove } from '../gate/verdict.js';
import { admitExamples, prepareAdmission } from '../replay/admission.js';
import { type Principal, recordAct } from '../store/audit.js';
import {
  type Candidate,
  type Decision,
  findCandidate,
  findChampionVersion,
  listDecisions,
  recordDecision,
  setCandidateStatus,
  setChampionVersion,
} from '../store/candidates.js';
import { type Queries, type Store, type Transaction, transact } from '../store/database.js';
import type { Example } from '../store/examples.js';
import { hasLearned, listUnlearned, readLearned } from '../store/learned.js';
import { readRun } from '../store/runs.js';
import { championOf, type Plan } from '../update/context.js';
import { refusePruned, requireSoundVersion } from '../versions/sound-version.js';
import type { Versions } from '../versions/versions.js';
import { ownThread, type TaskRunner } from '../work/task.js';
import { requireTrueVerdict } from './verify.js';

export interface Approval {
  readonly candidateId: number;
  readonly actor: Principal;
  readonly reason: string;
  readonly at: Date;
  /** `verdict`: only what the gate lets through. `override`: whatever it said; the decision is marked so for ever. */
  readonly on: 'verdict' | 'override';
}

export interface Promotion {
  readonly candidate: Candidate;
  /** As it is recorded. */
  readonly act: 'approve' | 'override';
  readonly admitted: number;
  readonly evicted: number;
}

/** Where a decision is taken. */
export interface DecisionContext {
  readonly store: Store;
  readonly versions: Versions;
  /** Where the verdict is worked out again; the caller's own thread unless told. */
  readonly work?: TaskRunner;
}

/**
 * Makes a candidate champion, and offers what it learned to the replay buffer, at once. Before that everything that the
 * decision rests on is checked: the version's files against its manifest, that against the store, and the verdict
 * against the stored results. What is damaged or edited is refused, also with an override.
 * @throws CANDIDATE_NOT_FOUND, CANDIDATE_DECIDED, CANDIDATE_STALE, CANDIDATE_REFUSED, ADAPTER_INVALID, VERDICT_DIFFERS,
 * DECISION_BACKDATED
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
  const changes = await prepareAdmission(store, { declaration, learned, space: plan.embeddings, now: at });
  return transact(store, async (transaction) => {
    const { candidate, champion } = await requireDecidable(transaction, candidateId);
    if ((await countApprovals(transaction, adapter)) !== approvals)
      throw new EspalierError(
        'CANDIDATE_STALE',
        `another candidate of ${adapter} was approved while this approval was prepared`,
      );
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
    await record(transaction, { ...decision, actor, reason, at });
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
    await record(transaction, { ...decision, actor, reason, at });
    return candidate;
  });
}

export interface Rollback {
  readonly adapter: string;
  /** Undefined: the champion before this one. */
  readonly toVersion: number | undefined;
  readonly actor: Principal;
  readonly reason: string;
  readonly at: Date;
}

/**
 * Only a version that once was champion can be one again, and only with the files that it had.
 * @throws NO_CHAMPION, NO_EARLIER_VERSION, ADAPTER_INVALID, VERSION_PRUNED, DECISION_BACKDATED
 */
export async function rollBack(
  { store, versions }: DecisionContext,
  { adapter, toVersion, actor, reason, at }: Rollback,
): Promise<{ from: number; to: number }> {
  const chosen = await chooseEarlier(store.queries, adapter, toVersion);
  await requireSoundVersion(versions, store.queries, { adapter, version: chosen.to });
  return transact(store, async (transaction) => {
    const { from, to } = await chooseEarlier(transaction, adapter, toVersion ?? chosen.to);
    // Its files may have been about to go when they were checked.
    await refusePruned(transaction, { adapter, version: to });
    await setChampionVersion(transaction, adapter, to);
    await record(transaction, {
      adapter,
      candidateId: null,
      act: 'rollback',
      fromVersion: from,
      toVersion: to,
      actor,
      reason,
      at,
    });
    return { from, to };
  });
}

/** What a rollback goes to where no version is named: the champion that the last approval of `champion` replaced. */
export function championBefore(decisions: readonly Decision[], champion: number): number | null {
  const approvals = decisions.filter(({ act, toVersion }) => isApproval(act) && toVersion === champion);
  return approvals.at(-1)?.fromVersion ?? null;
}

const isApproval = (act: Decision['act']) => act === 'approve' || act === 'override';

/** @param toVersion undefined: the champion before this one */
async function chooseEarlier(
  queries: Queries,
  adapter: string,
  toVersion: number | undefined,
): Promise<{ from: number; to: number }> {
  const from = await findChampionVersion(queries, adapter);
  if (from === null) throw new EspalierError('NO_CHAMPION', `${adapter} has no champion`);
  const decisions = await listDecisions(queries, adapter);
  const served = decisions.filter(({ act }) => act !== 'reject').map((decision) => decision.toVersion!);
  const before = championBefore(decisions, from);
  const to = toVersion ?? before;
  if (to === null || to === from || !served.includes(to)) {
    const earlier = [...new Set(served)].filter((version) => version !== from);
    const hint =
      earlier.length === 0
        ? 'There is no other.'
        : `Versions that served: ${earlier.join(', ')}; name one with \`to\`.`;
    throw new EspalierError(
      'NO_EARLIER_VERSION',
      `${adapter} cannot go back from version ${from}${toVersion === undefined ? '' : ` to ${toVersion}`}`,
      { hint, ...(earlier.length > 0 && { parameters: ['to'], choices: earlier }) },
    );
  }
  return { from, to };
}

/** What the version of a plan has learned and the champion before it has not. */
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

/** The buffer changes with approvals alone: none since means that what was read of it still holds. */
async function countApprovals(queries: Queries, adapter: string): Promise<number> {
  return (await listDecisions(queries, adapter)).filter(({ act }) => act === 'approve' || act === 'override').length;
}

interface Decidable {
  readonly candidate: Candidate;
  readonly champion: number | null;
}

/**
 * It waits, and the champion is still the one that it was compared with.
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

interface RecordedDecision extends Omit<Decision, 'id' | 'actor' | 'at'> {
  readonly actor: Principal;
  readonly at: Date;
}

/** A decision without a reason cannot be understood later. @throws USAGE, DECISION_BACKDATED */
async function record(transaction: Transaction, { actor, at, ...decision }: RecordedDecision): Promise<void> {
  if (decision.reason.trim() === '')
    throw new EspalierError('USAGE', 'a decision needs a reason', {
      hint: 'Say why with `reason`.',
      parameters: ['reason'],
    });
  await requireInOrder(transaction, { at, ...decision });
  await recordDecision(transaction, { ...decision, actor: actor.name, at: at.toISOString() });
  const { adapter, act, candidateId, toVersion, fromVersion, reason } = decision;
  const subject = candidateId === null ? `version ${toVersion}` : `candidate ${candidateId}`;
  await recordAct(transaction, {
    at,
    principal: actor,
    act,
    adapter,
    subject,
    detail: { reason, fromVersion, toVersion },
  });
}

/**
 * The decisions of an adapter tell who served when; that can be read only where their times are in their order.
 * @throws DECISION_BACKDATED
 */
async function requireInOrder(
  queries: Queries,
  { adapter, candidateId, at }: Omit<RecordedDecision, 'actor'>,
): Promise<void> {
  const last = (await listDecisions(queries, adapter)).at(-1);
  const made = candidateId === null ? undefined : (await findCandidate(queries, candidateId)).createdAt;
  const before = [
    ...(made === undefined ? [] : [{ what: `candidate ${candidateId} was made`, time: made }]),
    ...(last === undefined ? [] : [{ what: `the last decision on ${adapter} was taken`, time: last.at }]),
  ];
  const later = before.find(({ time }) => at < new Date(time));
  if (later === undefined) return;
  throw new EspalierError('DECISION_BACKDATED', `${later.what} at ${later.time}, which is after ${at.toISOString()}`);
}
