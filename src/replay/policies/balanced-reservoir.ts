/**
 * The balanced reservoir: a sample of everything that was ever offered, balanced over labels first and within each
 * label over its domains; each cell (label x domain) keeps a uniform sample of what it was offered.
 *
 * Every example has a fixed draw, and a cell keeps its lowest draws (bottom-k sampling). Balancing by class follows
 * Chrysakis & Moens ("Online continual learning from imbalanced data", ICML 2020), whose single level drops whole
 * labels once cells outnumber places; one order of all examples makes the sample a function of the set of offers alone,
 * so that a cell that grows again, because a budget was raised or long texts made way for short ones, takes its lowest
 * draws.
 *
 * Cost: O(n log n) time and O(n) memory for n examples ever offered, about 3 microseconds each.
 */
import { uniformOf } from '../../core/random.js';
import { takeWithin } from '../budget.js';
import type { ReplayPolicy } from '../policy.js';
import { byDraw, inBalancedRounds } from '../rounds.js';

export const balancedReservoir = {
  name: 'balanced-reservoir',
  summary: 'a uniform sample of each label and domain, all of equal size',
  score: 'draw',
  wantsVectors: false,
  choose: ({ offers, budget, seed }) => ({
    members: takeWithin(
      inBalancedRounds(offers, seed, (cell) => byDraw(cell, seed)),
      budget,
    ),
    scoreOf: ({ hash }) => uniformOf(seed, hash),
    whyNot: "this example's draw is not among the lowest",
  }),
} satisfies ReplayPolicy;
