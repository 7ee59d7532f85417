/**
 * What is asked at every command, every look of the schedule or every row is answered by an index, in the order in
 * which it is wanted: no table is read whole, and nothing is sorted that an index has in order. The queries are those
 * that the store's functions send, without statistics of the planner.
 */
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '#espalier/store/database.js';
import { type Ask, fillForPlans, hotQueries, sortingQueries } from '../../support/hot-queries.js';
import { eavesdrop, planOf } from '../../support/plans.js';
import { temporaryStore } from '../../support/store.js';

let store: Store;
let connection: SqliteDatabase.Database;
let runId: number;

beforeAll(async () => {
  store = await temporaryStore();
  connection = new SqliteDatabase(store.location);
  runId = await fillForPlans(store);
});

afterAll(() => void connection.close());

/** Steps of the plans of everything that `ask` asks of the store, but for `begin` and `commit`. */
async function plansOf(ask: Ask): Promise<string[]> {
  const { store: heard, asked } = eavesdrop(store, connection);
  await ask(heard, runId);
  return asked.filter(({ sql }) => !/^(begin|commit)/.test(sql)).flatMap((query) => planOf(connection, query));
}

/** A virtual table is scanned by an index of its own: M of FTS5 is a match. */
const isSlow = (step: string) =>
  /^SCAN\b|TEMP B-TREE|AUTOMATIC/.test(step) && !/^SCAN (CONSTANT ROW|\w+ VIRTUAL TABLE INDEX \S*M)/.test(step);

describe.each(hotQueries)('queries of %s are answered by indexes', (_room, hot) => {
  it.each(hot.map(([name, ask, by = '']) => ({ name, ask, by })))('$name', async ({ ask, by }) => {
    const steps = await plansOf(ask);
    expect(steps).not.toEqual([]);
    expect(steps.filter(isSlow)).toEqual([]);
    expect(steps.join('\n')).toContain(by);
  });
});

describe('queries that have to sort', () => {
  const tables = [
    'examples',
    'buffer',
    'eval_results',
    'embeddings',
    'strata',
    'candidates',
    'contenders',
    'eval_suites',
  ];
  it.each(sortingQueries.map(([name, ask]) => ({ name, ask })))('read no table whole: $name', async ({ ask }) => {
    const steps = await plansOf(ask);
    expect(steps.filter((step) => tables.some((table) => step.startsWith(`SCAN ${table}`)))).toEqual([]);
  });
});
