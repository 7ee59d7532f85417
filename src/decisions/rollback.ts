/** Rolling back to a version that has served before. */
import { EspalierError } from '../core/errors.js';
import type { Principal } from '../store/audit.js';
import {
  type Decision,
  findChampionVersion,
  isApproval,
  listDecisions,
  setChampionVersion,
} from '../store/candidates.js';
import { type Queries, transact } from '../store/database.js';
import { refusePruned, requireSoundVersion } from '../versions/sound-version.js';
import { type DecisionContext, recordDecided } from './record.js';

export interface Rollback {
  readonly adapter: string;
  /** Undefined for the previous champion. */
  readonly toVersion: number | undefined;
  readonly actor: Principal;
  readonly reason: string;
  readonly at: Date;
}

/**
 * Rolls back to an earlier champion; only a version that has been champion is allowed, and only with its original
 * files.
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
    await recordDecided(transaction, {
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

/** The target of a rollback that names no version: the champion that the last approval of `champion` replaced. */
export function championBefore(decisions: readonly Decision[], champion: number): number | null {
  const approvals = decisions.filter(({ act, toVersion }) => isApproval(act) && toVersion === champion);
  return approvals.at(-1)?.fromVersion ?? null;
}

/** @param toVersion undefined for the previous champion */
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
