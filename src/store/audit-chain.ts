/** The hashes that chain the rows of the audit, and the check of the whole chain. */
import { sha256 } from '../core/hash.js';
import type { Queries } from './store.js';

/** The content of an audit row, as stored. */
export interface AuditContent {
  /** The hash of the previous row. */
  readonly previous: string;
  readonly at: string;
  readonly actor: string;
  /** Null if the act happened before this column existed. */
  readonly via: string | null;
  readonly act: string;
  readonly adapter: string;
  readonly subject: string;
  /** JSON, hashed as its stored text. */
  readonly detail: string;
}

/** The `previous` hash of the first row. */
export const firstPrevious = '0'.repeat(64);

/**
 * SHA-256 of the JSON array of the row's columns in this order. It must never change, since stored rows depend on it.
 */
export function auditHash({ previous, at, actor, via, act, adapter, subject, detail }: AuditContent): string {
  return sha256(JSON.stringify([previous, at, actor, via, act, adapter, subject, detail]));
}

export interface AuditChain {
  /** Number of rows read, up to and including the broken one. */
  readonly rows: number;
  /**
   * Hash of the last valid row. A copy kept elsewhere later shows whether rows were removed from the end, which the
   * chain alone cannot.
   */
  readonly head: string;
  /** The first invalid row; undefined if all are valid. */
  readonly broken: BrokenLink | undefined;
}

export interface BrokenLink {
  /** Id of the row. */
  readonly row: number;
  /**
   * `content`: the row differs from what was hashed. `link`: the row does not follow the previous one, so a row was
   * removed, added or moved there.
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
