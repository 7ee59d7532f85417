import { describe, expect, it } from 'vitest';
import { admitExamples, bufferSnapshotHash, prepareAdmission } from '#espalier/replay/admission.js';
import { saveMemberships } from '#espalier/store/buffer.js';
import type { Store } from '#espalier/store/database.js';
import { transact } from '#espalier/store/database.js';
import { wasOffered } from '#espalier/store/example-filter.js';
import type { Example } from '#espalier/store/examples.js';
import { listMatching } from '#espalier/store/find-examples.js';
import { declare } from '../support/declaration.js';
import { newExample, now, stored, temporaryStore } from '../support/store.js';

const declaration = declare('buffer: { examples: 10 }');

const slice = (count: number, label: string) =>
  Array.from({ length: count }, (_, index) => newExample({ text: `${label} ${index}`, label }));
const admit = async (store: Store, learned: readonly Example[], declared = declaration) => {
  const changes = await prepareAdmission(store, { declaration: declared, learned, space: undefined, marginsOf, now });
  return transact(store, (queries) => admitExamples(queries, declared.name, changes));
};
/** No policy of this file wants scores. */
const marginsOf = async () => new Map<number, number>();
const membersOf = (store: Store) =>
  listMatching(store, 'support', { conditions: [{ field: 'state', is: '=', value: 'member' }] });

describe('an admission', () => {
  it('admits what there is room for, and gives the rest a row that says why not', async () => {
    const store = await temporaryStore();
    const learned = await stored(store, 'support', slice(25, 'a'));
    expect(await admit(store, learned)).toEqual({ admitted: 10, evicted: 0 });
    expect(await membersOf(store)).toHaveLength(10);
    expect(await listMatching(store, 'support', { conditions: [wasOffered] })).toHaveLength(25);
  });

  it('evicts for a new class, and counts both', async () => {
    const store = await temporaryStore();
    const first = await stored(store, 'support', slice(10, 'a'));
    await admit(store, first);
    const all = await stored(store, 'support', slice(5, 'b'));
    expect(await admit(store, all.slice(first.length))).toEqual({ admitted: 5, evicted: 5 });
    expect((await membersOf(store)).map((member) => member.label).sort()).toEqual([...'aaaaabbbbb']);
  });

  it('offers each example once: a second time changes nothing', async () => {
    const store = await temporaryStore();
    const learned = await stored(store, 'support', slice(25, 'a'));
    await admit(store, learned);
    const before = await listMatching(store, 'support', { conditions: [wasOffered] });
    expect(await admit(store, learned)).toEqual({ admitted: 0, evicted: 0 });
    expect(await listMatching(store, 'support', { conditions: [wasOffered] })).toEqual(before);
  });

  it('ends in the same members in one go as in two', async () => {
    const [one, two] = [await temporaryStore(), await temporaryStore()];
    const examples = [...slice(20, 'a'), ...slice(8, 'b')];
    await admit(one, await stored(one, 'support', examples));
    const learned = await stored(two, 'support', examples);
    await admit(two, learned.slice(0, 13));
    await admit(two, learned.slice(13));
    expect((await membersOf(two)).map((member) => member.text)).toEqual(
      (await membersOf(one)).map((member) => member.text),
    );
  });

  it('balances over the labels of every task: one name in two tasks is two cells', async () => {
    const store = await temporaryStore();
    const tasks = ['intent', 'tone'].map((name) => ({ name, labels: 'open' as const }));
    const examples = [
      ...slice(20, 'a'),
      ...slice(20, 'a').map((example) => ({ ...example, task: 'tone' })),
      ...slice(20, 'b').map((example) => ({ ...example, task: 'tone' })),
    ];
    await admit(store, await stored(store, 'support', examples), {
      ...declaration,
      tasks,
      buffer: { ...declaration.buffer, examples: 9 },
    });
    const cells = (await membersOf(store)).map(({ task, label }) => `${task}/${label}`);
    expect(cells.toSorted()).toEqual(['intent/a', 'tone/a', 'tone/b'].flatMap((cell) => [cell, cell, cell]));
    expect((await membersOf(store))[0]!.membership!.reason).toContain('intent/a in banking');
  });

  it('balances a buffer that an earlier version left without some labels, from what it had let go', async () => {
    const store = await temporaryStore();
    const learned = await stored(
      store,
      'support',
      ['a', 'b', 'c', 'd', 'e'].flatMap((label) => slice(10, label)),
    );
    const rows = learned.map(({ id }, index) => {
      const state = index < 10 ? ('member' as const) : ('evicted' as const);
      return {
        exampleId: id,
        state,
        policy: 'balanced-reservoir',
        score: 0.5,
        reason: 'of old',
        since: now.toISOString(),
      };
    });
    await transact(store, (transaction) => saveMemberships(transaction, 'support', rows));
    expect(await admit(store, learned)).toEqual({ admitted: 8, evicted: 8 });
    expect((await membersOf(store)).map(({ label }) => label).sort()).toEqual([...'aabbccddee']);
  });

  it('counts a byte budget in UTF-8', async () => {
    const store = await temporaryStore();
    const learned = await stored(
      store,
      'support',
      ['éééé', 'aaaa', 'bbbb'].map((text) => newExample({ text })),
    );
    await admit(store, learned, declare('buffer: { bytes: 12 }'));
    const bytes = (await membersOf(store)).reduce((sum, member) => sum + Buffer.byteLength(member.text), 0);
    expect([8, 12]).toContain(bytes);
    const roomForAll = await temporaryStore();
    await admit(
      roomForAll,
      await stored(
        roomForAll,
        'support',
        ['éééé', 'aaaa', 'bbbb'].map((text) => newExample({ text })),
      ),
      declare('buffer: { bytes: 16 }'),
    );
    expect(await membersOf(roomForAll)).toHaveLength(3);
  });

  it('does nothing when nothing was learned', async () => {
    expect(await admit(await temporaryStore(), [])).toEqual({ admitted: 0, evicted: 0 });
  });
});

describe('bufferSnapshotHash', () => {
  const examples = [...slice(4, 'a'), ...slice(3, 'b')].map(
    (example, index): Example => ({ ...example, id: index + 1, arrival: index + 1 }),
  );

  it('does not depend on order or ids', () => {
    const other = examples.toReversed().map((example, index) => ({ ...example, id: 50 + index }));
    expect(bufferSnapshotHash(other)).toBe(bufferSnapshotHash(examples));
  });

  it('depends on every text, every label and its task', () => {
    const [first, ...rest] = examples;
    expect(bufferSnapshotHash(rest)).not.toBe(bufferSnapshotHash(examples));
    expect(bufferSnapshotHash([{ ...first!, label: 'c' }, ...rest])).not.toBe(bufferSnapshotHash(examples));
    expect(bufferSnapshotHash([{ ...first!, task: 'tone' }, ...rest])).not.toBe(bufferSnapshotHash(examples));
    expect(bufferSnapshotHash([{ ...first!, hash: 'other' }, ...rest])).not.toBe(bufferSnapshotHash(examples));
  });
});
