/** Results of earlier runs on one suite, for comparing a version with earlier ones. */

import { eachRow, isSameSeal, noResults, type ResultSeals, withRow } from './results.js';
import { readJson, refuseChanged } from './sealed-row.js';
import type { Queries } from './store.js';

/** The score of one case by an earlier version, from when that version was judged. */
export interface LineageScore {
  readonly version: number;
  readonly caseId: string;
  readonly score: number;
}

interface LineageQuestion {
  readonly adapter: string;
  readonly versions: readonly number[];
  readonly suite: string;
  readonly suiteVersion: number;
}

/** Selects the results of one suite for all candidates of the adapter, with the stored version of the suite, if any. */
function selectOfSuite(queries: Queries, adapter: string, suite: string) {
  return queries
    .selectFrom('candidates as candidate')
    .innerJoin('contenders as contender', (join) =>
      join.onRef('contender.run_id', '=', 'candidate.run_id').on('contender.chosen', '=', 1),
    )
    .leftJoin('eval_suites as asked', (join) =>
      join.onRef('asked.run_id', '=', 'candidate.run_id').on('asked.suite', '=', suite),
    )
    .innerJoin('eval_results as result', (join) =>
      join
        .onRef('result.run_id', '=', 'candidate.run_id')
        .onRef('result.contender', '=', 'contender.strategy')
        .on('result.suite', '=', suite),
    )
    .where('candidate.adapter', '=', adapter);
}

/**
 * Each version's own scores on one suite, in order of version and case. Cost: versions x cases.
 * @throws STORE_CORRUPT where they were changed
 */
export async function listLineageScores(
  queries: Queries,
  { adapter, versions, suite, suiteVersion }: LineageQuestion,
): Promise<LineageScore[]> {
  if (versions.length === 0) return [];
  const judged = await queries
    .selectFrom('candidates as candidate')
    .innerJoin('contenders as contender', (join) =>
      join.onRef('contender.run_id', '=', 'candidate.run_id').on('contender.chosen', '=', 1),
    )
    .innerJoin('eval_suites as asked', 'asked.run_id', 'candidate.run_id')
    .select(['candidate.version', 'candidate.run_id as runId', 'contender.strategy as contender', 'asked.seals'])
    .where('candidate.adapter', '=', adapter)
    .where('candidate.version', 'in', versions)
    .where('asked.suite', '=', suite)
    .where('asked.version', '=', suiteVersion)
    .orderBy('candidate.version')
    .execute();
  const scores: LineageScore[] = [];
  for (const { version, runId, contender, seals } of judged) {
    let seal = noResults;
    for await (const row of eachRow(queries, runId, { contender, suite })) {
      seal = withRow(seal, row);
      scores.push({ version, caseId: row.case_id, score: row.candidate_score });
    }
    const what = `the results of ${suite} in run ${runId}`;
    const stored = seals === null ? undefined : (readJson(seals, what) as ResultSeals);
    if (stored && !isSameSeal(seal, stored[contender])) refuseChanged(what);
  }
  return scores;
}

export interface RecordedQuestion {
  readonly adapter: string;
  readonly version: number;
  readonly suite: string;
  readonly suiteVersion: number;
  /** Undefined to accept any cases. */
  readonly contentHash: string | undefined;
}

export interface RecordedCase {
  readonly caseId: string;
  readonly score: number;
  readonly answer: string | null;
  readonly confidence: number | null;
}

/**
 * Scores of the cases of a suite by a version, from its own run and from runs that compared their candidates with it;
 * the latest is used.
 */
export async function listRecordedCases(queries: Queries, question: RecordedQuestion): Promise<RecordedCase[]> {
  const { adapter, version, suite, suiteVersion, contentHash } = question;
  const results = selectOfSuite(queries, adapter, suite)
    // Espalier 0.1 did not store versions of suites; a held-out example is the same case nevertheless.
    .where((of) => of.or([of('asked.version', '=', suiteVersion), of('asked.version', 'is', null)]))
    .$if(contentHash !== undefined, (query) => query.where('asked.content_hash', '=', contentHash!))
    .orderBy('candidate.id');
  const own = await results
    .where('candidate.version', '=', version)
    .select(['result.case_id as caseId', 'result.candidate_score as score'])
    .select(['result.candidate_answer as answer', 'result.candidate_confidence as confidence'])
    .execute();
  const compared = await results
    .where('candidate.champion_version', '=', version)
    .where('result.champion_score', 'is not', null)
    .select(['result.case_id as caseId', (of) => of.ref('result.champion_score').$notNull().as('score')])
    .select(['result.champion_answer as answer', 'result.champion_confidence as confidence'])
    .execute();
  return [...own, ...compared];
}

/** The score of one case of a suite by a version, from when it was judged. */
export interface JudgedCase {
  readonly adapter: string;
  readonly version: number;
  readonly status: 'waiting' | 'approved' | 'rejected';
  readonly at: string;
  readonly suiteVersion: number;
  readonly contentHash: string;
  readonly metric: string;
  readonly score: number;
  readonly gold: number | null;
}

/** The own scores of every proposed version on one suite, in order of candidate and case. */
export async function listJudgedCases(queries: Queries, suite: string): Promise<JudgedCase[]> {
  return queries
    .selectFrom('eval_results as result')
    .innerJoin('candidates as candidate', 'candidate.run_id', 'result.run_id')
    .innerJoin('contenders as contender', (join) =>
      join
        .onRef('contender.run_id', '=', 'result.run_id')
        .onRef('contender.strategy', '=', 'result.contender')
        .on('contender.chosen', '=', 1),
    )
    .innerJoin('eval_suites as asked', (join) =>
      join.onRef('asked.run_id', '=', 'result.run_id').onRef('asked.suite', '=', 'result.suite'),
    )
    .select(['candidate.adapter', 'candidate.version', 'candidate.status', 'candidate.created_at as at'])
    .select(['asked.version as suiteVersion', 'asked.content_hash as contentHash', 'asked.metric'])
    .select(['result.candidate_score as score', 'result.gold'])
    .where('result.suite', '=', suite)
    .orderBy('candidate.id')
    .orderBy('result.case_id')
    .execute();
}
