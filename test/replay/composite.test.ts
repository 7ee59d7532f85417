/** The policy `composite`: shares of the budget among other policies. test/replay/policies.test.ts holds it to what all keep to. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf } from '#espalier/replay/budget.js';
import { herding } from '#espalier/replay/policies/herding.js';
import { recency } from '#espalier/replay/policies/recency.js';
import { policyFor } from '#espalier/replay/policies.js';
import type { Offer } from '#espalier/replay/policy.js';
import { declare } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';

const compositeOf = (parts: string, rest = '') =>
  policyFor(declare(`buffer: { examples: 9, policy: composite, options: { parts: ${parts} }${rest} }`).buffer);

const offersOf = (count: number): Offer[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ exampleId: index, hash: `hash ${index}`, label: `l${index % 3}`, shown: `l${index % 3}`, domain: 'x' },
    ...{ source: 's', receivedAt: new Date(index * 86_400_000).toISOString(), bytes: 1 + (index % 5) },
    margin: Math.cos(index * 3),
    vector: Float32Array.from({ length: 4 }, (__, column) => Math.sin(index * 7 + column)),
  }));

const sharesOf = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
  .map((weights) => weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0)));
const names = ['herding', 'margin', 'recency', 'reservoir'];

describe('a composite of policies', () => {
  it('gives each part its share, to the rounding, and fills the budget', async () => {
    await fc.assert(
      fc.asyncProperty(sharesOf, fc.integer({ min: 1, max: 40 }), async (shares, examples) => {
        const parts = shares.map((share, index) => ({ policy: names[index]!, share }));
        const offers = offersOf(60);
        const { members } = await compositeOf(JSON.stringify(parts)).choose({ offers, budget: { examples }, seed: 3 });
        expect(members).toHaveLength(examples);
        // Parts choose one after another: the first ones have chosen the first members.
        let share = 0;
        for (const [index, part] of parts.entries()) {
          const before = members.slice(0, Math.round(examples * share));
          share += part.share;
          const own = members.slice(before.length, Math.round(examples * (index === parts.length - 1 ? 1 : share)));
          const rest = offers.filter((offer) => !before.includes(offer));
          const alone = await policyFor(declare(`buffer: { examples: 9, policy: ${part.policy} }`).buffer).choose({
            offers: rest,
            budget: { examples: own.length },
            seed: 3,
          });
          if (own.length > 0) expect(own).toEqual(alone.members);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of one part is that part', async () => {
    const offers = offersOf(40);
    const alone = recency.choose({ offers, budget: { examples: 7 }, seed: 1, options: { halfLife: 2 } });
    const policy = compositeOf('[{ policy: recency, share: 1, options: { halfLife: 2 } }]');
    const choice = await policy.choose({ offers, budget: { examples: 7 }, seed: 1 });
    expect(choice.members).toEqual(alone.members);
    expect(offers.map((offer) => choice.scoreOf(offer))).toEqual(offers.map((offer) => alone.scoreOf(offer)));
  });

  it('never exceeds a budget in bytes, and gives the room that a part leaves to the next', async () => {
    const quota = '{ policy: source-quota, share: 0.5, options: { share: 0.1 } }';
    const policy = compositeOf(`[${quota}, { policy: herding, share: 0.5 }]`);
    const offers = offersOf(30).map((offer, index) => ({ ...offer, source: index < 28 ? 's' : 't' }));
    const { members } = await policy.choose({ offers, budget: { examples: 20 }, seed: 1 });
    expect(members).toHaveLength(20);
    const bytes = { bytes: 50 };
    expect(costOf((await policy.choose({ offers, budget: bytes, seed: 1 })).members, bytes)).toBeLessThanOrEqual(50);
  });

  it('wants what its parts want', () => {
    const wants = (parts: string) => {
      const { wantsVectors, wantsScores, mayLeaveRoom } = compositeOf(parts, ', floor: 1');
      return [wantsVectors, wantsScores, mayLeaveRoom];
    };
    expect(wants('[{ policy: recency, share: 1 }]')).toEqual([false, false, false]);
    expect(wants('[{ policy: herding, share: 1 }]')).toEqual([herding.wantsVectors, false, false]);
    expect(wants('[{ policy: recency, share: 0.5 }, { policy: margin, share: 0.5 }]')).toEqual([false, true, false]);
    expect(wants('[{ policy: recency, share: 0.5 }, { policy: source-quota, share: 0.5 }]')).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('says why an example is in no part', async () => {
    const policy = compositeOf('[{ policy: recency, share: 0.5 }, { policy: margin, share: 0.5 }]');
    const { whyNot } = await policy.choose({ offers: offersOf(30), budget: { examples: 10 }, seed: 1 });
    expect(whyNot).toMatch(/^no part chose it \(recency: its key, .*; margin: the champion is least sure of others/);
  });

  it.each([
    ['[{ policy: recency, share: 0.5 }]', 'DECLARATION_INVALID', 'buffer.options.parts', 'must sum to 1'],
    ['[]', 'DECLARATION_INVALID', 'buffer.options.parts', ''],
    ['[{ policy: composite, share: 1 }]', 'DECLARATION_INVALID', 'buffer.options.parts', 'no part of itself'],
    [
      '[{ policy: recency, share: 0 }, { policy: margin, share: 1 }]',
      'DECLARATION_INVALID',
      'buffer.options.parts.0.share',
      '',
    ],
    ['[{ policy: recency, share: 1, option: {} }]', 'DECLARATION_INVALID', 'buffer.options.parts.0', ''],
    [
      '[{ policy: margin, share: 0.5 }, { policy: recency, share: 0.5, options: { halflife: 3 } }]',
      'DECLARATION_INVALID',
      'buffer.options.parts.1.options.halflife',
      'no option `halflife`',
    ],
    ['[{ policy: recensy, share: 1 }]', 'POLICY_UNKNOWN', undefined, 'recensy'],
  ])('is refused where its parts cannot be: %s', async (parts, code, field, what) => {
    const error = await errorOf(async () => compositeOf(parts));
    expect(error.code).toBe(code);
    expect(error.at?.field).toBe(field);
    expect(error.message).toContain(what);
  });
});
