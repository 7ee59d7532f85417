import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled, uniformOf } from '#espalier/core/random.js';
import type { BufferBudget } from '#espalier/declaration/declaration.js';
import { type Balance, changesBy } from '#espalier/replay/changes.js';
import { balancedReservoir } from '#espalier/replay/policies/balanced-reservoir.js';
import type { KnownOffer, Offer } from '#espalier/replay/policy.js';
import type { Membership } from '#espalier/store/buffer.js';
import { now } from '../support/store.js';

const chooseMembers = <T extends Offer>(offers: readonly T[], budget: BufferBudget, seed: number) =>
  balancedReservoir.choose({ offers, budget, seed }).members;
const balanceBuffer = (offers: readonly KnownOffer[], balance: Omit<Balance, 'policy'>) =>
  changesBy(balancedReservoir.choose({ ...balance, offers }), offers, { ...balance, policy: balancedReservoir });
const cellOf = ({ label, domain }: Offer) => JSON.stringify([label, domain]);
const labelOf = ({ label }: Offer) => label;

const origin = { source: 'test', receivedAt: now.toISOString() };

/** A stream of offers over a few cells, uneven as real ones are. */
const streams = fc
  .array(
    fc.record({
      label: fc.constantFrom('a', 'a', 'a', 'b', 'c'),
      domain: fc.constantFrom('x', 'x', 'y'),
      bytes: fc.integer({ min: 1, max: 40 }),
    }),
    {
      maxLength: 120,
    },
  )
  .map((offers) =>
    offers.map(
      (offer, index): Offer => ({
        ...offer,
        ...origin,
        shown: offer.label,
        exampleId: index + 1,
        hash: `hash ${index}`,
      }),
    ),
  );
const budgets = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((examples): BufferBudget => ({ examples })),
  fc.integer({ min: 1, max: 300 }).map((bytes): BufferBudget => ({ bytes })),
);
const exampleBudgets = fc.integer({ min: 1, max: 30 }).map((examples): BufferBudget => ({ examples }));

const idsOf = (offers: readonly Offer[]) => offers.map((offer) => offer.exampleId).sort((a, b) => a - b);
const weightOf = (offers: readonly Offer[], budget: BufferBudget) =>
  'bytes' in budget ? offers.reduce((sum, offer) => sum + offer.bytes, 0) : offers.length;
const limitOf = (budget: BufferBudget) => ('bytes' in budget ? budget.bytes : budget.examples);
const without = (offers: readonly Offer[], members: readonly Offer[]) =>
  offers.filter((offer) => !members.includes(offer));
const drawOf = ({ hash }: Offer, seed = 7) => uniformOf(seed, hash);

function countsBy(offers: readonly Offer[], keyOf: (offer: Offer) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const offer of offers) counts.set(keyOf(offer), (counts.get(keyOf(offer)) ?? 0) + 1);
  return counts;
}

/** Offers in several goes, each seeing the states that the one before left. */
function inGoes(goes: readonly (readonly Offer[])[], budget: BufferBudget, seed = 7) {
  let known: KnownOffer[] = [];
  const changes: Membership[][] = [];
  for (const go of goes) {
    known = [...known, ...go];
    const changed = balanceBuffer(known, { budget, seed, now });
    const states = new Map(changed.map(({ exampleId, state }) => [exampleId, state]));
    known = known.map((offer) => ({ ...offer, state: states.get(offer.exampleId) ?? offer.state }));
    changes.push(changed);
  }
  return { known, changes, members: known.filter(({ state }) => state === 'member') };
}

describe('the balanced reservoir', () => {
  it('is never over its budget, in examples or in bytes', () => {
    fc.assert(
      fc.property(streams, budgets, (offers, budget) => {
        expect(weightOf(chooseMembers(offers, budget, 7), budget)).toBeLessThanOrEqual(limitOf(budget));
      }),
    );
  });

  it('keeps everything while there is room', () => {
    fc.assert(
      fc.property(streams, (offers) => {
        expect(idsOf(chooseMembers(offers, { examples: 120 }, 7))).toEqual(idsOf(offers));
        expect(idsOf(chooseMembers(offers, { bytes: 120 * 40 }, 7))).toEqual(idsOf(offers));
      }),
    );
  });

  it('is full once more was offered than it holds; in bytes, but for a twentieth or for room that no other text fits', () => {
    fc.assert(
      fc.property(streams, budgets, (offers, budget) => {
        const members = chooseMembers(offers, budget, 7);
        const free = limitOf(budget) - weightOf(members, budget);
        const gone = without(offers, members);
        if ('examples' in budget) expect(members).toHaveLength(Math.min(offers.length, budget.examples));
        else if (gone.length > 0 && free > budget.bytes / 20)
          for (const { bytes } of gone) expect(bytes).toBeGreaterThan(free);
      }),
    );
  });

  it('is fair between labels, and within each label between its domains: none is more than one larger than one that lost something', () => {
    fc.assert(
      fc.property(streams, exampleBudgets, (offers, budget) => {
        const members = chooseMembers(offers, budget, 7);
        const [labels, cells] = [countsBy(members, labelOf), countsBy(members, cellOf)];
        for (const loser of without(offers, members)) {
          const held = labels.get(loser.label) ?? 0;
          expect(Math.max(0, ...labels.values()) - held).toBeLessThanOrEqual(1);
          const ofLabel = members
            .filter(({ label }) => label === loser.label)
            .map((member) => cells.get(cellOf(member))!);
          expect(Math.max(0, ...ofLabel) - (cells.get(cellOf(loser)) ?? 0)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps of each cell the examples of the lowest draws', () => {
    fc.assert(
      fc.property(streams, exampleBudgets, (offers, budget) => {
        const members = chooseMembers(offers, budget, 7);
        for (const gone of without(offers, members)) {
          for (const kept of members)
            if (cellOf(kept) === cellOf(gone)) expect(drawOf(kept)).toBeLessThan(drawOf(gone));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds the same in whatever order and in however many goes the examples come, in examples or in bytes', () => {
    fc.assert(
      fc.property(streams, budgets, fc.nat(), fc.nat(120), (offers, budget, seed, cut) => {
        const other = shuffled(offers, seededRandom(seed));
        const expected = idsOf(chooseMembers(offers, budget, 7));
        expect(idsOf(inGoes([other.slice(0, cut), other.slice(cut)], budget).members)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same for the same stream and seed, and another sample for another seed', () => {
    const offers = streamOf(200, () => 'a');
    expect(chooseMembers(offers, { examples: 20 }, 1)).toEqual(chooseMembers(offers, { examples: 20 }, 1));
    expect(idsOf(chooseMembers(offers, { examples: 20 }, 1))).not.toEqual(
      idsOf(chooseMembers(offers, { examples: 20 }, 2)),
    );
  });

  it('takes back the lowest draws of a cell when its budget is raised, and gives the highest away when it is lowered', () => {
    const offers = streamOf(100, (index) => `label ${index % 3}`);
    const small = inGoes([offers.slice(0, 60), offers.slice(60)], { examples: 12 });
    const raised = balanceBuffer(small.known, { budget: { examples: 30 }, seed: 7, now });
    expect(raised.every(({ state, reason }) => state === 'member' && reason.startsWith('readmitted'))).toBe(true);
    const grown = idsOf(chooseMembers(offers, { examples: 30 }, 7));
    expect([...idsOf(small.members), ...raised.map(({ exampleId }) => exampleId)].sort((a, b) => a - b)).toEqual(grown);
    for (const label of ['label 0', 'label 1', 'label 2']) {
      const lowest = offers.filter((offer) => offer.label === label).toSorted((a, b) => drawOf(a) - drawOf(b));
      expect(grown).toEqual(expect.arrayContaining(idsOf(lowest.slice(0, 10))));
    }
  });

  it('declines an example that is larger than the whole budget, and loses nothing by it', () => {
    const small = streamOf(10, (index) => `cell ${index % 3}`);
    const giant: Offer = {
      exampleId: 99,
      hash: 'giant',
      label: 'big',
      shown: 'big',
      domain: 'x',
      bytes: 1000,
      ...origin,
    };
    const { members, changes } = inGoes([[...small, giant]], { bytes: 100 });
    expect(idsOf(members)).toEqual(idsOf(small));
    expect(changes[0]!.at(-1)).toMatchObject({
      exampleId: 99,
      state: 'declined',
      reason: expect.stringContaining('1000 bytes'),
    });
  });

  it('gives a rare label its room beside a flood', () => {
    const flood = streamOf(1000, () => 'flood');
    const rare = streamOf(10, () => 'rare').map((offer) => ({
      ...offer,
      exampleId: offer.exampleId + 5000,
      hash: `rare ${offer.hash}`,
    }));
    const counts = countsBy(chooseMembers([...rare, ...flood], { examples: 50 }, 7), labelOf);
    expect([counts.get('rare'), counts.get('flood')]).toEqual([10, 40]);
  });

  it('keeps every label of 24 that came in each of 52 weeks, in 750 places, each with about as many', () => {
    const weeks = Array.from({ length: 52 }, (_, week) => `week-${week}`);
    const labels = Array.from({ length: 24 }, (_, index) => String.fromCharCode(97 + index));
    const offers = weeks.flatMap((domain) =>
      labels.flatMap((label) => [0, 1, 2].map((copy) => ({ domain, label, copy }))),
    );
    const all = offers.map(({ domain, label, copy }, index): Offer => {
      return { exampleId: index, hash: `${domain} ${label} ${copy}`, label, shown: label, domain, bytes: 1, ...origin };
    });
    const { members } = inGoes(
      weeks.map((week) => all.filter(({ domain }) => domain === week)),
      { examples: 750 },
    );
    const counts = countsBy(members, labelOf);
    expect([...counts.keys()].sort()).toEqual(labels);
    for (const count of counts.values()) expect([31, 32]).toContain(count);
    for (const count of countsBy(members, cellOf).values()) expect(count).toBe(1);
  });

  it('where labels outnumber places, chooses among them by draw and not by the alphabet', () => {
    const offers = Array.from({ length: 200 }, (_, index): Offer => {
      const label = `c${String(index).padStart(3, '0')}`;
      return { exampleId: index, hash: label, label, shown: label, domain: 'x', bytes: 1, ...origin };
    });
    const kept = new Array<number>(200).fill(0);
    for (let seed = 0; seed < 400; seed++)
      for (const { exampleId } of chooseMembers(offers, { examples: 50 }, seed)) kept[exampleId]!++;
    expect(chiSquare(kept, 100, 0.25)).toBeLessThan(limitOfChiSquare(199));
  });

  it('never takes two labels for one because of what they are called', () => {
    const offers = [
      { label: 'a in b', domain: 'c' },
      { label: 'a', domain: 'b in c' },
    ].flatMap((cell, number) =>
      streamOf(20, () => cell.label).map((offer) => {
        return {
          ...offer,
          domain: cell.domain,
          exampleId: number * 100 + offer.exampleId,
          hash: `${number} ${offer.hash}`,
        };
      }),
    );
    const crowd = streamOf(20, () => 'z').map((offer) => ({
      ...offer,
      exampleId: offer.exampleId + 500,
      hash: `z ${offer.hash}`,
    }));
    const counts = countsBy(chooseMembers([...offers, ...crowd], { examples: 30 }, 7), labelOf);
    expect([...counts.values()]).toEqual([10, 10, 10]);
  });
});

/** Sum of (seen - wanted)^2 / variance over bins of a binomial count each: about as many as there are bins. */
function chiSquare(counts: readonly number[], wanted: number, share: number): number {
  return counts.reduce((sum, count) => sum + (count - wanted) ** 2 / (wanted * (1 - share)), 0);
}

/**
 * About the 99.9 % quantile (Wilson & Hilferty, 1931). Seeds are fixed, so that a test that passes once passes always.
 */
function limitOfChiSquare(freedom: number): number {
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + 3.09 * Math.sqrt(part)) ** 3;
}

describe('the sample of a cell is uniform', () => {
  const [rounds, firstSeed] = [400, 1000];

  it('over early and late examples, with a budget in examples', () => {
    const offers = streamOf(60, () => 'a');
    const kept = new Array<number>(60).fill(0);
    for (let seed = firstSeed; seed < firstSeed + rounds; seed++)
      for (const { exampleId } of chooseMembers(offers, { examples: 15 }, seed)) kept[exampleId - 1]!++;
    expect(chiSquare(kept, rounds / 4, 0.25)).toBeLessThan(limitOfChiSquare(59));
  });

  it.each([1, 3])(
    'over early and late, short and long examples, with a budget in bytes and %i labels that take turns',
    (labels) => {
      const random = seededRandom('sizes');
      const sizes = Array.from({ length: 600 }, () => 20 + random.integer(180));
      const offers = streamOf(600, (index) => `label ${index % labels}`).map((offer, index) => ({
        ...offer,
        bytes: sizes[index]!,
      }));
      const bySize = [...offers].sort((a, b) => a.bytes - b.bytes);
      const [byTime, byLength] = [new Array<number>(10).fill(0), new Array<number>(10).fill(0)];
      let total = 0;
      for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
        const members = new Set(idsOf(chooseMembers(offers, { bytes: 13_200 }, seed)));
        total += members.size;
        for (const [index, { exampleId }] of offers.entries())
          if (members.has(exampleId)) byTime[Math.floor(index / 60)]!++;
        for (const [index, { exampleId }] of bySize.entries())
          if (members.has(exampleId)) byLength[Math.floor(index / 60)]!++;
      }
      const share = total / (rounds * 600);
      expect(share).toBeGreaterThan(0.19);
      for (const counts of [byTime, byLength])
        expect(chiSquare(counts, total / 10, share)).toBeLessThan(limitOfChiSquare(9));
    },
  );
});

describe('the membership rows of a balanced reservoir', () => {
  it('tell one history: whoever leaves was a member, and under one budget in examples nobody comes back', () => {
    fc.assert(
      fc.property(streams, exampleBudgets, fc.integer({ min: 1, max: 40 }), (offers, budget, size) => {
        const goes = Array.from({ length: Math.ceil(offers.length / size) }, (_, go) =>
          offers.slice(go * size, (go + 1) * size),
        );
        const states = new Map<number, Membership['state']>();
        for (const [go, changed] of inGoes(goes, budget).changes.entries()) {
          const fresh = new Set(goes[go]!.map(({ exampleId }) => exampleId));
          for (const { exampleId, state } of changed) {
            if (fresh.has(exampleId)) expect(['member', 'declined']).toContain(state);
            else expect([states.get(exampleId), state]).toEqual(['member', 'evicted']);
            states.set(exampleId, state);
          }
        }
        expect([...states.keys()].sort((a, b) => a - b)).toEqual(idsOf(offers));
      }),
    );
  });

  it('say why, with the cell, its label and the buffer in numbers', () => {
    const offers = streamOf(4, (index) => (index < 3 ? 'much' : 'rare'));
    const { changes, known } = inGoes([offers.slice(0, 3), offers.slice(3)], { examples: 3 });
    const [, second] = changes;
    expect(second!.find(({ exampleId }) => exampleId === 4)).toEqual({
      exampleId: 4,
      state: 'member',
      policy: 'balanced-reservoir',
      score: expect.any(Number),
      reason: 'admitted: rare in x holds 1 of the 1 examples of its label, the buffer 3 of 3 examples',
      since: now.toISOString(),
    });
    expect(second!.find(({ state }) => state === 'evicted')!.reason).toBe(
      "evicted: the buffer was full, with 3 of 3 examples; much in x holds 2 of the 2 examples of its label, and this example's draw is not among the lowest",
    );
    const next: Offer = {
      exampleId: 9,
      hash: hashOfHighDraw(),
      label: 'much',
      shown: 'much',
      domain: 'x',
      bytes: 1,
      ...origin,
    };
    const [change] = balanceBuffer([...known, next], { budget: { examples: 3 }, seed: 7, now });
    expect(change).toMatchObject({
      exampleId: 9,
      state: 'declined',
      reason: expect.stringContaining('declined: the buffer was full'),
    });
  });
});

function streamOf(count: number, label: (index: number) => string): Offer[] {
  return Array.from({ length: count }, (_, index) => ({
    exampleId: index + 1,
    hash: `hash ${index}`,
    label: label(index),
    shown: label(index),
    domain: 'x',
    bytes: 1,
    ...origin,
  }));
}

function hashOfHighDraw(): string {
  return Array.from({ length: 5000 }, (_, index) => `sought ${index}`).find((hash) => uniformOf(7, hash) > 0.99)!;
}
