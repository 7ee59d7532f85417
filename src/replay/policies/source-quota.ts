/**
 * Source quota: a balanced reservoir in which no source takes up more of the budget than its share, so that nobody can
 * fill the buffer by sending much (an attack on what is learned by who sends the data: Biggio et al., "Poisoning attacks
 * against support vector machines", ICML 2012; the bound holds for the buffer, not for what an update learns as new). The
 * share is at least that of equal parts: of two sources each may take up half of the budget, and a single source all of
 * it. What the sources may not take up stays free.
 *
 * For examples from sources that are not trusted alike, such as users and customers. Cost: O(n log n) for n examples ever
 * offered.
 */
import { z } from 'zod';
import { groupBy } from '../../core/grouping.js';
import { uniformOf } from '../../core/random.js';
import type { BufferBudget } from '../../declaration/declaration.js';
import { takeWithin } from '../budget.js';
import { readOptions } from '../options.js';
import type { Offer, ReplayPolicy } from '../policy.js';
import { byDraw, inBalancedRounds } from '../rounds.js';

const options = {
  /** Of the budget, that one source takes up at most. */
  share: z.number().gt(0).max(1).default(0.5),
};

export const sourceQuota = {
  name: 'source-quota',
  summary: 'a balanced reservoir in which no source has more than its share of the budget',
  score: 'draw',
  wantsVectors: false,
  mayLeaveRoom: true,
  options,
  choose: ({ offers, budget, seed, options: given }) => {
    const { share } = readOptions(options, given);
    const order = inBalancedRounds(offers, seed, (cell) => byDraw(cell, seed));
    return {
      members: takeWithin(withinQuotas(order, budget, share), budget),
      scoreOf: ({ hash }) => uniformOf(seed, hash),
      whyNot: "its source has its share already, or this example's draw is not among the lowest",
    };
  },
} satisfies ReplayPolicy;

/** The offers of each source that its quota holds, in the order of all. */
function withinQuotas<T extends Offer>(order: readonly T[], budget: BufferBudget, share: number): T[] {
  const sources = groupBy(order, ({ source }) => source);
  const quotaOf = (whole: number) => Math.max(Math.floor(whole * share), Math.ceil(whole / sources.size));
  const quota = 'bytes' in budget ? { bytes: quotaOf(budget.bytes) } : { examples: quotaOf(budget.examples) };
  const allowed = new Set([...sources.values()].flatMap((own) => takeWithin(own, quota)));
  return order.filter((offer) => allowed.has(offer));
}
