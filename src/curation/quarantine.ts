/** A quarantined example leaves the replay buffer at once; released, it is offered again when members are chosen next. */
import { listMemberships, saveMemberships } from '../store/buffer.js';
import type { Transaction } from '../store/database.js';
import type { Edited, EditRequest } from './edit-request.js';

export async function evictQuarantined(
  transaction: Transaction,
  { adapter, actor, reason, at }: Pick<EditRequest, 'adapter' | 'actor' | 'reason' | 'at'>,
  edited: readonly Edited[],
): Promise<void> {
  const ids = edited.filter(({ after }) => after.quarantined === true).map(({ example }) => example.id);
  const members = (await listMemberships(transaction, adapter, ids)).filter(({ state }) => state === 'member');
  const evicted = members.map((membership) => ({
    ...membership,
    state: 'evicted' as const,
    reason: `quarantined by ${actor.name}: ${reason}`,
    since: at.toISOString(),
  }));
  await saveMemberships(transaction, adapter, evicted);
}
