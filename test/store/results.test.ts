import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import {
  findCandidate,
  insertCandidate,
  listCandidates,
  nextVersion,
  setCandidateStatus,
} from '#espalier/store/candidates.js';
import { openStore, type Store, transact } from '#espalier/store/database.js';
import { listDomainAccuracies, saveDomainAccuracies } from '#espalier/store/domain-accuracies.js';
import {
  addResults,
  isSameSeal,
  listResults,
  type PairedResult,
  readResults,
  removeOtherResults,
  removeResults,
  sealStoredResults,
} from '#espalier/store/results.js';
import { beginRun, endRun } from '#espalier/store/runs.js';
import { errorOf } from '../support/errors.js';
import { afterStatement, now, temporaryStore } from '../support/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function finishedRun(store: Store, adapter = 'support'): Promise<number> {
  const run = await beginRun(store, {
    adapter,
    stage: 'gate',
    plan: {},
    trigger: 'manual',
    owner: 'one',
    startedAt: now,
    now,
  });
  await endRun(store.queries, run, { status: 'done', error: null, at: now });
  return run.id;
}

async function propose(store: Store, version: number, adapter = 'support'): Promise<number> {
  const [runId, createdAt] = [await finishedRun(store, adapter), now.toISOString()];
  const candidate = {
    adapter,
    version,
    runId,
    championVersion: null,
    verdict: 'pass',
    report: { gained: [1, 2] },
    createdAt,
  } as const;
  return transact(store, (transaction) => insertCandidate(transaction, candidate));
}

const result = (caseId: string, suite = 'verbs', contender = 'analytic'): PairedResult => ({
  ...{ contender, suite, caseId, championScore: null, candidateScore: 0.1 + 0.2 },
  ...{ championAnswer: null, candidateAnswer: 'run' },
  ...{
    championConfidence: null,
    candidateConfidence: 0.75,
    anchorScore: 0.5,
    gold: 3,
    tags: { label: 'go' },
    cluster: 'text 1',
  },
});

describe('candidates', () => {
  it('wait with their report, and are numbered one after another for each adapter', async () => {
    const store = await temporaryStore();
    expect(await nextVersion(store.queries, 'support')).toBe(1);
    const id = await propose(store, 1);
    expect(await findCandidate(store.queries, id)).toMatchObject({
      id,
      version: 1,
      status: 'waiting',
      verdict: 'pass',
      report: { gained: [1, 2] },
    });
    expect(await nextVersion(store.queries, 'support')).toBe(2);
    expect(await nextVersion(store.queries, 'billing')).toBe(1);
  });

  it('never share a version', async () => {
    const store = await temporaryStore();
    await propose(store, 1);
    await expect(propose(store, 1)).rejects.toThrow(/unique constraint/i);
    await propose(store, 1, 'billing');
  });

  it('are listed newest first, by adapter and status', async () => {
    const store = await temporaryStore();
    const [first, second, other] = [
      await propose(store, 1),
      await propose(store, 2),
      await propose(store, 1, 'billing'),
    ];
    await transact(store, (transaction) => setCandidateStatus(transaction, first, 'rejected'));
    const list = async (filter: Parameters<typeof listCandidates>[1]) =>
      (await listCandidates(store.queries, filter)).map(({ id }) => id);
    expect(await list({})).toEqual([other, second, first]);
    expect(await list({ adapter: 'support' })).toEqual([second, first]);
    expect(await list({ adapter: 'support', status: 'waiting' })).toEqual([second]);
  });

  it('CANDIDATE_NOT_FOUND', async () => {
    expect((await errorOf(findCandidate((await temporaryStore()).queries, 9))).code).toBe('CANDIDATE_NOT_FOUND');
  });
});

describe('the results of a run', () => {
  const verbs = { contender: 'analytic', suite: 'verbs' };

  it('come back suite by suite as they were measured, in order of case, in any number', async () => {
    const store = await temporaryStore();
    const run = await finishedRun(store);
    await transact(store, (transaction) =>
      addResults(transaction, run, [result('b'), result('a', 'nouns'), result('a')]),
    );
    expect(await listResults(store.queries, run, verbs)).toEqual([result('a'), result('b')]);
    const many = Array.from({ length: 2500 }, (_, index) => result(String(index).padStart(4, '0'), 'adverbs'));
    await transact(store, (transaction) => addResults(transaction, run, many));
    expect(await listResults(store.queries, run, { ...verbs, suite: 'adverbs' })).toEqual(many);
  });

  it('of one suite, or of all that are not asked any more, are taken away without touching others', async () => {
    const store = await temporaryStore();
    const [run, other] = [await finishedRun(store), await finishedRun(store)];
    for (const id of [run, other])
      await transact(store, (transaction) =>
        addResults(transaction, id, [result('a'), result('a', 'nouns'), result('a', 'adverbs')]),
      );
    await transact(store, (transaction) => removeResults(transaction, run, 'nouns'));
    await transact(store, (transaction) => removeOtherResults(transaction, run, ['verbs']));
    const countOf = async (id: number, suite: string) =>
      (await listResults(store.queries, id, { ...verbs, suite })).length;
    expect([await countOf(run, 'verbs'), await countOf(run, 'nouns'), await countOf(run, 'adverbs')]).toEqual([
      1, 0, 0,
    ]);
    expect([await countOf(other, 'verbs'), await countOf(other, 'nouns'), await countOf(other, 'adverbs')]).toEqual([
      1, 1, 1,
    ]);
  });

  it('have one seal, whatever the order and the slices in which they were stored, and another when any column is another', async () => {
    const store = await temporaryStore();
    const [run, other] = [await finishedRun(store), await finishedRun(store)];
    const strange = result('half of a pair: \ud83d', 'verbs');
    const seals = await transact(store, (transaction) =>
      addResults(transaction, run, [strange, result('b'), result('a')]),
    );
    const inSlices = await transact(store, (transaction) => addResults(transaction, other, [result('a')]));
    expect(
      await transact(store, (transaction) => addResults(transaction, other, [result('b'), strange], inSlices)),
    ).toEqual(seals);
    expect(seals.analytic!.results).toBe(3);
    expect(await sealStoredResults(store.queries, run, verbs)).toEqual(seals.analytic);
    const columns = ['case_id', 'champion_answer', 'candidate_answer', 'tags', 'cluster'];
    const numbers = [
      'champion_score',
      'candidate_score',
      'champion_confidence',
      'candidate_confidence',
      'anchor_score',
      'gold',
    ];
    const changes = [
      ...columns.map((column) => `${column} = coalesce(${column}, '') || ' '`),
      ...numbers.map((column) => `${column} = coalesce(${column}, 0) + 0.125`),
      ...['candidate_confidence', 'anchor_score', 'gold', 'candidate_answer', 'cluster'].map(
        (column) => `${column} = null`,
      ),
    ];
    for (const change of changes) {
      const statement = `update eval_results set ${change} where run_id = ${run} and case_id = 'a'`;
      const { seal } = await afterStatement(store, statement, (queries) => readResults(queries, run, verbs));
      expect([change, isSameSeal(seal, seals.analytic)]).toEqual([change, false]);
    }
  });

  it('hold the accuracy matrix by version, task and domain', async () => {
    const store = await temporaryStore();
    const row = (version: number, task: string, domain: string) => ({
      version,
      task,
      domain,
      cases: 3,
      accuracy: 1 / 3,
    });
    await transact(store, (transaction) =>
      saveDomainAccuracies(transaction, 'support', [
        row(2, 'b', 'x'),
        row(1, 'b', 'x'),
        row(1, 'a', 'y'),
        row(1, 'a', 'x'),
      ]),
    );
    await transact(store, (transaction) => saveDomainAccuracies(transaction, 'support', []));
    expect(await listDomainAccuracies(store.queries, 'support')).toEqual([
      row(1, 'a', 'x'),
      row(1, 'a', 'y'),
      row(1, 'b', 'x'),
      row(2, 'b', 'x'),
    ]);
    expect(await listDomainAccuracies(store.queries, 'billing')).toEqual([]);
  });

  it('of a store from before there were several tasks are of the task that the plan declared', async () => {
    const path = join(temporaryFolder(), 'of-one-task.db');
    const database = new SqliteDatabase(path);
    for (const name of ['001-first-light', '002-contenders'])
      database.exec(readFileSync(new URL(`../../replay-store/migrations/sqlite/${name}.sql`, import.meta.url), 'utf8'));
    database.exec(`
      INSERT INTO runs VALUES (1, 'desk', 'done', 'propose', '{"declaration":{"tasks":[{"name":"tone"}]}}', '{}', 'ann', 'one', '', 1, '', '', NULL);
      INSERT INTO candidates VALUES (1, 'desk', 4, 1, NULL, 'approved', 'pass', '{}', '');
      INSERT INTO domain_accuracies VALUES ('desk', 4, 'shop', 7, 0.5);
      PRAGMA application_id = ${0x4553504c};
      PRAGMA user_version = 2;`);
    database.close();
    const store = await openStore(path);
    expect(await listDomainAccuracies(store.queries, 'desk')).toEqual([
      { version: 4, task: 'tone', domain: 'shop', cases: 7, accuracy: 0.5 },
    ]);
    await store.close();
  });
});
