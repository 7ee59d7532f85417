/** What the store has recorded of a version's answers, for comparison with a version that cannot be asked any more. */
import type { Queries } from '../store/database.js';
import { listRecordedCases } from '../store/past-results.js';
import { type AskedSuite, isMadeOfHoldout } from './asked-suite.js';
import type { SideScore } from './sides.js';

/**
 * What a version scored on a suite when it was judged or compared with, case by case. Declared suites must hold the
 * same cases as then; of suites that grow with the holdout the version of their making must be the same.
 */
export async function recordedScores(
  queries: Queries,
  adapter: string,
  version: number,
  { suite }: AskedSuite,
): Promise<ReadonlyMap<string, SideScore>> {
  const contentHash = isMadeOfHoldout(suite.name) ? undefined : suite.contentHash;
  const cases = await listRecordedCases(queries, {
    adapter,
    version,
    suite: suite.name,
    suiteVersion: suite.version,
    contentHash,
  });
  return new Map(
    cases.map(({ caseId, score, answer, confidence }) => [caseId, { score, confidence, answer: answer ?? undefined }]),
  );
}
