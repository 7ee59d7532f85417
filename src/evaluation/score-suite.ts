/** Scores one suite with one adapter, case by case. */
import { EspalierError } from '../core/errors.js';
import type { AdapterOutput } from '../versions/adapter-session.js';
import type { AskedCase, Judgement } from './kind.js';
import { kindNamed } from './kinds.js';
import type { Suite } from './suites.js';

/**
 * 1 or 0 for a right or wrong answer; the cosine of a pair; nDCG of a query; the number of a cluster: as the suite's
 * kind has it.
 */
export interface CaseScore extends AskedCase, Judgement {}

/**
 * @param outputs for every text of the suite, in the order of textsOf.
 * @param task which answer a classification asks for
 */
export async function scoreSuite(suite: Suite, outputs: readonly AdapterOutput[], task: string): Promise<CaseScore[]> {
  const judgements = await kindNamed(suite.kind).score(suite.cases, outputs, task);
  return askedCases(suite).map((asked, index) => ({ ...asked, ...judgements[index]! }));
}

/**
 * The cases that are scored, with what is known of them before any adapter has answered, in the order of scoreSuite.
 */
export function askedCases(suite: Suite): AskedCase[] {
  return kindNamed(suite.kind).asked(suite.cases);
}

/** [cases] the cluster of each, one by itself where it names none; null: no case names one. */
export function clusterNames(
  cases: readonly { readonly caseId: string; readonly cluster?: string | null | undefined }[],
): string[] | null {
  const isNamed = ({ cluster }: (typeof cases)[number]) => cluster !== null && cluster !== undefined;
  return cases.some(isNamed) ? cases.map(({ cluster, caseId }) => cluster ?? `case ${caseId}`) : null;
}

/**
 * @throws SUITE_INVALID where a score is not a number: a suite that measures nothing must not pass for one that found
 * nothing
 */
export function requireNumbers(suite: string, scores: readonly CaseScore[]): readonly CaseScore[] {
  const bad = scores.find(({ score }) => !Number.isFinite(score));
  if (bad)
    throw new EspalierError(
      'SUITE_INVALID',
      `the case \`${bad.caseId}\` of ${suite} has no score: the adapter's output is not a number`,
    );
  return scores;
}
