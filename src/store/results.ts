/** The table `eval_results`: the scores and answers of every case on both sides. */

import type { Schema } from './schema.js';
import { addSeal, readJson, sealValues } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

export interface PairedResult {
  /** The strategy that made the candidate. */
  readonly contender: string;
  readonly suite: string;
  readonly caseId: string;
  /** Null without a champion, or if it does not know the class. */
  readonly championScore: number | null;
  readonly candidateScore: number;
  readonly championAnswer: string | null;
  readonly candidateAnswer: string | null;
  /** Probabilities of the answers; null if there are none. */
  readonly championConfidence: number | null;
  readonly candidateConfidence: number | null;
  /** Score of the anchor version; null without an anchor, or if it does not know the class. */
  readonly anchorScore: number | null;
  /** Reference that the scores are compared with; null when the score needs no reference. */
  readonly gold: number | null;
  /** Tags that slices are cut by: the label, the source, and so on. */
  readonly tags: Readonly<Record<string, string>>;
  /** Cases of one cluster are not independent; null if the case stands alone. */
  readonly cluster: string | null;
}

const sliceSize = 1000;

/** Number of a contender's results on a suite, and the sum of their checksums, which is independent of their order. */
export interface ResultSeal {
  readonly results: number;
  readonly checksum: number;
}

/** Contender -> seal, for every contender of the field, including those that were not scored. */
export type ResultSeals = Readonly<Record<string, ResultSeal>>;

export const noResults: ResultSeal = { results: 0, checksum: 0 };

type ResultRow = Omit<Schema['eval_results'], 'run_id' | 'contender'>;

/** Stores results of cases that have none yet, and returns the seals of the suite including these results. */
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

/** Removes the results of one suite. */
export async function removeResults(transaction: Transaction, runId: number, suite: string): Promise<void> {
  await transaction.deleteFrom('eval_results').where('run_id', '=', runId).where('suite', '=', suite).execute();
}

/** Removes the results of every suite of the run except these. */
export async function removeOtherResults(
  transaction: Transaction,
  runId: number,
  suites: readonly string[],
): Promise<void> {
  const stored = await transaction
    .selectFrom('eval_results')
    .select('suite')
    .distinct()
    .where('run_id', '=', runId)
    .execute();
  for (const { suite } of stored) if (!suites.includes(suite)) await removeResults(transaction, runId, suite);
}

export interface ResultQuestion {
  readonly contender: string;
  readonly suite: string;
}

/** Results in order of case, with the seal computed from their present rows. */
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

/** Results in order of case, even if they were changed. */
export async function listResults(queries: Queries, runId: number, question: ResultQuestion): Promise<PairedResult[]> {
  return (await readResults(queries, runId, question)).results;
}

/**
 * Computes the seals of a suite's results from their present rows, slice by slice, so that memory does not grow with
 * their number.
 */
export async function sealStoredResults(
  queries: Queries,
  runId: number,
  question: ResultQuestion,
): Promise<ResultSeal> {
  let seal = noResults;
  for await (const row of eachRow(queries, runId, question)) seal = withRow(seal, row);
  return seal;
}

/** @param stored undefined if the field had no contender of that name */
export const isSameSeal = (now: ResultSeal, stored: ResultSeal | undefined) =>
  now.results === stored?.results && now.checksum === stored.checksum;

export function withRow({ results, checksum }: ResultSeal, row: ResultRow): ResultSeal {
  const { champion_score, candidate_score, anchor_score, champion_confidence, candidate_confidence, gold } = row;
  const { suite, case_id, champion_answer, candidate_answer, tags, cluster } = row;
  const numbers = [champion_score, candidate_score, anchor_score, champion_confidence, candidate_confidence, gold];
  const own = sealValues([...numbers, suite, case_id, champion_answer, candidate_answer, tags, cluster]);
  return { results: results + 1, checksum: addSeal(checksum, own) };
}

export async function* eachRow(
  queries: Queries,
  runId: number,
  { contender, suite }: ResultQuestion,
): AsyncGenerator<ResultRow> {
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
    tags: readJson(
      row.tags,
      `the result of the case ${row.case_id} of ${row.suite} in run ${runId}`,
    ) as PairedResult['tags'],
    cluster: row.cluster,
  };
}
