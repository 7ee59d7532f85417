/**
 * The full-text index of SQLite (FTS5): https://www.sqlite.org/fts5.html. Rows are indexed many at a time, since FTS5
 * writes its buffer out at the end of each statement.
 */
import { sql } from 'kysely';
import type { SearchTerm } from '../search-terms.js';
import type { ExampleSelection, Queries, Transaction, Unindexed } from '../store.js';

/** Rows that one statement indexes: between two of them other work gets its turn. */
const sliceSize = 10_000;

/** Indexes the examples that came after the last indexed one. Cost without any: two look-ups. */
export async function indexNewTexts(transaction: Transaction): Promise<void> {
  const last = sql`(select coalesce(max(id), 0) from examples_text_docsize)`;
  for (;;) {
    const { numAffectedRows = 0n } = await sql`insert into examples_text (rowid, text)
      select id, text from examples where id > ${last} order by id limit ${sql.lit(sliceSize)}`.execute(transaction);
    if (numAffectedRows < sliceSize) return;
  }
}

export async function rebuildTextIndex(transaction: Transaction): Promise<void> {
  await sql`insert into examples_text (examples_text) values ('rebuild')`.execute(transaction);
}

export async function countUnindexed(queries: Queries): Promise<Unindexed> {
  const { rows } = await sql<Unindexed>`select
    (select count(*) from examples where not exists (select 1 from examples_text_docsize as known where known.id = examples.id)) as missing,
    (select count(*) from examples_text_docsize as known where not exists (select 1 from examples where examples.id = known.id)) as surplus
  `.execute(queries);
  return rows[0]!;
}

export const matchId = sql<number>`found.rowid`;

/**
 * FTS5 yields its matches in order of the rowid, so that a page of them ends early. The plus keeps SQLite from asking
 * FTS5 again for each example (https://www.sqlite.org/optoverview.html, 6).
 */
export function withMatches(query: ExampleSelection, terms: readonly SearchTerm[]): ExampleSelection {
  const found = sql<{ rowid: number }>`examples_text(${terms.map(termText).join(' AND ')})`.as('found');
  return query.innerJoin(found, (join) =>
    join.on(sql<boolean>`examples.id = +found.rowid`),
  ) as unknown as ExampleSelection;
}

/** Words of a term have no quotes of their own. */
const termText = ({ words, isPrefix }: SearchTerm) => `"${words.join(' ')}"${isPrefix ? ' *' : ''}`;
