/** A report: champion and candidate on every suite, side by side, and what the gate says of each. Plain data; it is stored as JSON. */
import type { Domain } from '../core/tasks.js';
import type { ContinualMetrics } from '../evaluation/continual.js';
import type { Verdict } from '../store/candidates.js';

export interface Report {
  readonly verdict: Verdict;
  /** One sentence: unambiguously improved, or not, and why. */
  readonly sentence: string;
  readonly rows: readonly ReportRow[];
  /** By domain, in the order they were learned. */
  readonly domains: readonly DomainChange[];
  readonly continual: ContinualMetrics;
}

export interface ReportRow {
  readonly suite: string;
  readonly metric: string;
  readonly cases: number;
  /** Null: no champion to compare with. */
  readonly champion: number | null;
  readonly candidate: number;
  /** Candidate minus champion, with its one-sided bounds. */
  readonly difference: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Cases that went from wrong to right and from right to wrong; null where answers are not right or wrong. */
  readonly gained: number | null;
  readonly lost: number | null;
  readonly findings: readonly Finding[];
}

/** What one rule says of one suite. */
export interface Finding {
  readonly rule: 'floor' | 'not-inferior' | 'not-worse';
  readonly verdict: Verdict;
  readonly value: number;
  readonly limit: number;
  readonly reason: string;
}

export interface DomainChange {
  /** As it is shown: with its task where the adapter has several. */
  readonly domain: string;
  readonly learned: Domain;
  readonly cases: number;
  readonly champion: number | null;
  readonly candidate: number;
}

/** The row's own verdict: the worst of its findings. */
export function verdictOf(findings: readonly Pick<Finding, 'verdict'>[]): Verdict {
  if (findings.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return findings.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'pass';
}
