/** The numbers of test/gate/reference/statistics.py. */
import { readFileSync } from 'node:fs';
import { metricNamed } from '#espalier/evaluation/metrics.js';
import type { WeightedStatistic } from '#espalier/gate/statistics/bootstrap.js';
import type { Confidences } from '#espalier/gate/statistics/bounds.js';
import type { Flips } from '#espalier/gate/statistics/flips.js';
import type { McNemar } from '#espalier/gate/statistics/mcnemar.js';
import type { Stratum } from '#espalier/gate/statistics/stratified.js';

interface ReferenceBounds {
  readonly confidences: Confidences;
  readonly lower: number;
  readonly upper: number;
}

interface Reference {
  readonly normal: {
    readonly cdf: readonly [x: number, cdf: number][];
    readonly quantiles: readonly [share: number, quantile: number][];
  };
  readonly mcnemar: readonly ({ readonly gained: number; readonly lost: number } & McNemar)[];
  readonly tango: readonly ({ readonly flips: Flips } & ReferenceBounds)[];
  readonly stratified: readonly ({ readonly strata: readonly Stratum[] } & ReferenceBounds)[];
  readonly bca: readonly {
    readonly statistic: string;
    readonly observed: number;
    readonly draws: readonly number[];
    readonly jackknife: readonly number[];
    readonly bounds: readonly ReferenceBounds[];
  }[];
  readonly spearman: readonly (RankedSides & { readonly weights: readonly number[]; readonly difference: number })[];
  readonly holm: readonly { readonly p: readonly number[]; readonly adjusted: readonly number[] }[];
  readonly calibration: readonly {
    readonly confidence: readonly number[];
    readonly correct: readonly boolean[];
    readonly ece: number;
    readonly brier: number;
    readonly counts: readonly number[];
    readonly aurc: number;
  }[];
}

export const reference = JSON.parse(
  readFileSync(new URL('../reference/statistics.json', import.meta.url), 'utf8'),
) as Reference;

export interface RankedSides {
  readonly champion: readonly number[];
  readonly candidate: readonly number[];
  /** What both are held against. */
  readonly gold: readonly number[];
}

/** The candidate's correlation with `gold` minus the champion's, over weighted cases. */
export function spearmanDifference({ champion, candidate, gold }: RankedSides): WeightedStatistic {
  const [was, is] = [champion, candidate].map((scores) => metricNamed('spearman').statistic(scores, gold)) as [
    WeightedStatistic,
    WeightedStatistic,
  ];
  return (weights) => is(weights) - was(weights);
}
