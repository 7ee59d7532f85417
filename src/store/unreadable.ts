/**
 * The table `unreadable`: texts that an encoder cannot turn into a vector. They are set aside, so that the rest of an
 * update can continue.
 */
import type { Queries } from './store.js';

const sliceSize = 500;

export interface UnreadableText {
  readonly hash: string;
  readonly reason: string;
}

/** Text hash -> reason, for those of `hashes` that the encoder could not read. */
export async function findUnreadable(
  queries: Queries,
  fingerprint: string,
  hashes: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let start = 0; start < hashes.length; start += sliceSize) {
    const rows = await queries
      .selectFrom('unreadable')
      .select(['hash', 'reason'])
      .where('fingerprint', '=', fingerprint)
      .where('hash', 'in', hashes.slice(start, start + sliceSize))
      .execute();
    for (const { hash, reason } of rows) found.set(hash, reason);
  }
  return found;
}

export async function saveUnreadable(
  queries: Queries,
  fingerprint: string,
  texts: readonly UnreadableText[],
): Promise<void> {
  if (texts.length === 0) return;
  await queries
    .insertInto('unreadable')
    .values(texts.map((text) => ({ ...text, fingerprint })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
