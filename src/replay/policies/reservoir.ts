/**
 * The plain reservoir (Vitter, "Random sampling with a reservoir", ACM TOMS 1985) as bottom-k sampling: a uniform
 * sample of everything that was ever offered, so that labels and domains stand in the buffer as often as they came. For
 * streams whose frequencies the replay should keep.
 *
 * Cost: O(n log n) time and O(n) memory for n examples ever offered.
 */
import { uniformOf } from '../../core/random.js';
import { takeWithin } from '../budget.js';
import type { ReplayPolicy } from '../policy.js';
import { byDraw } from '../rounds.js';

export const reservoir = {
  name: 'reservoir',
  summary: 'a uniform sample of everything, labels as frequent as they came',
  score: 'draw',
  wantsVectors: false,
  choose: ({ offers, budget, seed }) => ({
    members: takeWithin(byDraw(offers, seed), budget),
    scoreOf: ({ hash }) => uniformOf(seed, hash),
    whyNot: "this example's draw is not among the lowest",
  }),
} satisfies ReplayPolicy;
