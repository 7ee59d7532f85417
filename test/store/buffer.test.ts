import { describe, expect, it } from 'vitest';
import {
  findMembership,
  listOffered,
  type Membership,
  readBufferMark,
  saveMemberships,
  summariseBuffer,
} from '#espalier/store/buffer.js';
import { type Store, transact } from '#espalier/store/database.js';
import { newExample, now, stored, temporaryStore } from '../support/store.js';

const membership = (exampleId: number, state: Membership['state']): Membership => ({
  exampleId,
  state,
  policy: 'test',
  score: exampleId / 8,
  reason: `is ${state}`,
  since: now.toISOString(),
});

async function storeOfFive(): Promise<Store> {
  const store = await temporaryStore();
  await stored(store, 'a', [
    newExample({ text: 'where is my money' }),
    newExample({ text: 'Überweisung 100%' }),
    newExample({ text: 'balance please' }),
    newExample({ text: 'book a table', label: 'reserve', domain: 'dining' }),
    newExample({ text: 'is it good', label: 'review', domain: 'dining' }),
  ]);
  const states: Membership['state'][] = ['member', 'member', 'evicted', 'declined', 'member'];
  await transact(store, (transaction) =>
    saveMemberships(
      transaction,
      'a',
      states.map((state, index) => membership(index + 1, state)),
    ),
  );
  return store;
}

describe('the buffer', () => {
  it('knows the membership of one example', async () => {
    const store = await storeOfFive();
    expect(await findMembership(store.queries, 'a', 3)).toEqual(membership(3, 'evicted'));
    expect(await findMembership(store.queries, 'a', 6)).toBeUndefined();
    expect(await findMembership(store.queries, 'b', 3)).toBeUndefined();
  });

  it('keeps the latest state of each', async () => {
    const store = await storeOfFive();
    await transact(store, (transaction) => saveMemberships(transaction, 'a', [membership(1, 'evicted')]));
    expect(await findMembership(store.queries, 'a', 1)).toEqual(membership(1, 'evicted'));
    expect(await listOffered(store.queries, 'a')).toHaveLength(5);
  });

  it('lists all that were ever offered, with the size of their texts in UTF-8 bytes', async () => {
    const offered = await listOffered((await storeOfFive()).queries, 'a');
    expect(offered.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(offered[1]).toEqual({
      id: 2,
      task: 'intent',
      label: 'balance',
      domain: 'banking',
      hash: expect.any(String),
      bytes: 17,
      source: 'test',
      receivedAt: now.toISOString(),
      state: 'member',
    });
    expect(offered[3]).toMatchObject({ label: 'reserve', domain: 'dining', state: 'declined' });
  });

  it('is summed up by cell, the size in UTF-8 bytes', async () => {
    expect(await summariseBuffer(await storeOfFive(), 'a')).toEqual([
      { task: 'intent', domain: 'banking', label: 'balance', members: 2, evicted: 1, declined: 0, bytes: 17 + 17 },
      { task: 'intent', domain: 'dining', label: 'reserve', members: 0, evicted: 0, declined: 1, bytes: 0 },
      { task: 'intent', domain: 'dining', label: 'review', members: 1, evicted: 0, declined: 0, bytes: 10 },
    ]);
  });

  it('is summed up task by task: one label in two tasks is two cells', async () => {
    const store = await storeOfFive();
    await stored(store, 'a', [newExample({ text: 'balance please', task: 'tone' })]);
    await transact(store, (transaction) => saveMemberships(transaction, 'a', [membership(6, 'member')]));
    const own = { task: 'tone', domain: 'banking', label: 'balance', members: 1, evicted: 0, declined: 0, bytes: 14 };
    expect((await summariseBuffer(store, 'a')).slice(3)).toEqual([own]);
    expect(await summariseBuffer(store, 'a', 'tone')).toEqual([own]);
  });
});

describe('the mark of a buffer', () => {
  it('is the same while nothing changes, and another once any row does', async () => {
    const store = await storeOfFive();
    const mark = await readBufferMark(store.queries, 'a');
    expect(await readBufferMark(store.queries, 'a')).toBe(mark);
    const marks = new Set([mark]);
    for (const state of ['evicted', 'member', 'declined'] as const) {
      await transact(store, (transaction) => saveMemberships(transaction, 'a', [membership(1, state)]));
      marks.add(await readBufferMark(store.queries, 'a'));
    }
    // The second writes what was there at first.
    expect(marks.size).toBe(3);
    expect(await readBufferMark(store.queries, 'nobody')).toBe('0 0');
  });
});
