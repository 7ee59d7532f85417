/** The tables `eval_results` and `domain_accuracies`: how every case came out on both sides. */
import type { Queries, Transaction } from './database.js';
import type { Schema } from './schema.js';
import { readJson, refuseChanged, sealValues } from './sealed-row.js';

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
const sumLimit = 2 ** 48;

/** How many results of a suite a contender has, and the sum of their checksums, which knows no order. */
export interface ResultSeal {
  readonly results: number;
  readonly checksum: number;
}

/** By contender: of every contender of the field, also of one that was not asked. */
export type ResultSeals = Readonly<Record<string, ResultSeal>>;

export const noResults: ResultSeal = { results: 0, checksum: 0 };

type ResultRow = Omit<Schema['eval_results'], 'run_id' | 'contender'>;

/** Stores results of cases that have none yet, and gives back the seals of the suite with these results counted. */
export async function addResults(
  transaction: Transaction,
  runId: number,
  results: readonly PairedResult[],
  before: ResultSeals = {},
): Promise<ResultSeals> {
  const seals = { ...before };
  for (let start = 0; start < results.length; start += sliceSize) {
    const rows = results.slice(start, start + sliceSize).map((result) => {
      const row = rowOf(result);
      seals[result.contender] = withRow(seals[result.contender] ?? noResults, row);
      return { ...row, run_id: runId, contender: result.contender };
    });
    await transaction.insertInto('eval_results').values(rows).execute();
  }
  return seals;
}

/** Of one suite. */
export async function removeResults(transaction: Transaction, runId: number, suite: string): Promise<void> {
  await transaction.deleteFrom('eval_results').where('run_id', '=', runId).where('suite', '=', suite).execute();
}

/** Of every suite of the run but these. */
export async function removeOtherResults(transaction: Transaction, runId: number, suites: readonly string[]): Promise<void> {
  const stored = await transaction.selectFrom('eval_results').select('suite').distinct().where('run_id', '=', runId).execute();
  for (const { suite } of stored) if (!suites.includes(suite)) await removeResults(transaction, runId, suite);
}

export interface ResultQuestion {
  readonly contender: string;
  readonly suite: string;
}

/** In order of case, with what they are sealed with as they stand now. */
export async function readResults(
  queries: Queries,
  runId: number,
  question: ResultQuestion,
): Promise<{ results: PairedResult[]; seal: ResultSeal }> {
  const results: PairedResult[] = [];
  let seal = noResults;
  for await (const row of eachRow(queries, runId, question)) {
    seal = withRow(seal, row);
    results.push(resultOf(row, question.contender, runId));
  }
  return { results, seal };
}

/** In order of case, whatever has become of them. */
export async function listResults(queries: Queries, runId: number, question: ResultQuestion): Promise<PairedResult[]> {
  return (await readResults(queries, runId, question)).results;
}

/** What the results of a suite are sealed with as they stand now; slice by slice, so that memory does not grow with their number. */
export async function sealStoredResults(queries: Queries, runId: number, question: ResultQuestion): Promise<ResultSeal> {
  let seal = noResults;
  for await (const row of eachRow(queries, runId, question)) seal = withRow(seal, row);
  return seal;
}

/** @param stored undefined: nobody of that name was in the field */
export const isSameSeal = (now: ResultSeal, stored: ResultSeal | undefined) =>
  now.results === stored?.results && now.checksum === stored.checksum;

function withRow({ results, checksum }: ResultSeal, row: ResultRow): ResultSeal {
  const { champion_score, candidate_score, anchor_score, champion_confidence, candidate_confidence, gold } = row;
  const { suite, case_id, champion_answer, candidate_answer, tags, cluster } = row;
  const numbers = [champion_score, candidate_score, anchor_score, champion_confidence, candidate_confidence, gold];
  const own = sealValues([...numbers, suite, case_id, champion_answer, candidate_answer, tags, cluster]);
  return { results: results + 1, checksum: (checksum + own) % sumLimit };
}

async function* eachRow(queries: Queries, runId: number, { contender, suite }: ResultQuestion): AsyncGenerator<ResultRow> {
  for (let after: string | undefined; ; ) {
    const rows = await queries
      .selectFrom('eval_results')
      .select(columns)
      .where('run_id', '=', runId)
      .where('contender', '=', contender)
      .where('suite', '=', suite)
      .$if(after !== undefined, (query) => query.where('case_id', '>', after!))
      .orderBy('case_id')
      .limit(sliceSize)
      .execute();
    yield* rows;
    if (rows.length < sliceSize) return;
    after = rows.at(-1)!.case_id;
  }
}

const columns = [
  ...(['suite', 'case_id', 'champion_score', 'candidate_score', 'champion_answer', 'candidate_answer'] as const),
  ...(['champion_confidence', 'candidate_confidence', 'anchor_score', 'gold', 'tags', 'cluster'] as const),
] as const;

function rowOf(result: PairedResult): ResultRow {
  return {
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
  };
}

function resultOf(row: ResultRow, contender: string, runId: number): PairedResult {
  return {
    contender,
    suite: row.suite,
    caseId: row.case_id,
    championScore: row.champion_score,
    candidateScore: row.candidate_score,
    championAnswer: row.champion_answer,
    candidateAnswer: row.candidate_answer,
    championConfidence: row.champion_confidence,
    candidateConfidence: row.candidate_confidence,
    anchorScore: row.anchor_score,
    gold: row.gold,
    tags: readJson(row.tags, `the result of the case ${row.case_id} of ${row.suite} in run ${runId}`) as PairedResult['tags'],
    cluster: row.cluster,
  };
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

/** Of each of those versions its own scores on one suite, in order of version and case. Cost: versions x cases. @throws STORE_CORRUPT where they were changed */
export async function listLineageScores(
  queries: Queries,
  { adapter, versions, suite, suiteVersion }: LineageQuestion,
): Promise<LineageScore[]> {
  const judged = await queries
    .selectFrom('candidates as candidate')
    .innerJoin('contenders as contender', (join) => join.onRef('contender.run_id', '=', 'candidate.run_id').on('contender.chosen', '=', 1))
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

export async function saveDomainAccuracies(transaction: Transaction, adapter: string, rows: readonly DomainAccuracy[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction
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
