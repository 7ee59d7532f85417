/**
 * The confidence below which an answer is refused, and how often that refuses in-scope texts and accepts out-of-scope
 * ones.
 */
import type { UnknownThreshold } from '../versions/manifest.js';
import { conformalThreshold } from './statistics/conformal.js';

export interface UnknownReport extends UnknownThreshold {
  readonly task: string;
}

export interface ScopeScores {
  readonly task: string;
  /** Probabilities of the answers to held-out texts. */
  readonly inScope: readonly number[];
  readonly outOfScope: readonly number[];
}

export function describeUnknown({ task, inScope, outOfScope }: ScopeScores, share: number): UnknownReport {
  const threshold = conformalThreshold(inScope, share);
  const isRefused = (score: number) => score < threshold;
  return {
    ...{ task, share, threshold: Number.isFinite(threshold) ? threshold : null },
    ...{ inScope: inScope.length, refused: inScope.filter(isRefused).length },
    ...{ outOfScope: outOfScope.length, accepted: outOfScope.filter((score) => !isRefused(score)).length },
  };
}
