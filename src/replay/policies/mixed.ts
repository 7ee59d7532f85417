/**
 * Mixed: a share of the budget goes to examples that stand for the others (herding or k-centre), the rest to those of
 * which the champion is least, or most, sure (margin). Diversity alone rehearses what is easy, difficulty alone
 * rehearses outliers and wrong labels; together they are the usual compromise of active learning (Settles, "Active
 * learning literature survey", 2009, on information density).
 *
 * For budgets of some ten examples a label. Cost: that of both policies.
 */
import { z } from 'zod';
import type { BufferBudget } from '../../declaration/declaration.js';
import { remaining } from '../budget.js';
import { readOptions } from '../options.js';
import type { ReplayPolicy } from '../policy.js';
import { herding } from './herding.js';
import { kCentre } from './k-centre.js';
import { margin, marginOptions } from './margin.js';

const options = {
  diversity: z.enum(['herding', 'k-centre']).default('herding'),
  /** Of the budget, for diversity. */
  share: z.number().gt(0).lt(1).default(0.5),
  ...marginOptions,
};

export const mixed = {
  name: 'mixed',
  summary: 'a share of examples that stand for the others, and a share of those that are difficult',
  score: 'margin',
  wantsVectors: true,
  wantsScores: true,
  options,
  choose: async ({ offers, budget, seed, options: given }) => {
    const { diversity, share, keep } = readOptions(options, given);
    const diverse = diversity === 'herding' ? herding : kCentre;
    const first = (await diverse.choose({ offers, budget: partOf(budget, share), seed })).members;
    const taken = new Set(first);
    const others = offers.filter((offer) => !taken.has(offer));
    const second = margin.choose({ offers: others, budget: remaining(budget, first), seed, options: { keep } });
    return {
      members: [...first, ...second.members],
      scoreOf: second.scoreOf,
      whyNot: `${diverse.name} puts others before it, and ${second.whyNot}`,
    };
  },
} satisfies ReplayPolicy;

function partOf(budget: BufferBudget, share: number): BufferBudget {
  return 'bytes' in budget
    ? { bytes: Math.round(budget.bytes * share) }
    : { examples: Math.round(budget.examples * share) };
}
