/**
 * The logarithm of each class's share of the minibatches. A new class is far more frequent there than an old one;
 * learning scores in addition to the logarithm of that share keeps new classes from outweighing old ones (logit
 * adjustment: Menon et al., ICLR 2021).
 */
import type { Problem } from './problem.js';

/** Share of a class that is neither new nor in the buffer. */
const smallestShare = 1e-4;

/**
 * [classes], for minibatches of the pool `mixed`. Without replayed examples the old classes have no share at all, and
 * nothing is adjusted.
 */
export function logPrior({ job: { fresh, replayed, classes }, sizes }: Problem): Float32Array {
  const shares = new Float32Array(classes.length);
  if (replayed.targets.length === 0) return shares;
  const whole = sizes.fresh + sizes.replayed;
  // Targets of label sets lie beyond the array and are ignored: labels that do not compete need no prior.
  for (const target of fresh.targets) shares[target]! += sizes.fresh / whole / fresh.targets.length;
  const remembered = new Set(replayed.targets);
  for (const target of remembered) shares[target]! += sizes.replayed / whole / remembered.size;
  return shares.map((share) => Math.log(Math.max(share, smallestShare)));
}
