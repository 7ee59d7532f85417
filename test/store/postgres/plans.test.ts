/**
 * The same hot queries on PostgreSQL: some index serves each of them, and the order in which its rows are wanted. The
 * planner reads small tables whole; here it is told to do that only where there is no other way.
 */
import { CompiledQuery, Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Queries, type Store, transact } from '#espalier/store/database.js';
import { dialectFor } from '#espalier/store/postgres/connection.js';
import { parseServerLocation } from '#espalier/store/postgres/location.js';
import { type Ask, fillForPlans, hotQueries, sortingQueries } from '../../support/hot-queries.js';
import { newExample, temporaryStore } from '../../support/store.js';

let store: Store;
let queries: Queries;
let runId: number;
const asked: CompiledQuery[] = [];

beforeAll(async () => {
  store = await temporaryStore();
  runId = await fillForPlans(store);
  const settings = ['seqscan', 'sort', 'bitmapscan'].map((way) => `set enable_${way} = off`);
  const dialect = dialectFor(parseServerLocation(store.location), settings);
  queries = new Kysely({ dialect, log: ({ query }) => void asked.push(query as CompiledQuery) });
});

afterAll(() => queries.destroy());

/** Lines of the plans of everything that `ask` asks of the store and that has a plan. */
async function plansOf(ask: Ask): Promise<string[]> {
  asked.length = 0;
  await ask({ ...store, queries }, runId);
  const planned = asked.filter(({ sql: text }) => /^(select|insert|update|delete)/.test(text) && !text.includes('pg_'));
  const lines: string[] = [];
  for (const { sql: text, parameters } of planned) {
    const { rows } = await queries.executeQuery<{ 'QUERY PLAN': string }>(
      CompiledQuery.raw(`explain ${text}`, [...parameters]),
    );
    for (const row of rows) lines.push(row['QUERY PLAN'].trim());
  }
  return lines;
}

const readsWhole = (line: string) => /^(->\s+)?Seq Scan/.test(line);
const sorts = (line: string) => /^(->\s+)?Sort\b/.test(line);

describe.each(hotQueries)('queries of %s are answered by indexes', (_part, hot) => {
  it.each(hot.map(([name, ask]) => ({ name, ask })))('$name', async ({ ask }) => {
    const lines = await plansOf(ask);
    expect(lines).not.toEqual([]);
    expect(lines.filter((line) => readsWhole(line) || sorts(line))).toEqual([]);
  });
});

describe('queries that have to sort', () => {
  it.each(sortingQueries.map(([name, ask]) => ({ name, ask })))('read no table whole: $name', async ({ ask }) => {
    expect((await plansOf(ask)).filter(readsWhole)).toEqual([]);
  });
});

it('a table without an index for the question is read whole: the test can fail', async () => {
  const plan = () => sql`select 1 from examples where provenance = 'x'`.execute(queries);
  expect((await plansOf(plan)).filter(readsWhole)).toHaveLength(1);
});

it('an intake of thousands of rows looks for twins by their index, in a table that nobody has analysed', async () => {
  const fresh = await temporaryStore();
  const plan = await transact(fresh, async (transaction) => {
    const writer = fresh.engine.openExampleWriter(transaction, { adapter: 'desk', task: 'intent' });
    for (let start = 0; start < 5000; start += 500) {
      const parcel = Array.from({ length: 500 }, (_, index) => newExample({ text: `text ${start + index}` }));
      await writer.prepare(parcel.map(({ twin }) => twin));
      for (const [index, example] of parcel.entries()) writer.insert(example, start + index + 1);
      await writer.flush();
    }
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain select id from examples
      where adapter = 'desk' and task = 'intent' and twin in ('a', 'b', 'c')`.execute(transaction);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toMatch(/Index Cond: .*twin = ANY/);
});
