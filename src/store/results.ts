/** The tables `eval_results` and `domain_accuracies`: how every case came out on both sides. */
import type { Queries } from './database.js';

export interface PairedResult {
  /** The strategy that made the candidate. */
  readonly contender: string;
  readonly suite: string;
  readonly caseId: string;
  /** Null: there was no champion. */
  readonly championScore: number | null;
  readonly candidateScore: number;
  readonly championAnswer: string | null;
  readonly candidateAnswer: string | null;
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
    }));
    await queries.insertInto('eval_results').values(rows).execute();
  }
}

/** Of one contender, in order of suite and case. */
export async function listResults(queries: Queries, runId: number, contender: string): Promise<PairedResult[]> {
  return queries
    .selectFrom('eval_results')
    .select([
      'contender',
      'suite',
      'case_id as caseId',
      'champion_score as championScore',
      'candidate_score as candidateScore',
      'champion_answer as championAnswer',
      'candidate_answer as candidateAnswer',
    ])
    .where('run_id', '=', runId)
    .where('contender', '=', contender)
    .orderBy('suite')
    .orderBy('case_id')
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
