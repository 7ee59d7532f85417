/** What one version of an adapter scored on one suite. */
import type { KindName } from './kinds.js';

export interface MeasuredSuite {
  readonly suite: string;
  readonly suiteVersion: number;
  /** SHA-256 over the cases. */
  readonly contentHash: string;
  readonly kind: KindName;
  readonly metric: string;
  /** Which answer of the adapter was asked for, where the suite asks for one. */
  readonly task: string;
  /** Whose holdout it is; null: a suite. */
  readonly domain: string | null;
  /** Number of cases that were scored. */
  readonly cases: number;
  /** That were not, since the version has not learned their label. */
  readonly leftOut: number;
  /** Training cases a class that the suite shows, by its own account. */
  readonly shots: number;
  readonly score: number;
  /** Ends of the two-sided 95 % interval. */
  readonly lower: number;
  readonly upper: number;
  readonly standardError: number;
  readonly chance: number;
  readonly ceiling: number;
}
