/** The table `version_scores`: scores of a version measured outside of updates. */
import type { Queries } from './store.js';

export interface VersionScore {
  readonly adapter: string;
  readonly version: number;
  readonly suite: string;
  readonly suiteVersion: number;
  readonly contentHash: string;
  /** Number of cases that were scored. */
  readonly cases: number;
  readonly metric: string;
  readonly task: string;
  readonly score: number;
  /** Ends of the two-sided 95 % interval. */
  readonly lower: number;
  readonly upper: number;
  readonly at: string;
}

/** Replaces earlier scores of the same version on the same cases. */
export async function saveVersionScores(queries: Queries, scores: readonly VersionScore[]): Promise<void> {
  if (scores.length === 0) return;
  const rows = scores.map(({ suiteVersion, contentHash, ...rest }) => ({
    ...rest,
    suite_version: suiteVersion,
    content_hash: contentHash,
  }));
  await queries
    .insertInto('version_scores')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['adapter', 'version', 'suite', 'content_hash', 'cases']).doUpdateSet((row) => ({
        suite_version: row.ref('excluded.suite_version'),
        metric: row.ref('excluded.metric'),
        task: row.ref('excluded.task'),
        score: row.ref('excluded.score'),
        lower: row.ref('excluded.lower'),
        upper: row.ref('excluded.upper'),
        at: row.ref('excluded.at'),
      })),
    )
    .execute();
}

/** Scores in order of version, then of time. */
export async function listVersionScores(queries: Queries, suite: string): Promise<VersionScore[]> {
  return queries
    .selectFrom('version_scores')
    .select(['adapter', 'version', 'suite', 'suite_version as suiteVersion', 'content_hash as contentHash', 'cases'])
    .select(['metric', 'task', 'score', 'lower', 'upper', 'at'])
    .where('suite', '=', suite)
    .orderBy('adapter')
    .orderBy('version')
    .orderBy('at')
    .execute();
}

/** The score of one version on exactly the cases of a suite; undefined if it was not measured. */
export async function findVersionScore(
  queries: Queries,
  { adapter, version, suite, contentHash }: Pick<VersionScore, 'adapter' | 'version' | 'suite' | 'contentHash'>,
): Promise<number | undefined> {
  const row = await queries
    .selectFrom('version_scores')
    .select('score')
    .where('adapter', '=', adapter)
    .where('version', '=', version)
    .where('suite', '=', suite)
    .where('content_hash', '=', contentHash)
    .orderBy('cases', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.score;
}
