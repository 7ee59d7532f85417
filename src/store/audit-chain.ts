/** The hashes that chain the rows of the audit, and the check of the whole chain. */
import { sha256 } from '../core/hash.js';
import type { Queries } from './store.js';

/** What a row says, as it is stored. */
export interface AuditContent {
  /** The hash of the row before. */
  readonly previous: string;
  readonly at: string;
  readonly actor: string;
  /** Null: the act happened before this was kept. */
  readonly via: string | null;
  readonly act: string;
  readonly adapter: string;
  readonly subject: string;
  /** JSON, hashed as the text that it is. */
  readonly detail: string;
}

/** Stands in the first row, which has none before it. */
export const firstPrevious = '0'.repeat(64);

/** SHA-256 over the JSON array of the row's columns in this order. Stored rows rest on it: it never changes. */
export function auditHash({ previous, at, actor, via, act, adapter, subject, detail }: AuditContent): string {
  return sha256(JSON.stringify([previous, at, actor, via, act, adapter, subject, detail]));
}

export interface AuditChain {
  /** Rows that were read, up to and with the broken one. */
  readonly rows: number;
  /**
   * Hash of the last row that holds. Kept elsewhere, it shows later whether rows were cut off the end, which the chain
   * alone cannot.
   */
  readonly head: string;
  /** The first row that does not hold; undefined: all do. */
  readonly broken: BrokenLink | undefined;
}

export interface BrokenLink {
  /** Its id. */
  readonly row: number;
  /**
   * `content`: the row is not what was hashed. `link`: it does not follow the row before it, so that one was removed,
   * added or moved there.
   */
  readonly what: 'content' | 'link';
}

const sliceSize = 1000;

/** Reads every row once, in order, slice by slice. */
export async function checkAuditChain(queries: Queries): Promise<AuditChain> {
  let [rows, head, after] = [0, firstPrevious, 0];
  for (;;) {
    const slice = await queries
      .selectFrom('audit')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(sliceSize)
      .execute();
    for (const row of slice) {
      rows++;
      const what = row.previous !== head ? 'link' : row.hash !== auditHash(row) ? 'content' : undefined;
      if (what !== undefined) return { rows, head, broken: { row: row.id, what } };
      head = row.hash;
    }
    if (slice.length < sliceSize) return { rows, head, broken: undefined };
    after = slice.at(-1)!.id;
  }
}
