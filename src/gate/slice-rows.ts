/** The slices of a report, compared with the champion and judged where the policy requires it. */

import { metricNamed, metricValue } from '../evaluation/metrics.js';
import type { Comparison } from './compare.js';
import { compareSuite } from './compare.js';
import type { Judged, RowSettings } from './judged.js';
import type { SliceRow } from './report.js';
import { adjust, rowOf } from './rows.js';
import { scoreInterval } from './score-interval.js';
import { type AnsweredCase, cutSlices, type Slice } from './slices.js';
import { tarone } from './statistics/tarone.js';

/**
 * Slices are many and small: each must meet the margin, and the p values of judged slices are adjusted among
 * themselves.
 */
export function judgeSlices(answers: readonly AnsweredCase[], settings: RowSettings): SliceRow[] {
  const slices = cutSlices(answers, settings.policy.slices);
  const judged = slices.map((slice) => judgedSlice(slice, settings));
  const isJudged = ({ limits }: Judged) => limits.margin !== undefined || limits.watch === true;
  const champion = adjustSlices(
    judged.map((one): Comparison | undefined => (isJudged(one) ? one.toChampion : undefined)),
    settings.certainty.alpha,
  );
  const anchor = { worse: 1, better: 1, tests: 1 };
  return judged.map((one, index) => {
    const row = rowOf(one, { champion: champion[index]!, anchor }, settings);
    return { ...row, scope: 'slice', by: slices[index]!.by, value: slices[index]!.value };
  });
}

/**
 * Slices in which few or no answers changed cannot show a loss, so they do not make it harder to show one in others.
 */
function adjustSlices(comparisons: readonly (Comparison | undefined)[], alpha: number) {
  const compared = comparisons.flatMap((one) => (one ? [{ p: one.worse, least: leastOf(one) }] : []));
  const worse = tarone(compared, alpha);
  let place = 0;
  return adjust(comparisons).map((adjusted, index) =>
    comparisons[index] ? { ...adjusted, worse: worse[place++]! } : adjusted,
  );
}

/** The smallest possible p value: all discordant answers lost. The bootstrap has no such bound. */
function leastOf({ outcome }: Comparison): number {
  return 'variance' in outcome ? 0 : 0.5 ** (outcome.gained + outcome.lost);
}

function judgedSlice({ paired, policy: own }: Slice, { seed, certainty }: RowSettings): Judged {
  const { name, metric, candidate: scores, gold, clusters, champion } = paired;
  const isJudged = own !== undefined && scores.length >= own.atLeast;
  const limits = isJudged ? { floor: own.floor, margin: own.margin, watch: own.margin === undefined } : {};
  const comparison = { confidences: certainty.bounds, seed: [seed, 'slice', name] };
  const confidence = 2 * certainty.bounds.lower - 1;
  const score = {
    value: metricValue(metricNamed(metric), scores, gold),
    lower: () =>
      scoreInterval({ metric: metricNamed(metric), scores, gold, clusters }, confidence, [seed, 'floor', name]).lower,
  };
  const toChampion = champion === null ? undefined : compareSuite(paired, champion, comparison);
  return { name, scope: 'suite', metric, suites: [paired], limits, toChampion, toAnchor: undefined, score };
}
