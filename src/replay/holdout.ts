/** Decides, as examples stream in, which are held out: in every stratum (label x domain) the same share, at seeded places. */
import { seededRandom } from '../core/random.js';
import type { Split } from '../store/examples.js';

/** How many examples each stratum has had so far, by stratumOf. */
export type StrataCounts = Map<string, number>;

export const stratumOf = (label: string, domain: string) => JSON.stringify([label, domain]);

/**
 * The split of the next example of `stratum`, and counts it. Of every 1/fraction examples in a row one is held out, at a place drawn
 * from the seed (stratified systematic sampling with a random start in each interval), so the share is exact to within one
 * example at any moment, and the answer for the n-th does not depend on the n+1-th. The first of a stratum is never held out:
 * a class must have something to learn from.
 */
export function assignSplit(counts: StrataCounts, stratum: string, { fraction, seed }: { fraction: number; seed: number }): Split {
  const position = counts.get(stratum) ?? 0;
  counts.set(stratum, position + 1);
  if (position === 0) return 'train';
  // Interval m covers positions [m / fraction, (m + 1) / fraction); the position's own interval, or one that straddles it, may pick it.
  const interval = Math.floor(position * fraction);
  const picked = [interval - 1, interval, interval + 1].some((m) => m >= 0 && pickOf(m, stratum, fraction, seed) === position);
  return picked ? 'holdout' : 'train';
}

function pickOf(interval: number, stratum: string, fraction: number, seed: number): number {
  const offset = seededRandom(seed, 'holdout', stratum, interval).uniform();
  const pick = Math.floor((interval + offset) / fraction);
  return interval === 0 ? Math.max(1, pick) : pick;
}
