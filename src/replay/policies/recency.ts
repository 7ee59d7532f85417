/**
 * Recency: a sample of everything in which an example is half as likely as one that was received a half-life later.
 * Weighted sampling without replacement by keys (Efraimidis & Spirakis, "Weighted random sampling with a reservoir",
 * Information Processing Letters 2006): the examples of the largest u^(1/w) for a uniform draw u and a weight w. The
 * key here is log2(-ln u) - received / half-life, which orders them in the same way and depends on no present time.
 *
 * For streams whose meaning drifts, so that old examples of a label mislead. Labels are as frequent as they came
 * lately; a floor (`buffer.floor`) keeps those that have become rare. Cost: O(n log n) for n examples ever offered.
 */
import { z } from 'zod';
import { uniformOf } from '../../core/random.js';
import { takeWithin } from '../budget.js';
import { readOptions } from '../options.js';
import type { Offer, ReplayPolicy } from '../policy.js';
import { byDraw } from '../rounds.js';

const options = {
  /** Days. */
  halfLife: z.number().gt(0).max(100_000).default(90),
};

const day = 24 * 60 * 60 * 1000;

export const recency = {
  name: 'recency',
  summary: 'a sample in which what was received lately is more likely',
  score: 'key',
  wantsVectors: false,
  options,
  choose: ({ offers, budget, seed, options: given }) => {
    const { halfLife } = readOptions(options, given);
    const keyOf = ({ hash, receivedAt }: Offer) =>
      Math.log2(-Math.log(drawOf(seed, hash))) - Date.parse(receivedAt) / day / halfLife;
    const keyed = byDraw(offers, seed).map((offer) => ({ offer, key: keyOf(offer) }));
    const order = keyed.sort((a, b) => a.key - b.key).map(({ offer }) => offer);
    return {
      members: takeWithin(order, budget),
      scoreOf: keyOf,
      whyNot: 'its key, of its draw and its age, is not among the lowest',
    };
  },
} satisfies ReplayPolicy;

/** Never 0 nor 1, whose logarithms are no keys. */
const drawOf = (seed: number, hash: string) => uniformOf(seed, hash) * (1 - 2 ** -48) + 2 ** -49;
