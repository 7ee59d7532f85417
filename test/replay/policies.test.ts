/** What every replay policy keeps to, whatever it prefers. A new policy is tested here by standing in the array. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import type { BufferBudget } from '#espalier/declaration/declaration.js';
import { costOf, limitOf } from '#espalier/replay/budget.js';
import { changesOf } from '#espalier/replay/changes.js';
import { herding } from '#espalier/replay/policies/herding.js';
import { reservoir } from '#espalier/replay/policies/reservoir.js';
import { policyNamed, replayPolicies } from '#espalier/replay/policies.js';
import type { KnownOffer, Offer } from '#espalier/replay/policy.js';
import { errorOf } from '../support/errors.js';
import { now } from '../support/store.js';

const receivedOn = (day: number) => new Date(now.getTime() + day * 86_400_000).toISOString();

const vectors = fc.option(fc.array(fc.float({ noNaN: true, min: -1, max: 1 }), { minLength: 5, maxLength: 5 }), {
  nil: undefined,
});
const streams = fc
  .array(
    fc.record({
      label: fc.constantFrom('a', 'a', 'a', 'b', 'c'),
      domain: fc.constantFrom('x', 'x', 'y'),
      bytes: fc.integer({ min: 1, max: 40 }),
      source: fc.constantFrom('s', 's', 't'),
      days: fc.integer({ min: 0, max: 400 }),
      margin: fc.option(fc.float({ noNaN: true, min: -1, max: 1 }), { nil: undefined }),
      vector: vectors,
    }),
    { maxLength: 60 },
  )
  .map((offers) =>
    offers.map(
      ({ vector, days, ...offer }, index): Offer => ({
        ...offer,
        shown: offer.label,
        exampleId: index + 1,
        // Some texts have several labels.
        hash: `hash ${index - (index % 7 === 1 ? 1 : 0)}`,
        receivedAt: receivedOn(days),
        vector: vector && Float32Array.from(vector),
      }),
    ),
  );
const budgets = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((examples): BufferBudget => ({ examples })),
  fc.integer({ min: 1, max: 300 }).map((bytes): BufferBudget => ({ bytes })),
);
const idsOf = (offers: readonly Offer[]) => offers.map(({ exampleId }) => exampleId).sort((a, b) => a - b);

/** Of one label, domain and source, unless told. */
function offerOf({ exampleId, label = 'a', ...own }: Partial<Offer> & { exampleId: number }): Offer {
  const usual = { hash: `hash ${exampleId}`, domain: 'x', source: 's', receivedAt: receivedOn(exampleId), bytes: 1 };
  return { ...usual, exampleId, label, shown: label, ...own };
}

describe.each(replayPolicies)('the policy $name', (policy) => {
  it('gives offers, each once, within the budget, and fills a budget in examples unless it may leave room', async () => {
    await fc.assert(
      fc.asyncProperty(streams, budgets, async (offers, budget) => {
        const { members } = await policy.choose({ offers, budget, seed: 7 });
        expect(new Set(members).size).toBe(members.length);
        expect(members.every((member) => offers.includes(member))).toBe(true);
        expect(costOf(members, budget)).toBeLessThanOrEqual(limitOf(budget));
        if ('examples' in budget && !policy.mayLeaveRoom)
          expect(members).toHaveLength(Math.min(budget.examples, offers.length));
      }),
    );
  });

  it('gives the same members for the same seed, in whatever order the offers come', async () => {
    await fc.assert(
      fc.asyncProperty(streams, budgets, fc.integer({ min: 0, max: 5 }), async (offers, budget, seed) => {
        const members = idsOf((await policy.choose({ offers, budget, seed })).members);
        const mixed = shuffled(offers, seededRandom('order', seed));
        expect(idsOf((await policy.choose({ offers: mixed, budget, seed })).members)).toEqual(members);
      }),
    );
  });

  it('gives every offer a number and a reason, without vectors too, and with vectors that say nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        streams,
        budgets,
        fc.constantFrom('none', 'zeros', 'equal', 'as they are'),
        async (given, budget, kind) => {
          const vectorOf = { none: undefined, zeros: new Float32Array(5), equal: new Float32Array(5).fill(1) };
          const offers = kind === 'as they are' ? given : given.map((offer) => ({ ...offer, vector: vectorOf[kind] }));
          const rows = await changesOf(offers, { policy, budget, seed: 7, now });
          expect(rows.map(({ exampleId }) => exampleId)).toEqual(offers.map(({ exampleId }) => exampleId));
          for (const row of rows) {
            expect(row.policy).toBe(policy.name);
            expect(Number.isFinite(row.score)).toBe(true);
            expect(row.reason).toMatch(/^(admitted|declined): ./);
          }
        },
      ),
    );
  });

  it('says of who leaves that the buffer was full, and changes nothing when asked again', async () => {
    const offers = Array.from({ length: 30 }, (_, index): Offer => {
      const label = index < 20 ? 'much' : 'rare';
      const vector = Float32Array.from({ length: 5 }, (__, column) => Math.sin(index * 7 + column));
      return offerOf({ exampleId: index + 1, label, bytes: 3, vector, margin: Math.cos(index) });
    });
    const before = (await policy.choose({ offers: offers.slice(0, 20), budget: { examples: 8 }, seed: 7 })).members;
    const known = offers.map(
      (offer): KnownOffer => ({ ...offer, state: before.includes(offer) ? 'member' : undefined }),
    );
    const balance = { policy, budget: { examples: 8 }, seed: 7, now };
    const rows = await changesOf(known, balance);
    const evicted = rows.filter(({ state }) => state === 'evicted');
    expect(evicted.length).toBeGreaterThan(0);
    for (const { reason } of evicted)
      expect(reason).toMatch(
        /^evicted: the buffer was full, with 8 of 8 examples; .* holds \d+ of the \d+ examples of its label, and ./,
      );
    const states = new Map(rows.map(({ exampleId, state }) => [exampleId, state]));
    const settled = known.map((offer) => ({ ...offer, state: states.get(offer.exampleId) ?? offer.state }));
    expect(await changesOf(settled, balance)).toEqual([]);
  });
});

describe('the plain reservoir', () => {
  it('keeps labels as frequent as they came: of one in ten about one in ten', () => {
    const offers = Array.from({ length: 400 }, (_, index): Offer => {
      const label = index % 10 === 0 ? 'rare' : 'much';
      return offerOf({ exampleId: index, label });
    });
    let rare = 0;
    for (let seed = 0; seed < 200; seed++)
      rare += reservoir
        .choose({ offers, budget: { examples: 50 }, seed })
        .members.filter(({ label }) => label === 'rare').length;
    // 5 a seed are expected, with a variance of 50 * 0.1 * 0.9 * 350 / 399.
    expect(Math.abs(rare / 200 - 5)).toBeLessThan(4 * Math.sqrt((50 * 0.1 * 0.9 * (350 / 399)) / 200));
  });
});

describe('herding', () => {
  const random = seededRandom('herding');
  const cloud = Array.from({ length: 120 }, (_, index): Offer => {
    const vector = Float32Array.from({ length: 8 }, (__, column) => random.normal() + (column === 0 ? 2 : 0));
    return offerOf({ exampleId: index, vector });
  });
  const unit = (vector: Float32Array) => vector.map((value) => value / Math.hypot(...vector));
  const meanOf = (offers: readonly Offer[]) =>
    Array.from(
      { length: 8 },
      (_, column) => offers.reduce((sum, { vector }) => sum + unit(vector!)[column]!, 0) / offers.length,
    );
  const distance = (offers: readonly Offer[]) => {
    const [all, some] = [meanOf(cloud), meanOf(offers)];
    return Math.hypot(...all.map((value, column) => value - some[column]!));
  };

  it('takes at each step the example that brings the mean nearest to the mean of all', () => {
    const taken: Offer[] = [];
    for (let step = 0; step < 12; step++) {
      const waiting = cloud.filter((offer) => !taken.includes(offer));
      taken.push(
        waiting.reduce((best, offer) => (distance([...taken, offer]) < distance([...taken, best]) ? offer : best)),
      );
    }
    const { members } = herding.choose({ offers: cloud, budget: { examples: 12 }, seed: 7 });
    expect(idsOf(members)).toEqual(idsOf(taken));
  });

  it('stands for the cloud better than a sample of the same size does', () => {
    const herded = distance(herding.choose({ offers: cloud, budget: { examples: 12 }, seed: 7 }).members);
    for (let seed = 0; seed < 20; seed++)
      expect(herded).toBeLessThan(
        distance(reservoir.choose({ offers: cloud, budget: { examples: 12 }, seed }).members) / 3,
      );
  });
});

describe('policyNamed', () => {
  it('refuses a name that no policy has, with the nearest', async () => {
    expect(await errorOf(async () => policyNamed('herdin'))).toMatchObject({
      code: 'POLICY_UNKNOWN',
      hint: expect.stringContaining('herding'),
    });
  });
});
