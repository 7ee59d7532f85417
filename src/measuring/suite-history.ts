/** Scores of an adapter's versions on one suite over time, from stored updates and evaluations. */
import { groupBy } from '../core/grouping.js';
import { metricNamed, metricValue } from '../evaluation/metrics.js';
import type { Queries } from '../store/database.js';
import { type JudgedCase, listJudgedCases } from '../store/past-results.js';
import { listVersionScores, type VersionScore } from '../store/version-scores.js';

export interface HistoryPoint {
  readonly version: number;
  readonly score: number;
  /** When the version was judged or, if no update scored the suite, when it was measured. */
  readonly at: string;
  readonly measuredBy: 'update' | 'eval run';
  /** Its status as a candidate; null if no update has scored the suite. */
  readonly status: JudgedCase['status'] | null;
}

/** Comparable scores: of one adapter, on the same cases. */
export interface HistoryLine {
  readonly adapter: string;
  readonly suiteVersion: number;
  readonly contentHash: string;
  readonly cases: number;
  readonly metric: string;
  /** One point for each version, in ascending order. */
  readonly points: readonly HistoryPoint[];
}

/** Lines by adapter, in the order of their first version. @param adapter undefined for all adapters */
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

/** Scoring is deterministic: if a version has two scores on the same cases, the first, from the update, is enough. */
function joinPoints(found: readonly Found[]): HistoryLine {
  const points = new Map<number, HistoryPoint>();
  for (const { point } of found) if (!points.has(point.version)) points.set(point.version, point);
  return { ...found[0]!.line, points: [...points.values()].sort((a, b) => a.version - b.version) };
}
