/** The table `eval_suites`: the suites of each run, and how often each has decided. */

import type { ResultSeals } from './results.js';
import type { Schema } from './schema.js';
import { type ColumnValue, changedRow, isSealed, readJson, sealValues } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

export interface JudgedSuite {
  readonly suite: string;
  readonly version: number;
  readonly contentHash: string;
  readonly family: string;
  readonly metric: string;
  readonly chance: number;
  readonly task: string;
  readonly examines: 'answers' | 'encoder';
  /** The domain of a holdout; null for any other suite. */
  readonly domain: string | null;
  readonly knownToChampion: boolean;
  readonly knownToAnchor: boolean;
  readonly leftOut: number;
}

/** The rules and seals of a finished suite's results. */
export interface Scoring {
  /** Version of the evaluation rules that the results were stored for. */
  readonly rules: number;
  readonly seals: ResultSeals;
}

/** A suite as stored; without `scoring` if it was stored before results were sealed. */
export interface StoredSuite extends JudgedSuite {
  /** Position of the suite in the report. */
  readonly place: number;
  readonly scoring: Scoring | undefined;
  /** Whether the row itself is as it was written. */
  readonly isSound: boolean;
}

/**
 * Stores the suite's row, which marks it as done: it is written in the transaction that stores the last of its results.
 */
export async function saveJudgedSuite(
  transaction: Transaction,
  runId: number,
  suite: JudgedSuite,
  { place, ...scoring }: Scoring & { readonly place: number },
): Promise<void> {
  const row = {
    run_id: runId,
    suite: suite.suite,
    place,
    version: suite.version,
    content_hash: suite.contentHash,
    family: suite.family,
    metric: suite.metric,
    chance: suite.chance,
    task: suite.task,
    examines: suite.examines,
    domain: suite.domain,
    known_to_champion: suite.knownToChampion ? (1 as const) : (0 as const),
    known_to_anchor: suite.knownToAnchor ? (1 as const) : (0 as const),
    left_out: suite.leftOut,
    rules: scoring.rules,
    seals: JSON.stringify(scoring.seals),
  };
  await removeJudgedSuite(transaction, runId, suite.suite);
  await transaction
    .insertInto('eval_suites')
    .values({ ...row, seal: sealValues(sealedValues(row)) })
    .execute();
}

/** Removes the suite's row, so that it no longer counts as done. */
export async function removeJudgedSuite(transaction: Transaction, runId: number, suite: string): Promise<void> {
  await transaction.deleteFrom('eval_suites').where('run_id', '=', runId).where('suite', '=', suite).execute();
}

/** Removes every suite of the run except these. */
export async function removeOtherSuites(
  transaction: Transaction,
  runId: number,
  suites: readonly string[],
): Promise<void> {
  const stored = await transaction.selectFrom('eval_suites').select('suite').where('run_id', '=', runId).execute();
  for (const { suite } of stored) if (!suites.includes(suite)) await removeJudgedSuite(transaction, runId, suite);
}

type SuiteRow = Schema['eval_suites'];

function sealedValues(row: Omit<SuiteRow, 'seal'>): ColumnValue[] {
  const { suite, place, version, content_hash, family, metric, chance, task, examines, domain } = row;
  const { known_to_champion, known_to_anchor, left_out, rules, seals } = row;
  const said = [suite, place, version, content_hash, family, metric, chance, task, examines, domain];
  return [...said, known_to_champion, known_to_anchor, left_out, rules, seals];
}

/** Suites in the order of the report, even if their rows were changed. */
export async function listStoredSuites(queries: Queries, runId: number): Promise<StoredSuite[]> {
  const rows = await queries
    .selectFrom('eval_suites')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('place')
    .execute();
  return rows.map((row) => {
    const isSound = isSealed(row.seal, sealedValues(row));
    return { ...suiteOf(row), place: row.place, isSound, scoring: isSound ? scoringOf(row) : undefined };
  });
}

export async function listJudgedSuites(queries: Queries, runId: number): Promise<JudgedSuite[]> {
  const rows = await queries
    .selectFrom('eval_suites')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('place')
    .execute();
  return rows.map(suiteOf);
}

function suiteOf(row: SuiteRow): JudgedSuite {
  return {
    suite: row.suite,
    version: row.version,
    contentHash: row.content_hash,
    family: row.family,
    metric: row.metric,
    chance: row.chance,
    task: row.task,
    examines: row.examines,
    domain: row.domain,
    knownToChampion: row.known_to_champion === 1,
    knownToAnchor: row.known_to_anchor === 1,
    leftOut: row.left_out,
  };
}

function scoringOf({ run_id, suite, rules, seals }: SuiteRow): Scoring | undefined {
  if (rules === null || seals === null) return undefined;
  return { rules, seals: readJson(seals, `the suite ${suite} of run ${run_id}`) as ResultSeals };
}

/**
 * How many contenders of the adapter the cases of each suite have judged in earlier runs that proposed a candidate: the
 * mean over the cases, rounded up. Each contender of a field counts. A case is the same if its suite has the same
 * version, or it is the same held-out example; new examples in a holdout lower the mean rather than reset it. It reads
 * all stored results of the adapter once.
 */
export async function countEarlierUses(
  queries: Queries,
  adapter: string,
  runId: number,
): Promise<ReadonlyMap<string, number>> {
  const cases = queries.selectFrom('eval_results').select(['suite', 'case_id']).distinct().where('run_id', '=', runId);
  const sizes = await queries
    .selectFrom(cases.as('one'))
    .select(({ fn }) => ['suite', fn.countAll<number>().as('cases')])
    .groupBy('suite')
    .execute();
  const uses = await queries
    .selectFrom('candidates')
    .innerJoin('eval_results as before', 'before.run_id', 'candidates.run_id')
    .innerJoin(cases.as('now'), (join) =>
      join.onRef('now.suite', '=', 'before.suite').onRef('now.case_id', '=', 'before.case_id'),
    )
    .innerJoin('eval_suites as then', (join) =>
      join.onRef('then.run_id', '=', 'before.run_id').onRef('then.suite', '=', 'before.suite'),
    )
    .innerJoin('eval_suites as asked', (join) =>
      join.onRef('asked.suite', '=', 'before.suite').on('asked.run_id', '=', runId),
    )
    .select(({ fn }) => ['before.suite as suite', fn.countAll<number>().as('uses')])
    .where('candidates.adapter', '=', adapter)
    .where('candidates.run_id', '<', runId)
    .where((where) =>
      where.or([where('asked.domain', 'is not', null), where('asked.version', '=', where.ref('then.version'))]),
    )
    .groupBy('before.suite')
    .execute();
  const casesOf = new Map(sizes.map(({ suite, cases: count }) => [suite, count]));
  return new Map(uses.map(({ suite, uses: count }) => [suite, Math.ceil(count / casesOf.get(suite)!)]));
}

/**
 * The suites that judged a version of the adapter; empty if unknown.
 * @throws STORE_CORRUPT where one of them was changed
 */
export async function listSuitesOfVersion(queries: Queries, adapter: string, version: number): Promise<JudgedSuite[]> {
  const candidate = await queries
    .selectFrom('candidates')
    .select('run_id')
    .where('adapter', '=', adapter)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!candidate) return [];
  const suites = await listStoredSuites(queries, candidate.run_id);
  const changed = suites.find(({ isSound }) => !isSound);
  if (changed) throw changedRow(`the suite ${changed.suite} of run ${candidate.run_id}`);
  return listJudgedSuites(queries, candidate.run_id);
}

/**
 * Content hash of another run's suite of the same name and version, if its cases differ; undefined if there is none.
 */
export async function findChangedSuite(
  queries: Queries,
  suite: Pick<JudgedSuite, 'suite' | 'version' | 'contentHash'>,
): Promise<string | undefined> {
  const row = await queries
    .selectFrom('eval_suites')
    .select('content_hash')
    .where('suite', '=', suite.suite)
    .where('version', '=', suite.version)
    .where('domain', 'is', null)
    .where('content_hash', '!=', suite.contentHash)
    .limit(1)
    .executeTakeFirst();
  return row?.content_hash;
}
