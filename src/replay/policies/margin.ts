/**
 * Margin: in each label and domain the examples of which the champion is least sure, or most sure. How sure it is, is
 * the margin: the probability of the example's label minus that of the likeliest other one (as a measure of difficulty:
 * Scheffer et al., "Active hidden Markov models for information extraction", IDA 2001; as a rule for what to replay:
 * Aljundi et al., "Online continual learning with maximally interfered retrieval", NeurIPS 2019). Cells are balanced as
 * in the balanced reservoir.
 *
 * `keep: least` rehearses what is nearest to being forgotten; where labels are wrong it collects those, since nothing has
 * a lower margin. `keep: most` rehearses what is typical. The champion has learned the examples that it scores, so
 * margins are higher than those of new texts would be; it is their order that counts.
 *
 * An example that the champion cannot score comes after the others, by its draw. Cost: one pass of the head over n
 * examples ever offered, and O(n log n).
 */
import { z } from 'zod';
import { takeWithin } from '../budget.js';
import { readOptions } from '../options.js';
import type { Offer, ReplayPolicy } from '../policy.js';
import { byDraw, inBalancedRounds } from '../rounds.js';

export const marginOptions = {
  keep: z.enum(['least', 'most']).default('least'),
};

export const margin = {
  name: 'margin',
  summary: 'of each label and domain the examples of which the champion is least, or most, sure',
  score: 'margin',
  wantsVectors: false,
  wantsScores: true,
  options: marginOptions,
  choose: ({ offers, budget, seed, options: given }) => {
    const { keep } = readOptions(marginOptions, given);
    const rankOf = ({ margin: own }: Offer) =>
      own === undefined ? Number.POSITIVE_INFINITY : keep === 'least' ? own : -own;
    const order = inBalancedRounds(offers, seed, (cell) => byDraw(cell, seed).sort(by(rankOf)));
    return {
      members: takeWithin(order, budget),
      scoreOf: ({ margin: own }) => own ?? 0,
      whyNot: `the champion is ${keep} sure of others of its label and domain`,
    };
  },
} satisfies ReplayPolicy;

/** Infinite ranks are equal, too. */
const by = (rankOf: (offer: Offer) => number) => (a: Offer, b: Offer) => {
  const [first, second] = [rankOf(a), rankOf(b)];
  return first === second ? 0 : first - second;
};
