/** Scores one suite with one adapter, case by case. */
import { EspalierError } from '../core/errors.js';
import type { AdapterOutput } from '../versions/adapter-session.js';
import type { AskedCase, Judgement } from './kind.js';
import { kindNamed } from './kinds.js';
import type { Suite } from './suites.js';

/**
 * The score of a case as its suite's kind defines it: 1 or 0 for a right or wrong answer; the cosine of a pair; nDCG of
 * a query; the number of a cluster.
 */
export interface CaseScore extends AskedCase, Judgement {}

/**
 * @param outputs for every text of the suite, in the order of textsOf.
 * @param task whose answer a classification scores
 */
export async function scoreSuite(suite: Suite, outputs: readonly AdapterOutput[], task: string): Promise<CaseScore[]> {
  const judgements = await kindNamed(suite.kind).score(suite.cases, outputs, task);
  return askedCases(suite).map((asked, index) => ({ ...asked, ...judgements[index]! }));
}

/** The cases that are scored, before any adapter has answered, in the order of scoreSuite. */
export function askedCases(suite: Suite): AskedCase[] {
  return kindNamed(suite.kind).asked(suite.cases);
}

/** [cases] the cluster of each case; a case that names none forms its own. Null if no case names one. */
export function clusterNames(
  cases: readonly { readonly caseId: string; readonly cluster?: string | null | undefined }[],
): string[] | null {
  const isNamed = ({ cluster }: (typeof cases)[number]) => cluster !== null && cluster !== undefined;
  return cases.some(isNamed) ? cases.map(({ cluster, caseId }) => cluster ?? `case ${caseId}`) : null;
}

/** @throws SUITE_INVALID if a score is not a number: a suite without a valid score must not count as a measurement */
export function requireNumbers(suite: string, scores: readonly CaseScore[]): readonly CaseScore[] {
  const bad = scores.find(({ score }) => !Number.isFinite(score));
  if (bad)
    throw new EspalierError(
      'SUITE_INVALID',
      `the case \`${bad.caseId}\` of ${suite} has no score: the adapter's output is not a number`,
    );
  return scores;
}
