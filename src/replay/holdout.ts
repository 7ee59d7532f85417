/** Decides, as examples stream in, which are held out: in every stratum (label x domain) the same share, at seeded places. */
import { rarestLabel } from '../core/label-sets.js';
import { seededRandom } from '../core/random.js';
import type { Split, Stratum } from '../store/examples.js';

/** How many examples each stratum has had so far, by stratumOf. */
export type StrataCounts = Map<string, number>;

export const stratumOf = (label: string, domain: string) => JSON.stringify([label, domain]);

/** The strata of a task, as they grow. */
export interface Strata {
  /** The split of the next example, which is counted in the stratum of its rarest label so far, in its domain. */
  assign(labels: readonly string[], domain: string, options: HoldoutOptions): Split;
  /** Those that have grown, as they are now. */
  grown(): Stratum[];
}

export interface HoldoutOptions {
  readonly fraction: number;
  readonly seed: number;
}

export function openStrata(before: readonly Stratum[]): Strata {
  const counts: StrataCounts = new Map(before.map(({ label, domain, received }) => [stratumOf(label, domain), received]));
  const grown = new Map<string, Omit<Stratum, 'received'>>();
  return {
    assign(labels, domain, options) {
      const label = rarestLabel(labels, (one) => counts.get(stratumOf(one, domain)) ?? 0);
      const stratum = stratumOf(label, domain);
      grown.set(stratum, { label, domain });
      return assignSplit(counts, stratum, options);
    },
    grown: () => [...grown].map(([stratum, of]) => ({ ...of, received: counts.get(stratum)! })),
  };
}

/**
 * The split of the next example of `stratum`, and counts it. Of every 1/fraction examples in a row one is held out, at a place drawn
 * from the seed (stratified systematic sampling with a random start in each interval), so the share is exact to within one
 * example at any moment, and the answer for the n-th does not depend on the n+1-th. The first of a stratum is never held out:
 * a class must have something to learn from.
 */
export function assignSplit(counts: StrataCounts, stratum: string, { fraction, seed }: HoldoutOptions): Split {
  const position = counts.get(stratum) ?? 0;
  counts.set(stratum, position + 1);
  const interval = intervalOf(position, fraction);
  const [start, end] = [startOf(interval, fraction), startOf(interval + 1, fraction)];
  const pick = start + Math.floor(seededRandom(seed, 'holdout', stratum, interval).uniform() * (end - start));
  return Math.max(1, pick) === position ? 'holdout' : 'train';
}

function intervalOf(position: number, fraction: number): number {
  const near = Math.floor(position * fraction);
  if (position >= startOf(near + 1, fraction)) return near + 1;
  return position < startOf(near, fraction) ? near - 1 : near;
}

/** Interval m holds the whole positions in [m / fraction, (m + 1) / fraction): no two share one, or both could pick it. */
function startOf(interval: number, fraction: number): number {
  return Math.ceil(interval / fraction - 1e-9);
}
