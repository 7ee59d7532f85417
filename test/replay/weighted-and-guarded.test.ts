/** The policies that look at when an example was received, who sent it, and how sure the champion is of it. */
import { describe, expect, it } from 'vitest';
import { marginOf } from '#espalier/replay/margins.js';
import { margin } from '#espalier/replay/policies/margin.js';
import { mixed } from '#espalier/replay/policies/mixed.js';
import { recency } from '#espalier/replay/policies/recency.js';
import { sourceQuota } from '#espalier/replay/policies/source-quota.js';
import type { Offer } from '#espalier/replay/policy.js';
import { now } from '../support/store.js';

const day = 24 * 60 * 60 * 1000;

const offersOf = (count: number, own: (index: number) => Partial<Offer>): Offer[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ exampleId: index, hash: `hash ${index}`, label: 'a', shown: 'a', domain: 'x', source: 's', bytes: 1 },
    receivedAt: now.toISOString(),
    ...own(index),
  }));
const countOf = (offers: readonly Offer[], source: string) => offers.filter((offer) => offer.source === source).length;

describe('recency', () => {
  const received = (days: number) => ({ receivedAt: new Date(now.getTime() - days * day).toISOString() });

  it('takes an example twice as often as one that came a half-life earlier', () => {
    const offers = offersOf(2, (index) => received(index * 30));
    const options = { halfLife: 30 };
    let newer = 0;
    for (let seed = 0; seed < 2000; seed++)
      newer += recency.choose({ offers, budget: { examples: 1 }, seed, options }).members[0]!.exampleId === 0 ? 1 : 0;
    // 2/3 are expected; four standard deviations.
    expect(Math.abs(newer / 2000 - 2 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 2000));
  });

  it('is a uniform sample of what came at one time: chi-square over 2,000 seeds', () => {
    const offers = offersOf(40, () => received(0));
    const kept = new Array<number>(40).fill(0);
    for (let seed = 0; seed < 2000; seed++)
      for (const { exampleId } of recency.choose({ offers, budget: { examples: 10 }, seed }).members)
        kept[exampleId]!++;
    const chiSquare = kept.reduce((sum, count) => sum + (count - 500) ** 2 / (500 * 0.75), 0);
    // The 99.9 % quantile of 39 degrees of freedom.
    expect(chiSquare).toBeLessThan(72.1);
  });

  it('keeps the same members whenever it is asked: the present time does not count', () => {
    const offers = offersOf(50, (index) => received(index));
    const later = offers.map((offer) => ({ ...offer, receivedAt: later10Years(offer) }));
    const idsOf = (from: readonly Offer[]) =>
      recency.choose({ offers: from, budget: { examples: 9 }, seed: 3 }).members.map(({ exampleId }) => exampleId);
    expect(idsOf(later)).toEqual(idsOf(offers));
  });

  const later10Years = ({ receivedAt }: Offer) => new Date(Date.parse(receivedAt) + 3650 * day).toISOString();

  it('orders texts of any age: a century of half-lives gives a finite key', () => {
    const offers = offersOf(20, (index) => received(index * 36_500));
    const { members, scoreOf } = recency.choose({ offers, budget: { examples: 5 }, seed: 7, options: { halfLife: 1 } });
    expect(members.map(({ exampleId }) => exampleId)).toEqual([0, 1, 2, 3, 4]);
    for (const offer of offers) expect(Number.isFinite(scoreOf(offer))).toBe(true);
  });
});

describe('source-quota', () => {
  it('holds no more than its share of a source that sends a flood, and leaves the others what they had', () => {
    const honest = offersOf(60, (index) => ({ source: index % 2 === 0 ? 'shop' : 'support' }));
    const flood = offersOf(5000, (index) => ({
      exampleId: 1000 + index,
      hash: `flood ${index}`,
      source: 'stranger',
      label: `l${index % 50}`,
    }));
    const options = { share: 0.2 };
    const { members } = sourceQuota.choose({
      offers: [...flood, ...honest],
      budget: { examples: 100 },
      seed: 7,
      options,
    });
    // Of three sources each may have a third at least.
    expect(countOf(members, 'stranger')).toBe(34);
    expect([countOf(members, 'shop'), countOf(members, 'support')]).toEqual([30, 30]);
  });

  it('leaves room rather than giving a source more, and says so', () => {
    const offers = offersOf(100, (index) => ({ source: index < 5 ? 'few' : 'many' }));
    const { members } = sourceQuota.choose({ offers, budget: { examples: 40 }, seed: 7 });
    expect([countOf(members, 'few'), countOf(members, 'many')]).toEqual([5, 20]);
  });

  it('counts bytes where the budget does, and gives a single source all of it', () => {
    const offers = offersOf(100, (index) => ({ source: index < 50 ? 's' : 't', bytes: index < 50 ? 10 : 1 }));
    const { members } = sourceQuota.choose({ offers, budget: { bytes: 100 }, seed: 7 });
    expect([countOf(members, 's'), countOf(members, 't')]).toEqual([5, 50]);
    const alone = sourceQuota.choose({ offers: offers.slice(0, 50), budget: { bytes: 100 }, seed: 7 }).members;
    expect(alone).toHaveLength(10);
  });
});

describe('margin', () => {
  const offers = offersOf(30, (index) => ({
    label: index < 20 ? 'much' : 'rare',
    margin: index % 10 === 9 ? undefined : Math.sin(index * 3),
  }));
  const marginsOf = (keep: string) =>
    margin
      .choose({ offers, budget: { examples: 8 }, seed: 7, options: { keep } })
      .members.filter(({ label }) => label === 'much')
      .map((offer) => offer.margin!);
  const known = offers.flatMap(({ label, margin: own }) => (label === 'much' && own !== undefined ? [own] : []));

  it('keeps of each label those of which the champion is least sure', () => {
    expect(marginsOf('least').sort((a, b) => a - b)).toEqual(known.toSorted((a, b) => a - b).slice(0, 4));
  });

  it('or most sure', () => {
    expect(marginsOf('most').sort((a, b) => b - a)).toEqual(known.toSorted((a, b) => b - a).slice(0, 4));
  });

  it('takes what the champion cannot score last', () => {
    const { members } = margin.choose({ offers, budget: { examples: 18 }, seed: 7 });
    expect(members.every((offer) => offer.margin !== undefined)).toBe(true);
  });
});

describe('mixed', () => {
  const offers = offersOf(80, (index) => ({
    margin: Math.sin(index * 5),
    vector: Float32Array.from({ length: 6 }, (_, column) => Math.cos(index * 11 + column)),
  }));
  const choose = (options: Record<string, unknown>) =>
    mixed.choose({ offers, budget: { examples: 20 }, seed: 7, options }).then(({ members }) => members);
  const hardest = offers.toSorted((a, b) => a.margin! - b.margin!);

  it.each(['herding', 'k-centre'])('gives a share to %s, and the rest to the least sure', async (diversity) => {
    const members = await choose({ diversity, share: 0.25 });
    expect(members).toHaveLength(20);
    const diverse = new Set(members.slice(0, 5));
    expect(members.slice(5)).toEqual(hardest.filter((offer) => !diverse.has(offer)).slice(0, 15));
  });

  it('chooses the diverse ones as the named policy does', async () => {
    const [herded, covering] = [await choose({ diversity: 'herding' }), await choose({ diversity: 'k-centre' })];
    expect(herded.slice(0, 10)).not.toEqual(covering.slice(0, 10));
  });
});

describe('the margin of an example', () => {
  const probabilities = Float32Array.of(0.5, 0.25, 0.125, 0.125);
  const classes = [0, 1, 2];

  it('is the probability of its label minus that of the likeliest other of the task', () => {
    expect(marginOf(probabilities, [0], { classes, multiLabel: false })).toBe(0.25);
    expect(marginOf(probabilities, [2], { classes, multiLabel: false })).toBe(-0.375);
    expect(marginOf(probabilities, [3], { classes: [3], multiLabel: false })).toBe(0.125);
  });

  it('of a label set is the least sure of its labels', () => {
    expect(marginOf(probabilities, [0], { classes, multiLabel: true })).toBe(0);
    expect(marginOf(probabilities, [1], { classes, multiLabel: true })).toBe(-0.5);
    expect(marginOf(probabilities, [], { classes: [1, 2], multiLabel: true })).toBe(0.5);
  });

  it('is not known of a label that the head does not know', () => {
    expect(marginOf(probabilities, [undefined], { classes, multiLabel: false })).toBeUndefined();
  });
});
