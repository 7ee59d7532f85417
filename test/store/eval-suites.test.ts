import { describe, expect, it } from 'vitest';
import { insertCandidate } from '#espalier/store/candidates.js';
import { type Queries, type Store, transact } from '#espalier/store/database.js';
import {
  countEarlierUses,
  findChangedSuite,
  type JudgedSuite,
  listJudgedSuites,
  listStoredSuites,
  listSuitesOfVersion,
  removeOtherSuites,
  saveJudgedSuite,
} from '#espalier/store/eval-suites.js';
import { addResults, type PairedResult } from '#espalier/store/results.js';
import { beginRun, endRun } from '#espalier/store/runs.js';
import { afterStatement, now, temporaryStore } from '../support/store.js';

const suite = (name: string, overrides: Partial<JudgedSuite> = {}): JudgedSuite => ({
  ...{
    suite: name,
    version: 1,
    contentHash: `${name} as first written`,
    family: 'probe',
    metric: 'accuracy',
    chance: 0.5,
    task: 'intent',
  },
  ...{ examines: 'encoder', domain: null, knownToChampion: true, knownToAnchor: false, leftOut: 0 },
  ...overrides,
});

interface Asked {
  readonly adapter?: string;
  /** Of every suite. */
  readonly cases?: readonly string[];
  readonly contenders?: readonly string[];
}

const result = (contender: string, name: string, caseId: string): PairedResult => ({
  ...{
    contender,
    suite: name,
    caseId,
    championScore: 1,
    candidateScore: 1,
    championAnswer: null,
    candidateAnswer: null,
  },
  ...{ championConfidence: null, candidateConfidence: null, anchorScore: null, gold: null, tags: {}, cluster: null },
});

const seals = { analytic: { results: 2, checksum: 7 } };

async function saveSuites(store: Store, runId: number, suites: readonly JudgedSuite[]): Promise<void> {
  for (const [place, one] of suites.entries())
    await transact(store, (transaction) => saveJudgedSuite(transaction, runId, one, { place, rules: 3, seals }));
}

/** A run that judged these suites, and proposed a version unless told otherwise. */
async function judged(
  store: Store,
  suites: readonly JudgedSuite[],
  version: number | undefined,
  { adapter = 'desk', cases = ['1'], contenders = ['analytic'] }: Asked = {},
): Promise<number> {
  const run = await beginRun(store, {
    adapter,
    stage: 'gate',
    plan: {},
    trigger: 'manual',
    owner: 'one',
    startedAt: now,
    now,
  });
  await saveSuites(store, run.id, suites);
  const results = contenders.flatMap((contender) =>
    suites.flatMap((one) => cases.map((caseId) => result(contender, one.suite, caseId))),
  );
  await transact(store, (transaction) => addResults(transaction, run.id, results));
  await endRun(store.queries, run, { status: 'done', error: null, at: now });
  if (version !== undefined) {
    const [report, createdAt] = [{}, now.toISOString()];
    await transact(store, (transaction) =>
      insertCandidate(transaction, {
        adapter,
        version,
        runId: run.id,
        championVersion: null,
        verdict: 'pass',
        report,
        createdAt,
      }),
    );
  }
  return run.id;
}

it('the suites of a run come back whole, in their order, also when the stage is done again', async () => {
  const store = await temporaryStore();
  const suites = [
    suite('verbs', { leftOut: 3, knownToAnchor: true }),
    suite('holdout/shop', { domain: 'shop', knownToChampion: false }),
  ];
  const run = await judged(store, suites, 1);
  await saveSuites(store, run, suites);
  expect(await listJudgedSuites(store.queries, run)).toEqual(suites);
  expect(await listSuitesOfVersion(store.queries, 'desk', 1)).toEqual(suites);
  expect(await listSuitesOfVersion(store.queries, 'desk', 2)).toEqual([]);
});

it('a suite says by what rules it was scored and what its results are sealed with, and tells when its row was changed', async () => {
  const store = await temporaryStore();
  const run = await judged(store, [suite('verbs'), suite('nouns')], undefined);
  const storedAs = (name: string, queries: Queries) =>
    listStoredSuites(queries, run).then((all) => all.find((one) => one.suite === name));
  const stored = (name: string) => storedAs(name, store.queries);
  expect(await stored('nouns')).toEqual({ ...suite('nouns'), place: 1, isSound: true, scoring: { rules: 3, seals } });
  const changes = [
    "metric = 'jaccard'",
    'chance = 0.25',
    'left_out = 9',
    "content_hash = 'x'",
    'rules = 2',
    "seals = '{}'",
    'place = 5',
  ];
  for (const change of [
    ...changes,
    'known_to_champion = 0',
    "task = 'tone'",
    "domain = 'shop'",
    "family = 'sts'",
    'version = 2',
  ]) {
    const statement = `update eval_suites set ${change} where suite = 'verbs'`;
    const changed = await afterStatement(store, statement, (queries) => storedAs('verbs', queries));
    expect([change, changed!.isSound]).toEqual([change, false]);
  }
  const unsealed = { rules: null, seals: null, seal: null };
  await store.queries.updateTable('eval_suites').set(unsealed).where('suite', '=', 'verbs').execute();
  expect(await stored('verbs')).toMatchObject({ isSound: true, scoring: undefined });
  await transact(store, (transaction) => removeOtherSuites(transaction, run, ['nouns']));
  expect((await listJudgedSuites(store.queries, run)).map((one) => one.suite)).toEqual(['nouns']);
});

describe('how often a suite has decided', () => {
  it('counts candidates of the same adapter, of earlier runs, on the same cases', async () => {
    const store = await temporaryStore();
    const [verbs, nouns] = [suite('verbs'), suite('nouns')];
    await judged(store, [verbs, nouns], 1);
    await judged(store, [verbs, suite('nouns', { contentHash: 'other cases', version: 2 })], 2);
    await judged(store, [verbs], undefined);
    await judged(store, [verbs], 1, { adapter: 'mail' });
    const run = await judged(store, [verbs, nouns, suite('new')], 3);
    await judged(store, [verbs], 4);
    expect(await countEarlierUses(store.queries, 'desk', run)).toEqual(
      new Map([
        ['nouns', 1],
        ['verbs', 2],
      ]),
    );
  });

  it('counts case by case: an example that is new in a holdout does not begin the count anew', async () => {
    const store = await temporaryStore();
    const holdout = (contentHash: string) => suite('holdout/shop', { domain: 'shop', contentHash });
    await judged(store, [holdout('first')], 1, { cases: ['1', '2', '3'] });
    await judged(store, [holdout('second')], 2, { cases: ['1', '2', '3', '4'] });
    const run = await judged(store, [holdout('third')], 3, { cases: ['1', '2', '3', '4', '5'] });
    // Three cases were asked twice, one once, one never: 7 / 5.
    expect(await countEarlierUses(store.queries, 'desk', run)).toEqual(new Map([['holdout/shop', 2]]));
  });

  it('counts every contender of a field', async () => {
    const store = await temporaryStore();
    await judged(store, [suite('verbs')], 1, { contenders: ['analytic', 'derpp', 'replay'] });
    const run = await judged(store, [suite('verbs')], 2, { contenders: ['analytic', 'derpp'] });
    expect(await countEarlierUses(store.queries, 'desk', run)).toEqual(new Map([['verbs', 3]]));
  });
});

describe('a suite of the same version with other cases', () => {
  it('is found, and a new version or a holdout is not', async () => {
    const store = await temporaryStore();
    await judged(store, [suite('verbs'), suite('holdout/shop', { domain: 'shop' })], 1);
    const edited = suite('verbs', { contentHash: 'edited' });
    expect(await findChangedSuite(store.queries, edited)).toBe('verbs as first written');
    expect(await findChangedSuite(store.queries, { ...edited, version: 2 })).toBeUndefined();
    expect(await findChangedSuite(store.queries, suite('verbs'))).toBeUndefined();
    expect(await findChangedSuite(store.queries, suite('holdout/shop', { contentHash: 'more came' }))).toBeUndefined();
  });
});
