import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BufferBudget } from '#espalier/core/declaration.js';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import { type Offer, openReservoir, reservoirPolicy } from '#espalier/replay/reservoir.js';
import type { Membership } from '#espalier/store/buffer.js';
import { now } from '../support/store.js';

const cellOf = ({ label, domain }: Offer) => `${label} in ${domain}`;

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
  .map((offers) => offers.map((offer, index): Offer => ({ ...offer, exampleId: index + 1, hash: `hash ${index}` })));
const budgets = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((examples): BufferBudget => ({ examples })),
  fc.integer({ min: 1, max: 300 }).map((bytes): BufferBudget => ({ bytes })),
);
const exampleBudgets = fc.integer({ min: 1, max: 30 }).map((examples): BufferBudget => ({ examples }));

/** Plays a stream and keeps the final state of every example, checking each change on the way. */
function play(offers: readonly Offer[], budget: BufferBudget, seed = 7, members: readonly Offer[] = []) {
  const reservoir = openReservoir(budget, seed, members, now);
  const states = new Map<number, Membership>(members.map((member) => [member.exampleId, { state: 'member' } as Membership]));
  for (const offer of offers) {
    for (const change of reservoir.offer(offer)) states.set(change.exampleId, change);
  }
  const all = [...members, ...offers];
  const inState = (state: Membership['state']) => all.filter((offer) => states.get(offer.exampleId)?.state === state);
  return { reservoir, states, members: inState('member'), evicted: inState('evicted'), declined: inState('declined') };
}

const idsOf = (offers: readonly Offer[]) => offers.map((offer) => offer.exampleId).sort((a, b) => a - b);
const weightOf = (offers: readonly Offer[], budget: BufferBudget) =>
  'bytes' in budget ? offers.reduce((sum, offer) => sum + offer.bytes, 0) : offers.length;
const limitOf = (budget: BufferBudget) => ('bytes' in budget ? budget.bytes : budget.examples);

function sizes(offers: readonly Offer[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const offer of offers) counts.set(cellOf(offer), (counts.get(cellOf(offer)) ?? 0) + 1);
  return counts;
}

describe('the reservoir', () => {
  it('is never over its budget, in examples or in bytes', () => {
    fc.assert(
      fc.property(streams, budgets, (offers, budget) => {
        const reservoir = openReservoir(budget, 7, [], now);
        const members = new Map<number, Offer>();
        for (const offer of offers) {
          members.set(offer.exampleId, offer);
          for (const change of reservoir.offer(offer)) if (change.state !== 'member') members.delete(change.exampleId);
          expect(weightOf([...members.values()], budget)).toBeLessThanOrEqual(limitOf(budget));
          expect(reservoir.weight).toBe(weightOf([...members.values()], budget));
        }
      }),
    );
  });

  it('keeps everything while there is room', () => {
    fc.assert(
      fc.property(streams, (offers) => {
        expect(idsOf(play(offers, { examples: 120 }).members)).toEqual(idsOf(offers));
        expect(idsOf(play(offers, { bytes: 120 * 40 }).members)).toEqual(idsOf(offers));
      }),
    );
  });

  it('is full once more was offered than it holds', () => {
    fc.assert(
      fc.property(streams, exampleBudgets, (offers, budget) => {
        expect(play(offers, budget).members).toHaveLength(Math.min(offers.length, limitOf(budget)));
      }),
    );
  });

  it('is fair: no cell is more than one larger than a cell that lost or was refused something', () => {
    fc.assert(
      fc.property(streams, exampleBudgets, (offers, budget) => {
        const { members, evicted, declined } = play(offers, budget);
        const counts = sizes(members);
        const largest = Math.max(0, ...counts.values());
        for (const loser of [...evicted, ...declined]) expect(largest - (counts.get(cellOf(loser)) ?? 0)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps of each cell the examples of the lowest draws', () => {
    fc.assert(
      fc.property(streams, exampleBudgets, (offers, budget) => {
        const { states, members, evicted, declined } = play(offers, budget);
        const scoreOf = (offer: Offer) => states.get(offer.exampleId)!.score;
        for (const gone of [...evicted, ...declined]) {
          for (const kept of members) if (cellOf(kept) === cellOf(gone)) expect(scoreOf(kept)).toBeLessThan(scoreOf(gone));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds the same whatever the order within each cell', () => {
    fc.assert(
      fc.property(streams, exampleBudgets, fc.nat(), (offers, budget, seed) => {
        expect(idsOf(play(shuffledWithinCells(offers, seed), budget).members)).toEqual(idsOf(play(offers, budget).members));
      }),
      { numRuns: 300 },
    );
  });

  it('goes on from its members as if it had never been closed', () => {
    fc.assert(
      fc.property(streams, budgets, fc.nat(120), (offers, budget, cut) => {
        const before = play(offers.slice(0, cut), budget);
        const after = play(offers.slice(cut), budget, 7, before.members.toReversed());
        expect(idsOf(after.members)).toEqual(idsOf(play(offers, budget).members));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same changes for the same stream and seed, and another sample for another seed', () => {
    fc.assert(
      fc.property(streams, budgets, (offers, budget) => {
        expect(play(offers, budget).states).toEqual(play(offers, budget).states);
      }),
    );
    const offers = streamOf(200, () => 'a');
    expect(idsOf(play(offers, { examples: 20 }, 1).members)).not.toEqual(idsOf(play(offers, { examples: 20 }, 2).members));
  });

  it('makes way down to a budget that was lowered, at the next offer', () => {
    const { members } = play(
      streamOf(50, () => 'a'),
      { examples: 30 },
    );
    const next: Offer = { exampleId: 99, hash: 'next', label: 'b', domain: 'x', bytes: 1 };
    const { reservoir, members: left } = play([next], { examples: 10 }, 7, members);
    expect(reservoir.weight).toBe(10);
    expect(idsOf(left)).toContain(99);
  });

  it('declines an example that is larger than the whole budget, and loses nothing by it', () => {
    const small = streamOf(10, (index) => `cell ${index % 3}`);
    const giant: Offer = { exampleId: 99, hash: 'giant', label: 'big', domain: 'x', bytes: 1000 };
    const { members, declined, evicted } = play([...small, giant], { bytes: 100 });
    expect(idsOf(members)).toEqual(idsOf(small));
    expect(idsOf(declined)).toEqual([99]);
    expect(evicted).toEqual([]);
  });

  it('gives a rare cell its room beside a flood', () => {
    const flood = streamOf(1000, () => 'flood');
    const rare = streamOf(10, () => 'rare').map((offer) => ({ ...offer, exampleId: offer.exampleId + 5000, hash: `rare ${offer.hash}` }));
    expect(sizes(play([...rare, ...flood], { examples: 50 }).members)).toEqual(
      new Map([
        ['rare in x', 10],
        ['flood in x', 40],
      ]),
    );
    expect(sizes(play([...flood, ...rare], { examples: 50 }).members).get('rare in x')).toBe(10);
  });

  it('gives every example of a cell about the same chance, early or late', () => {
    const offers = streamOf(40, () => 'a');
    const kept = new Array<number>(40).fill(0);
    const rounds = 600;
    for (let seed = 0; seed < rounds; seed++)
      for (const member of play(offers, { examples: 10 }, seed).members) kept[member.exampleId - 1]!++;
    // Binomial(600, 1/4): standard deviation 10.6.
    for (const count of kept) expect(Math.abs(count - rounds / 4)).toBeLessThan(48);
  });
});

describe('the membership rows of a reservoir', () => {
  it('tell one history: whoever leaves was a member, and nobody comes back', () => {
    fc.assert(
      fc.property(streams, budgets, (offers, budget) => {
        const reservoir = openReservoir(budget, 7, [], now);
        const states = new Map<number, Membership['state']>();
        for (const offer of offers) {
          const changes = reservoir.offer(offer);
          expect(changes.filter((change) => change.exampleId === offer.exampleId)).toHaveLength(1);
          for (const { exampleId, state } of changes) {
            if (exampleId === offer.exampleId) expect(['member', 'declined']).toContain(state);
            else expect([states.get(exampleId), state]).toEqual(['member', 'evicted']);
            states.set(exampleId, state);
          }
        }
        expect([...states.keys()]).toEqual(offers.map((offer) => offer.exampleId));
      }),
    );
  });

  it('say why, with the cell and its size', () => {
    const offers = streamOf(4, (index) => (index < 3 ? 'much' : 'rare'));
    const { states, members, evicted } = play(offers, { examples: 3 });
    expect(states.get(4)).toEqual({
      exampleId: 4,
      state: 'member',
      policy: reservoirPolicy,
      score: expect.any(Number),
      reason: 'admitted: rare in x holds 1 examples with it, the buffer 3 of 3',
      since: now.toISOString(),
    });
    expect(states.get(evicted[0]!.exampleId)!.reason).toContain('much in x was its largest cell');
    expect(states.get(evicted[0]!.exampleId)!.reason).toContain('made room for rare in x');
    const next = play(
      [{ exampleId: 9, hash: hashOfDraw((draw) => draw > 0.99), label: 'much', domain: 'x', bytes: 1 }],
      { examples: 3 },
      7,
      members,
    );
    expect(next.states.get(9)).toMatchObject({
      state: 'declined',
      reason: expect.stringContaining('much in x is its largest cell already'),
    });
  });
});

function streamOf(count: number, label: (index: number) => string): Offer[] {
  return Array.from({ length: count }, (_, index) => ({
    exampleId: index + 1,
    hash: `hash ${index}`,
    label: label(index),
    domain: 'x',
    bytes: 1,
  }));
}

/** The same cells in the same order, but each cell's examples in another. */
function shuffledWithinCells(offers: readonly Offer[], seed: number): Offer[] {
  const waiting = new Map<string, Offer[]>();
  for (const offer of shuffled(offers, seededRandom(seed))) waiting.set(cellOf(offer), [...(waiting.get(cellOf(offer)) ?? []), offer]);
  return offers.map((offer) => waiting.get(cellOf(offer))!.pop()!);
}

function hashOfDraw(wanted: (draw: number) => boolean): string {
  const hashes = Array.from({ length: 5000 }, (_, index) => `sought ${index}`);
  return hashes.find((hash) =>
    wanted(openReservoir({ examples: 1 }, 7, [], now).offer({ exampleId: 1, hash, label: '', domain: '', bytes: 1 })[0]!.score),
  )!;
}
