/**
 * Paired bootstrap: the distribution of the difference over other samples of the same kind of cases. Both sides are
 * scored on the same drawn cases.
 */
import { type Random, seededRandom } from '../../core/random.js';
import { bcaBounds, bcaPValues, percentileBounds } from './bca.js';
import { anyShare, type Bounds, type Confidences } from './bounds.js';
import { groupUnits, type Units, unitsOf } from './clusters.js';
import { signFlipPValues } from './sign-flip.js';

/**
 * A statistic of weighted cases. A case of weight 2 counts as two equal cases, one of weight 0 is absent. NaN if it is
 * undefined.
 * @param weights [cases] whole numbers; the array is reused for the next draw
 */
export type WeightedStatistic = (weights: Float64Array) => number;

export interface BootstrapOptions {
  readonly confidences: Confidences;
  readonly seed: readonly (string | number)[];
  /** 10,000 by default: the Monte Carlo error of a 95 % bound is then a fiftieth of the standard error. */
  readonly draws?: number;
  /** Name of each case's cluster; whole clusters are drawn. */
  readonly clusters?: ArrayLike<string | number>;
  /** BCa by default. */
  readonly interval?: 'percentile';
  /** Possible values of the statistic; -1 to 1 by default. The bounds are this range if nothing is known. */
  readonly range?: Bounds;
}

export interface BootstrapResult extends Bounds {
  /** The statistic of the original cases; if it is NaN, the bounds are the whole range. */
  readonly observed: number;
  /** Sample variance of the defined draws, which estimates the statistic's own variance. */
  readonly variance: number;
  /** One-sided p values of "it is no worse than 0" and "it is no better". */
  readonly worse: number;
  readonly better: number;
}

/**
 * BCa bounds of any statistic (Efron & Tibshirani 1993, ch. 14; see bca.ts). Costs `draws` calls of the statistic. The
 * 95 % lower bound of a mean missed in 5.0 to 6.3 % of 2,000 simulations with 60 or 200 cases, normal, exponential or
 * rarely lost; with 30 cases in 5.2 to 7.0 %, but in 13.7 % where only one case in ten loses: an outcome absent from
 * the sample cannot be drawn. For right-or-wrong answers use `tangoBounds`.
 * @param cases at least 1
 */
export function pairedBootstrap(
  cases: number,
  statistic: WeightedStatistic,
  options: BootstrapOptions,
): BootstrapResult {
  const units = unitsOf(cases, options.clusters);
  const weights = new Float64Array(cases);
  const drawn = new Int32Array(units.count);
  const draw = (random: Random) => {
    random.integers(units.count, drawn);
    weighCases(weights, units, drawn);
    return statistic(weights);
  };
  const leaveOut = (group: number, { starts, members }: Units) => {
    weights.fill(1);
    for (let at = starts[group]!; at < starts[group + 1]!; at++) weights[members[at]!] = 0;
    return statistic(weights);
  };
  const observed = statistic(weights.fill(1));
  return resample(
    { observed, draw, units, jackknife: (groups) => fill(groups.count, (group) => leaveOut(group, groups)) },
    options,
  );
}

/**
 * The same for a mean of differences, with the same draws, computed from sums over the drawn units. If few differences
 * are nonzero, its p values are never below those of the sign-flip test (sign-flip.ts).
 * @param differences [cases] the candidate's score minus the champion's
 */
export function pairedBootstrapOfMean(differences: ArrayLike<number>, options: BootstrapOptions): BootstrapResult {
  const units = unitsOf(differences.length, options.clusters);
  const { sums, sizes } = totalsOf(differences, units);
  const drawn = new Int32Array(units.count);
  // Without clusters every unit is one case, so the cases drawn need not be counted.
  const casesDrawn = units.count === differences.length ? () => units.count : () => sumOver(drawn, sizes);
  const draw = (random: Random) => {
    random.integers(units.count, drawn);
    return sumOver(drawn, sums) / casesDrawn();
  };
  const sum = sums.reduce((total, value) => total + value, 0);
  const jackknife = (groups: Units) => {
    const left = totalsOf(differences, groups);
    return fill(groups.count, (group) => (sum - left.sums[group]!) / (differences.length - left.sizes[group]!));
  };
  const result = resample({ observed: sum / differences.length, draw, units, jackknife }, options);
  const least = signFlipPValues(sums);
  return least
    ? { ...result, worse: Math.max(result.worse, least.worse), better: Math.max(result.better, least.better) }
    : result;
}

interface Resampling {
  readonly observed: number;
  readonly units: Units;
  readonly draw: (random: Random) => number;
  readonly jackknife: (groups: Units) => Float64Array;
}

/** Enough groups to estimate the third moment that the acceleration needs; the cost stays linear in the cases. */
const mostJackknifeGroups = 200;

function resample({ observed, units, draw, jackknife }: Resampling, options: BootstrapOptions): BootstrapResult {
  const random = seededRandom(...options.seed);
  const draws = fill(options.draws ?? 10_000, () => draw(random));
  const sample = { observed, draws, jackknife: jackknife(groupUnits(units, mostJackknifeGroups)) };
  const bounds = options.interval === 'percentile' ? percentileBounds : bcaBounds;
  return {
    observed,
    variance: varianceOf(draws),
    ...bcaPValues(sample),
    ...bounds(sample, options.confidences, options.range ?? anyShare),
  };
}

function sumOver(drawn: Int32Array, values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < drawn.length; at++) sum += values[drawn[at]!]!;
  return sum;
}

/**
 * Draws as many units as there are, with replacement; the weight of a case is how often its unit was drawn.
 * @param drawn numbers of units
 */
function weighCases(weights: Float64Array, { starts, members }: Units, drawn: Int32Array): void {
  weights.fill(0);
  for (let draw = 0; draw < drawn.length; draw++) {
    const unit = drawn[draw]!;
    const end = starts[unit + 1]!;
    for (let at = starts[unit]!; at < end; at++) weights[members[at]!]!++;
  }
}

function totalsOf(
  values: ArrayLike<number>,
  { count, starts, members }: Units,
): { sums: Float64Array; sizes: Float64Array } {
  const sums = fill(count, (unit) =>
    members.subarray(starts[unit]!, starts[unit + 1]!).reduce((sum, index) => sum + values[index]!, 0),
  );
  return { sums, sizes: fill(count, (unit) => starts[unit + 1]! - starts[unit]!) };
}

function varianceOf(draws: Float64Array): number {
  const defined = draws.filter((value) => !Number.isNaN(value));
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  return defined.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (defined.length - 1);
}

function fill(length: number, valueAt: (index: number) => number): Float64Array {
  const values = new Float64Array(length);
  for (let index = 0; index < length; index++) values[index] = valueAt(index);
  return values;
}
