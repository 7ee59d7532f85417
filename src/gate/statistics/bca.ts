/** Bounds from bootstrap draws: bias-corrected and accelerated percentiles. */
import type { Bounds, Confidences } from './bounds.js';
import { normalCdf, normalQuantile } from './normal.js';

export interface BootstrapSample {
  /** The statistic of the original cases. */
  readonly observed: number;
  /** The statistic of each draw; NaN where it is undefined. */
  readonly draws: Float64Array;
  /** The statistic without each case, or each group of cases. */
  readonly jackknife: Float64Array;
}

/** Share of draws on which the statistic may be undefined. Above it, these cases are too few for the metric. */
const toleratedShare = 0.01;

/**
 * BCa bounds: Efron, "Better bootstrap confidence intervals", JASA 1987; DiCiccio & Efron, Stat. Sci. 1996, section 2.
 * The percentile of the draws is shifted by their median bias and by how fast the standard error changes with the true
 * value (the jackknife's skewness): plain percentiles of a skewed statistic, such as a loss on few cases, miss on one
 * side about twice as often as their nominal rate. Each undefined draw counts as the worst possible value on either
 * side; if more than 1 % are undefined, the bounds are the whole range.
 * @param range possible values of the statistic
 */
export function bcaBounds(sample: BootstrapSample, confidences: Confidences, range: Bounds): Bounds {
  const bias = (defined: Float64Array) => medianBias(defined, sample.observed);
  return boundsOfDraws(sample, { confidences, range }, (z, defined) =>
    adjustedShare(z, bias(defined), accelerationOf(sample.jackknife)),
  );
}

/**
 * Plain percentiles (Efron & Tibshirani 1993, ch. 13), for a statistic that is biased by its definition, such as a mean
 * of absolute gaps: BCa would correct for that bias and report small errors as none.
 */
export function percentileBounds(sample: BootstrapSample, confidences: Confidences, range: Bounds): Bounds {
  return boundsOfDraws(sample, { confidences, range }, normalCdf);
}

/** @param shareAt the share of draws to read at a normal quantile */
function boundsOfDraws(
  { observed, draws }: BootstrapSample,
  { confidences, range }: { confidences: Confidences; range: Bounds },
  shareAt: (z: number, defined: Float64Array) => number,
): Bounds {
  const defined = draws.filter((value) => !Number.isNaN(value)).sort();
  const undefinedDraws = draws.length - defined.length;
  if (Number.isNaN(observed) || defined.length === 0 || undefinedDraws > toleratedShare * draws.length) return range;
  const read = (worst: number, z: number) => quantile(filled(undefinedDraws, worst, defined), shareAt(z, defined));
  return {
    lower: read(range.lower, -normalQuantile(confidences.lower)),
    upper: read(range.upper, normalQuantile(confidences.upper)),
  };
}

/**
 * One-sided p values of "it is no worse than 0" and "it is no better": the confidences at which the BCa bounds would be
 * 0, by the inverse of the same formula. Never below one draw, and 1 if nothing is known.
 */
export function bcaPValues({ observed, draws, jackknife }: BootstrapSample): {
  readonly worse: number;
  readonly better: number;
} {
  const defined = draws.filter((value) => !Number.isNaN(value));
  if (Number.isNaN(observed) || defined.length < (1 - toleratedShare) * draws.length) return { worse: 1, better: 1 };
  const [bias, acceleration] = [medianBias(defined, observed), accelerationOf(jackknife)];
  const moved = medianBias(defined, 0) - bias;
  const z = moved / (1 + acceleration * moved) - bias;
  const least = 1 / draws.length;
  return { worse: Math.max(least, 1 - normalCdf(z)), better: Math.max(least, normalCdf(z)) };
}

/**
 * z0: the distance of the observed value from the draws' median, in standard deviations. Half of the draws equal to it
 * count as below (as in SciPy).
 */
function medianBias(sorted: Float64Array, observed: number): number {
  const below = sorted.reduce((sum, value) => sum + (value < observed ? 1 : value === observed ? 0.5 : 0), 0);
  // If all draws lie on one side, the share is known only to be less than one draw.
  const half = 0.5 / sorted.length;
  return normalQuantile(Math.min(1 - half, Math.max(half, below / sorted.length)));
}

/** Efron 1987, eq. 6.6, by the jackknife; 0 if the jackknife values do not vary. */
function accelerationOf(jackknife: Float64Array): number {
  const values = jackknife.filter((value) => !Number.isNaN(value));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  return spread > 0 ? values.reduce((sum, value) => sum + ((mean - value) / spread) ** 3, 0) / 6 : 0;
}

/** The percentile to read instead of cdf(z): Efron 1987, eq. 3.9. */
function adjustedShare(z: number, bias: number, acceleration: number): number {
  const moved = bias + z;
  const stretch = 1 - acceleration * moved;
  // Beyond the formula's pole the result would reverse; its limit is the outermost draw.
  if (stretch <= 0) return moved > 0 ? 1 : 0;
  return normalCdf(bias + moved / stretch);
}

function filled(count: number, value: number, defined: Float64Array): Float64Array {
  return count === 0 ? defined : Float64Array.of(...Array<number>(count).fill(value), ...defined).sort();
}

/** Interpolates linearly between neighbours: Hyndman & Fan 1996, type 7. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [from, to] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return from === to ? from : from + (place - below) * (to - from);
}
