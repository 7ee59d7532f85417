/** Writing a decision down, with its audit row, in the transaction of the decision itself. */
import { EspalierError } from '../core/errors.js';
import { requireReason } from '../core/reason.js';
import { type Principal, recordAct } from '../store/audit.js';
import { type Decision, findCandidate, listDecisions, recordDecision } from '../store/candidates.js';
import type { Queries, Store, Transaction } from '../store/database.js';
import type { Versions } from '../versions/versions.js';
import type { TaskRunner } from '../work/task.js';

/** The store, the versions and the threads that a decision uses. */
export interface DecisionContext {
  readonly store: Store;
  readonly versions: Versions;
  /** Runs the recomputation of the verdict; the caller's own thread by default. */
  readonly work?: TaskRunner;
}

interface RecordedDecision extends Omit<Decision, 'id' | 'actor' | 'at'> {
  readonly actor: Principal;
  readonly at: Date;
}

/** Records a decision, which needs a reason, so that it can be understood later. @throws USAGE, DECISION_BACKDATED */
export async function recordDecided(
  transaction: Transaction,
  { actor, at, ...decision }: RecordedDecision,
): Promise<void> {
  requireReason(decision.reason, { what: 'a decision' });
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
 * Requires that the times of an adapter's decisions ascend: they record which version served when.
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
