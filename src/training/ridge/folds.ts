/** Folds for cross-validation that split no group of near-duplicates and distribute the rows of each class evenly. */
import { seededRandom, shuffled } from '../../core/random.js';
import { appendAll } from '../../core/sequences.js';
import type { Groups } from './groups.js';

/** Positions of rows, by fold. A group belongs to the class of its first row. */
export function foldGroups(
  groups: Groups,
  targets: Int32Array,
  { folds, seed }: { folds: number; seed: number },
): Groups {
  const found = Array.from({ length: folds }, (): number[] => []);
  const dealt = new Map<number, number>();
  for (const group of shuffled(groups, seededRandom(seed, 'folds'))) {
    const own = targets[group[0]!]!;
    // Each class starts with a different fold, so that classes of one or two examples are not all in the first.
    const turn = dealt.get(own) ?? own;
    dealt.set(own, turn + 1);
    appendAll(found[turn % folds]!, group);
  }
  return found.filter((fold) => fold.length > 0);
}
