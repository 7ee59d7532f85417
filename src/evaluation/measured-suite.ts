/** The score of one version of an adapter on one suite. */
import type { KindName } from './kinds.js';

export interface MeasuredSuite {
  readonly suite: string;
  readonly suiteVersion: number;
  /** SHA-256 over the cases. */
  readonly contentHash: string;
  readonly kind: KindName;
  readonly metric: string;
  /** The task whose answer was scored, if the suite scores answers. */
  readonly task: string;
  /** The domain whose holdout this is; null for a suite. */
  readonly domain: string | null;
  /** Number of cases scored. */
  readonly cases: number;
  /** Number of cases skipped because the version has not learned their label. */
  readonly leftOut: number;
  /** Number of training cases per class that the suite shows, as it declares. */
  readonly shots: number;
  readonly score: number;
  /** Ends of the two-sided 95 % interval. */
  readonly lower: number;
  readonly upper: number;
  readonly standardError: number;
  readonly chance: number;
  readonly ceiling: number;
}
