/**
 * The logarithm of each class's share of the minibatches. A new class is far more frequent there than an old one;
 * learning scores on top of that share instead of into it keeps old classes from being outbid (logit adjustment: Menon
 * et al., ICLR 2021).
 */
import type { Problem } from './problem.js';

/** Of a class that is neither new nor in the buffer. */
const smallestShare = 1e-4;

/**
 * [classes], for minibatches of the pool `mixed`. Without replayed examples the old classes have no share at all, and
 * nothing is adjusted.
 */
export function logPrior({ job: { fresh, replayed, classes }, sizes }: Problem): Float32Array {
  const shares = new Float32Array(classes.length);
  if (replayed.targets.length === 0) return shares;
  const whole = sizes.fresh + sizes.replayed;
  // Label sets are beyond: what does not compete needs no prior.
  for (const target of fresh.targets) shares[target]! += sizes.fresh / whole / fresh.targets.length;
  const remembered = new Set(replayed.targets);
  for (const target of remembered) shares[target]! += sizes.replayed / whole / remembered.size;
  return shares.map((share) => Math.log(Math.max(share, smallestShare)));
}
