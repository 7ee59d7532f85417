/** The table `unknown_texts`: texts that a champion would not answer, until a person names or drops them. */
import { sql } from 'kysely';
import type { Queries, Transaction } from './store.js';

/** Whose queue it is. */
export interface Queue {
  readonly adapter: string;
  readonly task: string;
}

export interface NewUnknown {
  readonly hash: string;
  readonly text: string;
  readonly reason: string;
  readonly likeliest: string | null;
  readonly score: number | null;
}

export interface UnknownText extends NewUnknown {
  readonly version: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly timesSeen: number;
}

const sliceSize = 1000;

/** Counts a text that is there already, and keeps the present reason for it. */
export async function addUnknown(
  transaction: Transaction,
  { adapter, task }: Queue,
  texts: readonly NewUnknown[],
  seen: { readonly version: number; readonly at: string },
): Promise<void> {
  const { version, at } = seen;
  for (let start = 0; start < texts.length; start += sliceSize) {
    const rows = texts
      .slice(start, start + sliceSize)
      .map((text) => ({ ...text, adapter, task, version, first_seen: at, last_seen: at, times_seen: 1 }));
    await transaction
      .insertInto('unknown_texts')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['adapter', 'task', 'hash']).doUpdateSet((row) => ({
          reason: row.ref('excluded.reason'),
          likeliest: row.ref('excluded.likeliest'),
          score: row.ref('excluded.score'),
          version: row.ref('excluded.version'),
          last_seen: row.ref('excluded.last_seen'),
          times_seen: sql<number>`unknown_texts.times_seen + 1`,
        })),
      )
      .execute();
  }
}

/** Those seen most often first, then by hash. */
export async function listUnknown(queries: Queries, { adapter, task }: Queue, most?: number): Promise<UnknownText[]> {
  const rows = await queries
    .selectFrom('unknown_texts')
    .select(['hash', 'text', 'reason', 'likeliest', 'score', 'version'])
    .select(['first_seen as firstSeen', 'last_seen as lastSeen', 'times_seen as timesSeen'])
    .where('adapter', '=', adapter)
    .where('task', '=', task)
    .orderBy('times_seen', 'desc')
    .orderBy('hash')
    .$if(most !== undefined, (query) => query.limit(most!))
    .execute();
  return rows;
}

export async function countUnknown(queries: Queries, { adapter, task }: Queue): Promise<number> {
  const row = await queries
    .selectFrom('unknown_texts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('adapter', '=', adapter)
    .where('task', '=', task)
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function removeUnknown(
  transaction: Transaction,
  { adapter, task }: Queue,
  hashes: readonly string[],
): Promise<void> {
  for (let start = 0; start < hashes.length; start += sliceSize)
    await transaction
      .deleteFrom('unknown_texts')
      .where('adapter', '=', adapter)
      .where('task', '=', task)
      .where('hash', 'in', hashes.slice(start, start + sliceSize))
      .execute();
}

/** Twin -> labels of the task's examples that count as the same text. */
export async function findLabelsOfTwins(
  queries: Queries,
  { adapter, task }: Queue,
  twins: readonly string[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (let start = 0; start < twins.length; start += sliceSize) {
    const rows = await queries
      .selectFrom('examples')
      .select(['twin', 'label'])
      .where('adapter', '=', adapter)
      .where('task', '=', task)
      .where('twin', 'in', twins.slice(start, start + sliceSize))
      .execute();
    for (const { twin, label } of rows) found.set(twin, [...(found.get(twin) ?? []), label]);
  }
  return found;
}
