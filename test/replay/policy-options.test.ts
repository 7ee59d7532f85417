/** `buffer.options` and `buffer.floor` of adapter.yaml, over every policy. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupBy } from '#espalier/core/grouping.js';
import { costOf, limitOf } from '#espalier/replay/budget.js';
import { policyFor, replayPolicies } from '#espalier/replay/policies.js';
import type { Offer } from '#espalier/replay/policy.js';
import { declare } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';

const ruleOf = (yaml: string) => declare(`buffer: ${yaml}`).buffer;

describe('options of a policy', () => {
  it('reach the policy', () => {
    const { buffer } = declare('buffer: { examples: 9, policy: recency, options: { halfLife: 3 } }');
    expect(buffer).toEqual({ examples: 9, policy: 'recency', options: { halfLife: 3 }, floor: 0 });
    const offers = ['2020-01-01', '2026-01-01'].map((date, index): Offer => {
      const names = { label: 'a', shown: 'a', domain: 'x', source: 's', receivedAt: `${date}T00:00:00.000Z` };
      return { exampleId: index, hash: `hash ${index}`, ...names, bytes: 1 };
    });
    const keyAt = async (options: string) => {
      const policy = policyFor(ruleOf(`{ examples: 1, policy: recency, options: ${options} }`));
      return (await policy.choose({ offers, budget: { examples: 1 }, seed: 7 })).scoreOf(offers[0]!);
    };
    return expect(keyAt('{ halfLife: 3 }')).resolves.not.toEqual(keyAt('{}'));
  });

  it.each([
    ['{ examples: 9, policy: recency, options: { halflife: 3 } }', 'halflife', 'Did you mean `halfLife`?'],
    ['{ examples: 9, policy: reservoir, options: { halfLife: 3 } }', 'halfLife', 'It has none.'],
    ['{ examples: 9, policy: recency, options: { halfLife: 0 } }', 'halfLife', undefined],
    ['{ examples: 9, policy: mixed, options: { diversity: reservoir } }', 'diversity', undefined],
    ['{ examples: 9, policy: source-quota, options: { share: much } }', 'share', undefined],
  ])('are refused where the policy does not know them: %s', async (yaml, option, hint) => {
    const { code, at, hint: given } = await errorOf(async () => policyFor(ruleOf(yaml)));
    expect([code, at]).toEqual(['DECLARATION_INVALID', { field: `buffer.options.${option}` }]);
    if (hint !== undefined) expect(given).toBe(hint);
  });
});

const streams = fc
  .array(
    fc.record({
      label: fc.constantFrom('a', 'a', 'a', 'a', 'a', 'b', 'c'),
      source: fc.constantFrom('s', 's', 's', 't'),
      bytes: fc.integer({ min: 1, max: 20 }),
      margin: fc.float({ noNaN: true, min: -1, max: 1 }),
    }),
    { maxLength: 60 },
  )
  .map((rows) =>
    rows.map((row, index): Offer => {
      const vector = Float32Array.from({ length: 4 }, (_, column) => Math.sin(index * 7 + column));
      const received = { receivedAt: new Date(index * 86_400_000).toISOString() };
      return { ...row, ...received, exampleId: index, hash: `hash ${index}`, shown: row.label, domain: 'x', vector };
    }),
  );

describe.each(replayPolicies.map(({ name }) => name))('a floor under %s', (name) => {
  const policy = policyFor(ruleOf(`{ examples: 9, policy: ${name}, floor: 3 }`));

  it('holds so many examples of each label, or all there are, within the budget', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.integer({ min: 9, max: 30 }), async (offers, examples) => {
        const { members } = await policy.choose({ offers, budget: { examples }, seed: 7 });
        const held = groupBy(members, ({ label }) => label);
        expect(new Set(members).size).toBe(members.length);
        expect(members.length).toBeLessThanOrEqual(examples);
        if (!policy.mayLeaveRoom) expect(members).toHaveLength(Math.min(examples, offers.length));
        for (const [label, own] of groupBy(offers, (offer) => offer.label))
          expect(held.get(label)?.length ?? 0).toBeGreaterThanOrEqual(Math.min(3, own.length));
      }),
    );
  });

  it('never exceeds a budget in bytes', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.integer({ min: 1, max: 200 }), async (offers, bytes) => {
        const { members } = await policy.choose({ offers, budget: { bytes }, seed: 7 });
        expect(costOf(members, { bytes })).toBeLessThanOrEqual(limitOf({ bytes }));
      }),
      { numRuns: 40 },
    );
  });

  it('gives each label its first place before any has a second, where the budget is smaller than the floors', async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (offers) => {
        const { members } = await policy.choose({ offers, budget: { examples: 3 }, seed: 7 });
        const labels = new Set(offers.map(({ label }) => label)).size;
        expect(new Set(members.map(({ label }) => label)).size).toBe(Math.min(labels, 3));
      }),
      { numRuns: 40 },
    );
  });
});
