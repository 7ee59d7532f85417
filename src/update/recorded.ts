/** The recorded answers of a version, for comparison if the version itself cannot be run any more. */
import type { Queries } from '../store/database.js';
import { listRecordedCases } from '../store/past-results.js';
import { type AskedSuite, isMadeOfHoldout } from './asked-suite.js';
import type { SideScore } from './sides.js';

/**
 * Scores of a version on a suite, case by case, from when it was judged or compared with. Declared suites must have the
 * same cases as then; suites that grow with the holdout must have been made by the same version of their rules.
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
