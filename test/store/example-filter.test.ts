/** What a filter selects, on either database; test/library/conditions.test.ts says how people write one. */
import { describe, expect, it } from 'vitest';
import { saveAnswerForm } from '#espalier/store/answer-forms.js';
import { type Membership, saveMemberships } from '#espalier/store/buffer.js';
import { saveMarks, usualMarks } from '#espalier/store/curation.js';
import { type Store, transact } from '#espalier/store/database.js';
import {
  type Condition,
  type ExampleFilter,
  selectsAll,
  startsFromBuffer,
  wasOffered,
} from '#espalier/store/example-filter.js';
import { countMatching, cursorAt, listMatching, readMatching, readMatchingIds } from '#espalier/store/find-examples.js';
import { parseSearch } from '#espalier/store/search-terms.js';
import { errorOf } from '../support/errors.js';
import { newExample, now, stored, temporaryStore } from '../support/store.js';

const membership = (exampleId: number, state: Membership['state']): Membership => ({
  ...{ exampleId, state, policy: 'test', score: exampleId / 8 },
  ...{ reason: `is ${state}`, since: now.toISOString() },
});

/** Example 6 was never offered, and 7 belongs to another adapter. */
async function storeOfSeven(): Promise<Store> {
  const store = await temporaryStore();
  await stored(store, 'a', [
    newExample({ text: 'where is my money', receivedAt: '2026-01-05T00:00:00.000Z' }),
    newExample({ text: '\u00dcberweisung 100%', receivedAt: '2026-01-05T23:59:59.999Z', source: 'mail' }),
    newExample({ text: 'balance please', provenance: { file: 'other.csv', line: 4 } }),
    newExample({ text: 'book a table', label: 'reserve', domain: 'dining' }),
    newExample({ text: 'is it good', label: 'review', domain: 'dining' }),
    newExample({ text: 'money back, please', split: 'holdout' }),
  ]);
  await stored(store, 'b', [newExample({ text: 'where is my money' })]);
  const states: Membership['state'][] = ['member', 'member', 'evicted', 'declined', 'member'];
  await transact(store, (transaction) =>
    saveMemberships(
      transaction,
      'a',
      states.map((state, index) => membership(index + 1, state)),
    ),
  );
  await transact(store, async (transaction) => {
    await saveMarks(transaction, 'a', new Map([[1, { ...usualMarks, pinned: true, note: 'Ask 100% of LEGAL' }]]));
    await saveMarks(transaction, 'a', new Map([[4, { ...usualMarks, weight: 2.5, quarantined: true }]]));
    await saveMarks(transaction, 'a', new Map([[6, { ...usualMarks, weight: 0.25 }]]));
    await saveMarks(transaction, 'b', new Map([[7, { ...usualMarks, pinned: true, quarantined: true }]]));
  });
  return store;
}

const where = (field: Condition['field'], is: Condition['is'], value: Condition['value']): Condition => ({
  ...{ field, is, value },
});

const cases: readonly (readonly [what: string, filter: ExampleFilter, ids: readonly number[]])[] = [
  ['nothing asked', {}, [1, 2, 3, 4, 5, 6]],
  ['members', { conditions: [where('state', '=', 'member')] }, [1, 2, 5]],
  ['declined', { conditions: [where('state', '=', 'declined')] }, [4]],
  [
    'members or declined',
    { conditions: [where('state', '=', 'member'), where('state', '=', 'declined')] },
    [1, 2, 4, 5],
  ],
  ['never offered', { conditions: [where('state', '=', 'never')] }, [6]],
  ['members or never', { conditions: [where('state', '=', 'never'), where('state', '=', 'member')] }, [1, 2, 5, 6]],
  ['offered', { conditions: [wasOffered] }, [1, 2, 3, 4, 5]],
  ['not evicted, but offered', { conditions: [wasOffered, where('state', '!=', 'evicted')] }, [1, 2, 4, 5]],
  ['a task', { conditions: [where('task', '=', 'intent')] }, [1, 2, 3, 4, 5, 6]],
  ['another task', { conditions: [where('task', '=', 'tone')] }, []],
  ['a label', { conditions: [where('label', '=', 'reserve')] }, [4]],
  ['another label', { conditions: [where('label', '!=', 'balance')] }, [4, 5]],
  ['either label', { conditions: [where('label', '=', 'reserve'), where('label', '=', 'review')] }, [4, 5]],
  ['part of a label', { conditions: [where('label', '~', 'RE')] }, [4, 5]],
  ['a domain', { conditions: [where('domain', '=', 'banking')] }, [1, 2, 3, 6]],
  ['a source', { conditions: [where('source', '=', 'mail')] }, [2]],
  ['a split', { conditions: [where('split', '=', 'holdout')] }, [6]],
  ['a file', { conditions: [where('file', '=', 'other.csv')] }, [3]],
  ['part of a file', { conditions: [where('file', '~', 'OTHER')] }, [3]],
  ['part of a text', { conditions: [where('text', '~', 'MONEY')] }, [1, 6]],
  ['a percent sign', { conditions: [where('text', '~', '%')] }, [2]],
  ['text like SQL', { conditions: [where('text', '~', "' or 1=1 --")] }, []],
  ['a day', { conditions: [where('received', '=', '2026-01-05')] }, [1, 2]],
  ['after a day', { conditions: [where('received', '>', '2026-01-05')] }, [3, 4, 5, 6]],
  ['through a day', { conditions: [where('received', '<=', '2026-01-05')] }, [1, 2]],
  ['before a day', { conditions: [where('received', '<', '2026-01-05')] }, []],
  ['after a time', { conditions: [where('received', '>', '2026-01-05T12:00:00.000Z')] }, [2, 3, 4, 5, 6]],
  ['between ids', { conditions: [where('id', '>', 2), where('id', '<=', 4)] }, [3, 4]],
  ['pinned', { conditions: [where('pinned', '=', 'yes')] }, [1]],
  ['not pinned', { conditions: [where('pinned', '!=', 'yes')] }, [2, 3, 4, 5, 6]],
  ['pinned or not', { conditions: [where('pinned', '=', 'yes'), where('pinned', '=', 'no')] }, [1, 2, 3, 4, 5, 6]],
  ['quarantined', { conditions: [where('quarantined', '!=', 'no')] }, [4]],
  [
    'not quarantined members',
    { conditions: [where('quarantined', '=', 'no'), where('state', '=', 'member')] },
    [1, 2, 5],
  ],
  ['the usual weight', { conditions: [where('weight', '=', 1)] }, [1, 2, 3, 5]],
  ['another weight', { conditions: [where('weight', '!=', 1)] }, [4, 6]],
  ['more weight', { conditions: [where('weight', '>', 1)] }, [4]],
  ['that weight or more', { conditions: [where('weight', '>=', 2.5)] }, [4]],
  ['less weight', { conditions: [where('weight', '<', 1)] }, [6]],
  ['the usual weight or less', { conditions: [where('weight', '<=', 1)] }, [1, 2, 3, 5, 6]],
  ['part of a note', { conditions: [where('note', '~', '100% of legal')] }, [1]],
  ['a note', { conditions: [where('note', '=', 'Ask 100% of LEGAL')] }, [1]],
  ['any note', { conditions: [where('note', '!=', '')] }, [1]],
  ['no note', { conditions: [where('note', '=', '')] }, [2, 3, 4, 5, 6]],
  ['another note', { conditions: [where('note', '!=', 'Ask')] }, [1, 2, 3, 4, 5, 6]],
  ['a word of what is pinned', { search: parseSearch('money'), conditions: [where('pinned', '=', 'yes')] }, [1]],
  ['ids, also of another adapter', { ids: [1, 7, 4] }, [1, 4]],
  ['no ids', { ids: [] }, []],
  ['a word', { search: parseSearch('money') }, [1, 6]],
  ['two words', { search: parseSearch('please MONEY') }, [6]],
  ['a phrase', { search: parseSearch('"money back"') }, [6]],
  ['a phrase the wrong way round', { search: parseSearch('"back money"') }, []],
  ['the beginning of a word', { search: parseSearch('mon*') }, [1, 6]],
  ['a word with an accent', { search: parseSearch('\u00fcberweisung') }, [2]],
  ['a word among members', { search: parseSearch('money'), conditions: [where('state', '=', 'member')] }, [1]],
  [
    'a word, a part and a domain',
    { search: parseSearch('is'), conditions: [where('domain', '=', 'dining'), where('text', '~', 'good')] },
    [5],
  ],
];

describe('a filter', () => {
  const store = storeOfSeven();

  it.each(cases)('selects by %s: list, ids, count and pages agree', async (_, filter, ids) => {
    const opened = await store;
    expect((await listMatching(opened, 'a', filter)).map(({ id }) => id)).toEqual(ids);
    expect(await countMatching(opened, 'a', filter)).toBe(ids.length);
    const slices: number[] = [];
    for await (const slice of readMatchingIds(opened, 'a', filter)) slices.push(...slice);
    expect(slices).toEqual(ids);
    const [first] = await listMatching(opened, 'a', filter, { limit: 1 });
    expect(first?.id).toBe(ids[0]);
    const later = first ? await listMatching(opened, 'a', filter, { after: first }) : [];
    expect(later.map(({ id }) => id)).toEqual(ids.slice(1));
  });

  it('gives examples with their membership, or null', async () => {
    const [first, ...others] = await listMatching(await store, 'a');
    expect(first).toMatchObject({ id: 1, text: 'where is my money', membership: membership(1, 'member') });
    expect(others.at(-1)).toMatchObject({ id: 6, split: 'holdout', membership: null });
  });

  it('works within a transaction, and sees what it wrote', async () => {
    const opened = await storeOfSeven();
    const found = await transact(opened, async (transaction) => {
      await saveMemberships(transaction, 'a', [membership(6, 'member')]);
      return countMatching({ ...opened, queries: transaction }, 'a', { conditions: [where('state', '=', 'member')] });
    });
    expect(found).toBe(4);
  });

  it('tells what selects everything, and where it begins', () => {
    expect([{}, { conditions: [] }].map(selectsAll)).toEqual([true, true]);
    expect([{ ids: [] }, { search: parseSearch('a') }, { conditions: [wasOffered] }].some(selectsAll)).toBe(false);
    expect(startsFromBuffer({ conditions: [where('state', '=', 'never'), where('state', '=', 'member')] })).toBe(false);
  });

  it('names an example that is not there to continue after', async () => {
    const error = await errorOf(cursorAt(await store, 'a', 7));
    expect(error).toMatchObject({ code: 'EXAMPLE_NOT_FOUND', message: 'a has no example 7 to continue after' });
  });
});

describe('a label of a task of sets', () => {
  it.each([
    ['alarm', [1, 2]],
    ['a,', [2]],
    [',', [3]],
    ['"', [3]],
    ['al', []],
    ['["alarm"]', [1]],
  ])('%j is in %j', async (label, ids) => {
    const store = await temporaryStore();
    const sets = [['alarm'], ['a,', 'alarm', ',b'], ['"', ',']];
    await stored(
      store,
      'a',
      sets.map((set, index) => newExample({ text: `${index}`, task: 'tone', label: JSON.stringify(set) })),
    );
    await transact(store, (transaction) => saveAnswerForm(transaction, 'a', { name: 'tone', multiLabel: true }));
    const found = await listMatching(store, 'a', { conditions: [where('label', '=', label)] });
    expect(found.map(({ id }) => id)).toEqual(ids);
  });
});

describe('slices', () => {
  it('end where the rows end, also at a full slice', async () => {
    const store = await temporaryStore();
    await stored(
      store,
      'a',
      Array.from({ length: 2000 }, (_, index) => newExample({ text: `text ${index}` })),
    );
    const sizes: number[] = [];
    for await (const slice of readMatchingIds(store, 'a', {})) sizes.push(slice.length);
    expect(sizes).toEqual([1000, 1000]);
    let last = 0;
    for await (const { id } of readMatching(store, 'a', { search: parseSearch('text') })) last = id;
    expect(last).toBe(2000);
  });
});
