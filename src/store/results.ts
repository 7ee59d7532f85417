/** The tables `eval_results` and `domain_accuracies`: how every case came out on both sides. */
import type { Queries } from './database.js';

export interface PairedResult {
  /** The strategy that made the candidate. */
  readonly contender: string;
  readonly suite: string;
  readonly caseId: string;
  /** Null: there was no champion, or it knows no such class. */
  readonly championScore: number | null;
  readonly candidateScore: number;
  readonly championAnswer: string | null;
  readonly candidateAnswer: string | null;
  /** Probabilities of the answers, where there are any. */
  readonly championConfidence: number | null;
  readonly candidateConfidence: number | null;
  /** Of a fixed older version; null: none is compared with, or it knows no such class. */
  readonly anchorScore: number | null;
  /** What the scores are held against; null where they say all. */
  readonly gold: number | null;
  /** What slices are cut by: the label, the source, and so on. */
  readonly tags: Readonly<Record<string, string>>;
  /** Cases of one cluster are not independent; null: this one is by itself. */
  readonly cluster: string | null;
}

export interface DomainAccuracy {
  readonly version: number;
  readonly task: string;
  readonly domain: string;
  readonly cases: number;
  readonly accuracy: number;
}

const sliceSize = 1000;

/** Replaces what the run has stored before: a stage that is done again leaves the same. */
export async function saveResults(queries: Queries, runId: number, results: readonly PairedResult[]): Promise<void> {
  await queries.deleteFrom('eval_results').where('run_id', '=', runId).execute();
  for (let start = 0; start < results.length; start += sliceSize) {
    const rows = results.slice(start, start + sliceSize).map((result) => ({
      run_id: runId,
      contender: result.contender,
      suite: result.suite,
      case_id: result.caseId,
      champion_score: result.championScore,
      candidate_score: result.candidateScore,
      champion_answer: result.championAnswer,
      candidate_answer: result.candidateAnswer,
      champion_confidence: result.championConfidence,
      candidate_confidence: result.candidateConfidence,
      anchor_score: result.anchorScore,
      gold: result.gold,
      tags: JSON.stringify(result.tags),
      cluster: result.cluster,
    }));
    await queries.insertInto('eval_results').values(rows).execute();
  }
}

/** Of one contender, in order of suite and case. */
export async function listResults(queries: Queries, runId: number, contender: string): Promise<PairedResult[]> {
  const rows = await queries
    .selectFrom('eval_results')
    .select([
      'contender',
      'suite',
      'case_id as caseId',
      'champion_score as championScore',
      'candidate_score as candidateScore',
      'champion_answer as championAnswer',
      'candidate_answer as candidateAnswer',
      'champion_confidence as championConfidence',
      'candidate_confidence as candidateConfidence',
      'anchor_score as anchorScore',
      'gold',
      'tags',
      'cluster',
    ])
    .where('run_id', '=', runId)
    .where('contender', '=', contender)
    .orderBy('suite')
    .orderBy('case_id')
    .execute();
  return rows.map((row) => ({ ...row, tags: JSON.parse(row.tags) as PairedResult['tags'] }));
}

/** The score of one case by an earlier version, when it was judged itself. */
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

/** Results of one suite by what became a candidate of the adapter, and what the suite was then, where that was kept. */
function selectOfSuite(queries: Queries, adapter: string, suite: string) {
  return queries
    .selectFrom('candidates as candidate')
    .innerJoin('contenders as contender', (join) => join.onRef('contender.run_id', '=', 'candidate.run_id').on('contender.chosen', '=', 1))
    .leftJoin('eval_suites as asked', (join) => join.onRef('asked.run_id', '=', 'candidate.run_id').on('asked.suite', '=', suite))
    .innerJoin('eval_results as result', (join) =>
      join
        .onRef('result.run_id', '=', 'candidate.run_id')
        .onRef('result.contender', '=', 'contender.strategy')
        .on('result.suite', '=', suite),
    )
    .where('candidate.adapter', '=', adapter);
}

/** Of each of those versions its own scores on one suite, in order of version and case. Cost: versions x cases. */
export async function listLineageScores(
  queries: Queries,
  { adapter, versions, suite, suiteVersion }: LineageQuestion,
): Promise<LineageScore[]> {
  return selectOfSuite(queries, adapter, suite)
    .select(['candidate.version', 'result.case_id as caseId', 'result.candidate_score as score'])
    .where('candidate.version', 'in', versions)
    .where('asked.version', '=', suiteVersion)
    .orderBy('candidate.version')
    .orderBy('result.case_id')
    .execute();
}

export interface RecordedQuestion {
  readonly adapter: string;
  readonly version: number;
  readonly suite: string;
  readonly suiteVersion: number;
  /** Undefined: whatever its cases were. */
  readonly contentHash: string | undefined;
}

export interface RecordedCase {
  readonly caseId: string;
  readonly score: number;
  readonly answer: string | null;
  readonly confidence: number | null;
}

/** How cases of a suite came out on a version in its own run, and in the runs that compared their candidates with it; the latest counts. */
export async function listRecordedCases(queries: Queries, question: RecordedQuestion): Promise<RecordedCase[]> {
  const { adapter, version, suite, suiteVersion, contentHash } = question;
  const results = selectOfSuite(queries, adapter, suite)
    // Espalier 0.1 did not keep versions of suites; a held-out example is the same case all the same.
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

/** How one case of a suite came out on a version, when it was judged. */
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

/** Of every version that was proposed, its own scores on one suite; in order of candidate and case. */
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
    .innerJoin('eval_suites as asked', (join) => join.onRef('asked.run_id', '=', 'result.run_id').onRef('asked.suite', '=', 'result.suite'))
    .select(['candidate.adapter', 'candidate.version', 'candidate.status', 'candidate.created_at as at'])
    .select(['asked.version as suiteVersion', 'asked.content_hash as contentHash', 'asked.metric'])
    .select(['result.candidate_score as score', 'result.gold'])
    .where('result.suite', '=', suite)
    .orderBy('candidate.id')
    .orderBy('result.case_id')
    .execute();
}

export async function saveDomainAccuracies(queries: Queries, adapter: string, rows: readonly DomainAccuracy[]): Promise<void> {
  if (rows.length === 0) return;
  await queries
    .insertInto('domain_accuracies')
    .values(rows.map((row) => ({ ...row, adapter })))
    .execute();
}

export async function listDomainAccuracies(queries: Queries, adapter: string): Promise<DomainAccuracy[]> {
  return queries
    .selectFrom('domain_accuracies')
    .select(['version', 'task', 'domain', 'cases', 'accuracy'])
    .where('adapter', '=', adapter)
    .orderBy('version')
    .orderBy('task')
    .orderBy('domain')
    .execute();
}
