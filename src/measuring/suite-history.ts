/** How the versions of an adapter scored on one suite over time, from what updates and evaluations have stored. */
import { groupBy } from '../core/grouping.js';
import { metricNamed, metricValue } from '../evaluation/metrics.js';
import type { Queries } from '../store/database.js';
import { type JudgedCase, listJudgedCases } from '../store/past-results.js';
import { listVersionScores, type VersionScore } from '../store/version-scores.js';

export interface HistoryPoint {
  readonly version: number;
  readonly score: number;
  /** When the version was judged, or measured where no update asked the suite. */
  readonly at: string;
  readonly measuredBy: 'update' | 'eval run';
  /** What became of it as a candidate; null where that is not known from an update. */
  readonly status: JudgedCase['status'] | null;
}

/** Figures that can be compared: of one adapter, on the same cases. */
export interface HistoryLine {
  readonly adapter: string;
  readonly suiteVersion: number;
  readonly contentHash: string;
  readonly cases: number;
  readonly metric: string;
  /** Each version once, ascending. */
  readonly points: readonly HistoryPoint[];
}

/** Lines in the order of their first version, by adapter. @param adapter undefined: of all */
export async function readSuiteHistory(queries: Queries, suite: string, adapter?: string): Promise<HistoryLine[]> {
  const judged = groupBy(await listJudgedCases(queries, suite), (one) => `${one.adapter}/${one.version}`);
  const found = [...[...judged.values()].map(ofUpdate), ...(await listVersionScores(queries, suite)).map(ofEvaluation)];
  const wanted = found.filter(({ line }) => adapter === undefined || line.adapter === adapter);
  const lines = [
    ...groupBy(wanted, ({ line }) => JSON.stringify([line.adapter, line.contentHash, line.cases])).values(),
  ].map(joinPoints);
  return lines.sort((a, b) =>
    a.adapter === b.adapter ? a.points[0]!.version - b.points[0]!.version : a.adapter < b.adapter ? -1 : 1,
  );
}

interface Found {
  readonly line: Omit<HistoryLine, 'points'>;
  readonly point: HistoryPoint;
}

function ofUpdate(cases: readonly JudgedCase[]): Found {
  const { adapter, version, status, at, suiteVersion, contentHash, metric } = cases[0]!;
  const [scores, gold] = [cases.map((one) => one.score), cases.map((one) => one.gold)];
  return {
    line: { adapter, suiteVersion, contentHash, cases: cases.length, metric },
    point: { version, score: metricValue(metricNamed(metric), scores, gold), at, measuredBy: 'update', status },
  };
}

function ofEvaluation({ adapter, suiteVersion, contentHash, cases, metric, version, score, at }: VersionScore): Found {
  return {
    line: { adapter, suiteVersion, contentHash, cases, metric },
    point: { version, score, at, measuredBy: 'eval run', status: null },
  };
}

/**
 * Scoring is deterministic: of two figures of one version on the same cases the first, that of the update, says all.
 */
function joinPoints(found: readonly Found[]): HistoryLine {
  const points = new Map<number, HistoryPoint>();
  for (const { point } of found) if (!points.has(point.version)) points.set(point.version, point);
  return { ...found[0]!.line, points: [...points.values()].sort((a, b) => a.version - b.version) };
}
