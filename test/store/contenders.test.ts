import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, it } from 'vitest';
import { listContenders, saveContenders, saveReports } from '#espalier/store/contenders.js';
import { openStore, transact } from '#espalier/store/database.js';
import { addResults, listResults } from '#espalier/store/results.js';
import { beginRun } from '#espalier/store/runs.js';
import { now, temporaryStore } from '../support/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();
const error = { code: 'TRAINING_DIVERGED', message: 'the loss is 1e+9', hint: 'Lower learningRate.' } as const;

async function storeWithRun() {
  const store = await temporaryStore();
  const run = await beginRun(store, {
    adapter: 'desk',
    stage: 'train',
    plan: {},
    trigger: 'ann',
    owner: 'one',
    startedAt: now,
    now,
  });
  return { store, queries: store.queries, run: run.id };
}

const attempt = (strategy: string) => ({ strategy, seconds: 1.5, bytesKept: 2048, error: null });

it('contenders come back in the order of the plan, with their reports, and the one that was chosen', async () => {
  const { store, queries, run } = await storeWithRun();
  const attempts = [
    attempt('replay'),
    { strategy: 'derpp', seconds: null, bytesKept: null, error },
    attempt('analytic'),
  ];
  await transact(store, (transaction) => saveContenders(transaction, run, attempts));
  const reports = [
    { strategy: 'replay', report: { verdict: 'fail' } },
    { strategy: 'analytic', report: { verdict: 'pass' } },
  ];
  await transact(store, (transaction) => saveReports(transaction, run, reports, 'analytic'));
  expect(await listContenders(queries, run)).toEqual([
    { ...attempt('replay'), report: { verdict: 'fail' }, chosen: false },
    { strategy: 'derpp', seconds: null, bytesKept: null, error, report: null, chosen: false },
    { ...attempt('analytic'), report: { verdict: 'pass' }, chosen: true },
  ]);
});

it('contenders are replaced when the stage is done again', async () => {
  const { store, queries, run } = await storeWithRun();
  await transact(store, (transaction) => saveContenders(transaction, run, [attempt('replay'), attempt('derpp')]));
  await transact(store, (transaction) => saveContenders(transaction, run, [attempt('derpp')]));
  expect((await listContenders(queries, run)).map(({ strategy }) => strategy)).toEqual(['derpp']);
});

it('results are kept for each contender, under the same cases', async () => {
  const { store, queries, run } = await storeWithRun();
  const result = (contender: string, candidateScore: number) => ({
    ...{ contender, suite: 'verbs', caseId: 'a', championScore: 1, candidateScore },
    ...{ championAnswer: null, candidateAnswer: null, championConfidence: null, candidateConfidence: null },
    ...{ anchorScore: null, gold: null, tags: {}, cluster: null },
  });
  await transact(store, (transaction) => addResults(transaction, run, [result('replay', 0), result('derpp', 1)]));
  expect(await listResults(queries, run, { contender: 'derpp', suite: 'verbs' })).toEqual([result('derpp', 1)]);
  expect(await listResults(queries, run, { contender: 'replay', suite: 'verbs' })).toEqual([result('replay', 0)]);
});

it('a store from before there were contenders keeps its candidates and results, under the strategy that the plan named', async () => {
  const path = join(root, 'first-light.db');
  const database = new SqliteDatabase(path);
  database.exec(
    readFileSync(new URL('../../replay-store/migrations/sqlite/001-first-light.sql', import.meta.url), 'utf8'),
  );
  database.exec(`
    INSERT INTO runs VALUES (1, 'desk', 'done', 'propose', '{"strategy":"derpp"}', '{}', 'ann', 'one', '', 1, '', '', NULL);
    INSERT INTO candidates VALUES (1, 'desk', 1, 1, NULL, 'waiting', 'pass', '{"verdict":"pass"}', '');
    INSERT INTO eval_results VALUES (1, 'verbs', 'a', NULL, 0.5, NULL, 'run');
    PRAGMA application_id = ${0x4553504c};
    PRAGMA user_version = 1;`);
  database.close();
  const store = await openStore(path);
  expect(await listContenders(store.queries, 1)).toEqual([
    { strategy: 'derpp', seconds: null, bytesKept: null, error: null, report: { verdict: 'pass' }, chosen: true },
  ]);
  expect(await listResults(store.queries, 1, { contender: 'derpp', suite: 'verbs' })).toEqual([
    {
      ...{ contender: 'derpp', suite: 'verbs', caseId: 'a', championScore: null, candidateScore: 0.5 },
      ...{ championAnswer: null, candidateAnswer: 'run', championConfidence: null, candidateConfidence: null },
      ...{ anchorScore: null, gold: null, tags: {}, cluster: null },
    },
  ]);
  await store.close();
});
