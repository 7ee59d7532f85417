/** The table `eval_results`: how every case came out on both sides. */

import type { Schema } from './schema.js';
import { readJson, sealValues } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

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
  /** What the scores are compared with; null when the score needs no reference. */
  readonly gold: number | null;
  /** What slices are cut by: the label, the source, and so on. */
  readonly tags: Readonly<Record<string, string>>;
  /** Cases of one cluster are not independent; null: this one is by itself. */
  readonly cluster: string | null;
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

/**
 * What the results of a suite are sealed with as they stand now; slice by slice, so that memory does not grow with
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

/** @param stored undefined: nobody of that name was in the field */
export const isSameSeal = (now: ResultSeal, stored: ResultSeal | undefined) =>
  now.results === stored?.results && now.checksum === stored.checksum;

export function withRow({ results, checksum }: ResultSeal, row: ResultRow): ResultSeal {
  const { champion_score, candidate_score, anchor_score, champion_confidence, candidate_confidence, gold } = row;
  const { suite, case_id, champion_answer, candidate_answer, tags, cluster } = row;
  const numbers = [champion_score, candidate_score, anchor_score, champion_confidence, candidate_confidence, gold];
  const own = sealValues([...numbers, suite, case_id, champion_answer, candidate_answer, tags, cluster]);
  return { results: results + 1, checksum: (checksum + own) % sumLimit };
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
