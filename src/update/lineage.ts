/** The champion and its ancestors, and the score of each case when each version was judged. */

import { kindNamed } from '../evaluation/kinds.js';
import { metricNamed } from '../evaluation/metrics.js';
import { listParents } from '../store/candidates.js';
import type { Queries } from '../store/database.js';
import { type LineageScore, listLineageScores } from '../store/past-results.js';
import type { AskedSuite } from './asked-suite.js';
import type { Plan } from './context.js';

/** Version numbers, the oldest first and the champion last; empty without a champion. */
export async function readLineage(
  queries: Queries,
  { declaration, parentVersion }: Pick<Plan, 'declaration' | 'parentVersion'>,
): Promise<number[]> {
  const parents = await listParents(queries, declaration.name);
  const lineage: number[] = [];
  for (let version = parentVersion; version !== null; version = parents.get(version) ?? null) lineage.unshift(version);
  return lineage;
}

/** Case -> score by the version that first answered it; no entry if that is the champion, or if none did. */
export type FirstScores = ReadonlyMap<string, number>;

/**
 * Scores of each case of a suite by the version of the lineage that first answered it, so that small losses cannot add
 * up unnoticed over many updates. For a metric that ranks cases against each other, scores of several versions cannot
 * be mixed: it uses the oldest version that scored all of them.
 */
export async function firstScores(
  queries: Queries,
  plan: Pick<Plan, 'declaration' | 'parentVersion'>,
  lineage: readonly number[],
  { suite }: AskedSuite,
): Promise<FirstScores> {
  const earlier = lineage.filter((version) => version !== plan.parentVersion);
  if (earlier.length === 0 || kindNamed(suite.kind).fallsWithLabels) return new Map();
  const asked = { adapter: plan.declaration.name, suite: suite.name, suiteVersion: suite.version };
  const scores = await listLineageScores(queries, { ...asked, versions: earlier });
  return metricNamed(suite.metric).isMean
    ? firstOfEach(scores)
    : ofOldestWhole(
        scores,
        suite.cases.map(({ id }) => id),
      );
}

/** @param scores the oldest version first */
function firstOfEach(scores: readonly LineageScore[]): FirstScores {
  const first = new Map<string, number>();
  for (const { caseId, score } of scores) if (!first.has(caseId)) first.set(caseId, score);
  return first;
}

function ofOldestWhole(scores: readonly LineageScore[], caseIds: readonly string[]): FirstScores {
  for (const version of new Set(scores.map((one) => one.version))) {
    const own = new Map(scores.flatMap((one) => (one.version === version ? [[one.caseId, one.score] as const] : [])));
    if (caseIds.every((id) => own.has(id))) return own;
  }
  return new Map();
}
