/**
 * Decides, as examples stream in, which are held out: of every label the same share, at seeded places, and of the
 * domains of a label each about the same share.
 */
import { rarestLabel } from '../core/label-sets.js';
import { seededRandom } from '../core/random.js';
import type { Split } from '../store/examples.js';
import type { Stratum } from '../store/strata.js';

/** The strata (label x domain) of a task, as they grow. */
export interface Strata {
  /** The split of the next example, which is counted for the rarest of its labels so far. */
  assign(labels: readonly string[], domain: string, options: HoldoutOptions): Split;
  /** The strata that have grown, as they are now. */
  grown(): Stratum[];
}

export interface HoldoutOptions {
  readonly fraction: number;
  readonly seed: number;
  /** The split of a twin of the example: both stand on one side, and the example counts there. */
  readonly settled?: Split | undefined;
}

/** How many examples there were, and how many of them are held out. */
export interface Counts {
  received: number;
  held: number;
}

interface LabelCounts extends Counts {
  readonly domains: Map<string, Counts>;
}

export function openStrata(before: readonly Stratum[]): Strata {
  const labels = new Map<string, LabelCounts>();
  for (const { label, domain, received, held } of before) {
    const own = labelCounts(labels, label);
    own.domains.set(domain, { received, held });
    own.received += received;
    own.held += held;
  }
  const grown = new Map<string, readonly [label: string, domain: string]>();
  return {
    assign(names, domain, { fraction, seed, settled }) {
      const label = rarestLabel(names, (name) => labels.get(name)?.received ?? 0);
      const whole = labelCounts(labels, label);
      const part = whole.domains.get(domain) ?? { received: 0, held: 0 };
      whole.domains.set(domain, part);
      const draw = seededRandom(seed, 'holdout', label, whole.received).uniform();
      const split = settled ?? (draw < chanceToHold(whole, part, fraction) ? 'holdout' : 'train');
      for (const counts of [whole, part]) {
        counts.received++;
        counts.held += split === 'holdout' ? 1 : 0;
      }
      grown.set(JSON.stringify([label, domain]), [label, domain]);
      return split;
    },
    grown: () =>
      [...grown.values()].map(([label, domain]) => ({ label, domain, ...labels.get(label)!.domains.get(domain)! })),
  };
}

function labelCounts(labels: Map<string, LabelCounts>, label: string): LabelCounts {
  const counts = labels.get(label) ?? { received: 0, held: 0, domains: new Map() };
  labels.set(label, counts);
  return counts;
}

/**
 * The chance with which the next example of a label is held out. Of every 1/fraction examples of the label in a row one
 * is held out (stratified systematic sampling), so that its share is exact to within one example at any moment, however
 * many domains it is spread over. Which one of them it is depends on the domains: one that has had its share waits for
 * the next interval, one that lacks a whole example comes at once, and among the others each place of the interval is
 * as likely. The first example of a label is never held out: a class must have something to learn from. It costs
 * constant time, and an answer depends on earlier examples of the label alone.
 * @param label of all domains @param part of the example's own domain
 */
export function chanceToHold(label: Counts, part: Counts, fraction: number): number {
  if (label.received === 0) return 0;
  const interval = intervalOf(label.received, fraction);
  const missing = interval + 1 - label.held;
  if (missing <= 0) return 0;
  // Twins of learned texts, or another fraction until now, may leave several to be held out. They are made up for bit
  // by bit.
  const placesLeft = startOf(interval + 1, fraction) - label.received;
  if (missing > 1) return Math.min(missing / placesLeft, (1 + fraction) / 2);
  if (placesLeft === 1) return 1;
  // The share of the first example, which is never held out, falls to the second.
  if (label.received === 1) return 2 / (placesLeft + 1);
  const lacking = fraction * (part.received + 1) - part.held;
  if (lacking <= 0) return 0;
  return lacking >= 1 ? 1 : 1 / placesLeft;
}

function intervalOf(position: number, fraction: number): number {
  const near = Math.floor(position * fraction);
  if (position >= startOf(near + 1, fraction)) return near + 1;
  return position < startOf(near, fraction) ? near - 1 : near;
}

/** Interval m holds the whole positions in [m / fraction, (m + 1) / fraction): no two share one. */
function startOf(interval: number, fraction: number): number {
  return Math.ceil(interval / fraction - 1e-9);
}
