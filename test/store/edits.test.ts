/** Edits of examples, on both databases: marks, revisions, labels and renames, and what a version learned before them. */
import { describe, expect, it } from 'vitest';
import { applyEdit, previewEdit } from '#espalier/curation/edit.js';
import type { EditRequest } from '#espalier/curation/edit-request.js';
import { undoEdit } from '#espalier/curation/undo.js';
import { findMarks, readMarks } from '#espalier/store/curation.js';
import { type Store, transact } from '#espalier/store/database.js';
import { listEdits, listRenames, type Rename } from '#espalier/store/edits.js';
import { listExamples } from '#espalier/store/examples.js';
import { readLearned, saveLearned } from '#espalier/store/learned.js';
import { lastRevision, listRevisions, listRevisionsOfExample, type Standing } from '#espalier/store/revisions.js';
import { readStandings } from '#espalier/store/standings.js';
import { listStrata, saveStrata } from '#espalier/store/strata.js';
import { errorOf } from '../support/errors.js';
import { afterStatement, newExample, now, stored, temporaryStore } from '../support/store.js';

const adapter = 'desk';
const all = { adapter, after: 0, through: Number.MAX_SAFE_INTEGER };

async function fourExamples(): Promise<Store> {
  const store = await temporaryStore();
  await stored(
    store,
    adapter,
    ['a', 'b', 'c', 'd'].map((text) => newExample({ text, split: text === 'd' ? 'holdout' : 'train' })),
  );
  await transact(store, (transaction) =>
    saveStrata(transaction, adapter, 'intent', [{ label: 'balance', domain: 'banking', received: 4, held: 1 }]),
  );
  return store;
}

type Asked = Partial<EditRequest> & Pick<EditRequest, 'ids'>;

const edit = (store: Store, fields: Partial<Standing>, { ids, ...asked }: Asked) =>
  applyEdit(store, {
    ...{ adapter, act: 'weigh', summary: 'a test', reason: 'a test', at: now, ids },
    actor: { name: 'ana', via: 'library' },
    change: () => fields,
    ...asked,
  });

const undo = async (store: Store, id: number) =>
  applyEdit(store, {
    ...(await undoEdit(store, adapter, id)),
    ...{ reason: 'a test', at: now, actor: { name: 'ana', via: 'library' } },
  });

const examplesOf = (store: Store) =>
  listExamples(store, { adapter, tasks: ['intent'], split: 'train', afterArrival: 0, throughArrival: 99_999 });

describe('an edit', () => {
  it('writes what changes, and nothing of what holds already', async () => {
    const store = await fourExamples();
    expect(await edit(store, { weight: 2 }, { ids: [1, 2] })).toEqual({ editId: 1, examples: 2 });
    expect(await edit(store, { weight: 2, pinned: true }, { ids: [2, 3] })).toEqual({ editId: 2, examples: 2 });
    expect(await edit(store, { weight: 2 }, { ids: [1, 2, 3] })).toEqual({ editId: null, examples: 0 });
    expect(await listRevisions(store.queries, all)).toMatchObject([
      { number: 1, editId: 1, exampleId: 1, before: { weight: 1 }, after: { weight: 2 } },
      { number: 2, editId: 1, exampleId: 2, before: { weight: 1 }, after: { weight: 2 } },
      { number: 3, editId: 2, exampleId: 2, before: { pinned: false }, after: { pinned: true } },
      { number: 4, editId: 2, exampleId: 3, before: { weight: 1, pinned: false }, after: { weight: 2, pinned: true } },
    ]);
    expect(await lastRevision(store.queries, adapter)).toBe(4);
    expect((await readMarks(store.queries, adapter)).get(2)).toEqual({
      weight: 2,
      quarantined: false,
      pinned: true,
      note: null,
    });
  });

  it('gives examples another label, under a new seal, and moves their counts', async () => {
    const store = await fourExamples();
    await edit(store, { label: 'other' }, { ids: [1, 4] });
    expect((await examplesOf(store)).map(({ label }) => label)).toEqual(['other', 'balance', 'balance']);
    expect(await listStrata(store.queries, adapter, 'intent')).toEqual([
      { label: 'balance', domain: 'banking', received: 2, held: 0 },
      { label: 'other', domain: 'banking', received: 2, held: 1 },
    ]);
  });

  it('of more examples than are written at once is one', async () => {
    const store = await temporaryStore();
    const many = Array.from({ length: 12_000 }, (_, index) => newExample({ text: `text ${index}` }));
    for (let start = 0; start < many.length; start += 2000)
      await stored(store, adapter, many.slice(start, start + 2000));
    const ids = (await examplesOf(store)).map(({ id }) => id);
    expect(await edit(store, { label: 'other', note: 'seen' }, { ids })).toEqual({ editId: 1, examples: 12_000 });
    expect((await examplesOf(store)).every(({ label }) => label === 'other')).toBe(true);
    expect(await listEdits(store.queries, adapter, 5)).toMatchObject([{ id: 1, examples: 12_000, undoneBy: null }]);
    expect(await undo(store, 1)).toEqual({ editId: 2, examples: 12_000 });
    expect((await examplesOf(store)).every(({ label }) => label === 'balance')).toBe(true);
  });

  it('that fails midway leaves nothing', async () => {
    const store = await fourExamples();
    const change = ({ id }: { id: number }) => {
      if (id === 3) throw new Error('a test');
      return { weight: 2 };
    };
    await expect(edit(store, {}, { ids: [1, 2, 3], change })).rejects.toThrow('a test');
    expect(await listRevisions(store.queries, all)).toEqual([]);
    expect(await listEdits(store.queries, adapter, 5)).toEqual([]);
  });

  it('reaches no example of another adapter', async () => {
    const store = await fourExamples();
    await stored(store, 'mood', [newExample({ text: 'elsewhere' })]);
    expect(await errorOf(edit(store, { weight: 2 }, { ids: [5] }))).toMatchObject({ code: 'EXAMPLE_NOT_FOUND' });
  });

  it('is told before it is made, and then nothing is written', async () => {
    const store = await fourExamples();
    const told = [];
    const request = { adapter, act: 'pin', summary: '', reason: '', at: now, ids: [1, 2] } as const;
    const actor = { name: 'ana', via: 'library' } as const;
    for await (const edited of previewEdit(store, { ...request, actor, change: () => ({ pinned: true }) }))
      told.push(edited);
    expect(told).toMatchObject([{ example: { id: 1 }, after: { pinned: true } }, { example: { id: 2 } }]);
    expect(await listRevisions(store.queries, all)).toEqual([]);
  });
});

describe('what held at a revision', () => {
  it('is what held before the first later one, field by field', async () => {
    const store = await fourExamples();
    await edit(store, { weight: 2 }, { ids: [1] });
    await edit(store, { label: 'other' }, { ids: [1] });
    await edit(store, { weight: 4, quarantined: true }, { ids: [1] });
    const [first] = await examplesOf(store);
    const at = async (revision?: number) => {
      const { weight, label, quarantined } = (await readStandings(store.queries, adapter, revision)).of(first!);
      return { weight, label, quarantined };
    };
    expect(await at(0)).toEqual({ weight: 1, label: 'balance', quarantined: false });
    expect(await at(1)).toEqual({ weight: 2, label: 'balance', quarantined: false });
    expect(await at(2)).toEqual({ weight: 2, label: 'other', quarantined: false });
    expect(await at()).toEqual({ weight: 4, label: 'other', quarantined: true });
    expect((await readStandings(store.queries, adapter)).among(await examplesOf(store)).map(({ id }) => id)).toEqual([
      2, 3,
    ]);
  });

  it('is recorded of a version, under its seal', async () => {
    const store = await fourExamples();
    const version = { adapter, version: 1 };
    const record = { through: new Map([['intent', 4]]), leftOut: new Map(), throughRevision: 7 };
    await transact(store, (transaction) => saveLearned(transaction, version, record));
    expect(await readLearned(store.queries, version)).toEqual(record);
    const read = (queries: Store['queries']) => readLearned(queries, version);
    const changed = 'UPDATE learned SET through_revision = 6';
    expect(await errorOf(afterStatement(store, changed, read))).toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('renames', () => {
  const rename = (from: string, to: string): Rename => ({ task: 'intent', from, to });

  it('are told between two revisions; one that was taken back in between is none', async () => {
    const store = await fourExamples();
    const act = 'rename label' as const;
    await edit(store, { label: 'b' }, { ids: [1], act, renames: [rename('a', 'b')] });
    await edit(store, { label: 'c' }, { ids: [1], act, renames: [rename('b', 'c')] });
    await undo(store, 2);
    const between = (after: number, through: number) => listRenames(store.queries, { adapter, after, through });
    expect(await between(0, 1)).toEqual([rename('a', 'b')]);
    expect(await between(0, 2)).toEqual([rename('a', 'b'), rename('b', 'c')]);
    expect(await between(0, 3)).toEqual([rename('a', 'b')]);
    expect(await between(2, 3)).toEqual([rename('c', 'b')]);
    await undo(store, 3);
    expect(await between(0, 4)).toEqual([rename('a', 'b'), rename('b', 'c')]);
  });
});

describe('rows that were changed outside of Espalier', () => {
  it.each([
    ['UPDATE curation SET weight = 3', (queries: Store['queries']) => readMarks(queries, adapter)],
    ['UPDATE curation SET quarantined = 1', (queries: Store['queries']) => findMarks(queries, [1])],
    [
      "UPDATE revisions SET label_after = 'x' WHERE label_after IS NOT NULL",
      (queries: Store['queries']) => listRevisions(queries, all),
    ],
    [
      'UPDATE revisions SET weight_before = 9 WHERE weight_before IS NOT NULL',
      (queries: Store['queries']) => listRevisionsOfExample(queries, 1),
    ],
  ])('are refused: %s', async (statement, read) => {
    const store = await fourExamples();
    await edit(store, { weight: 2 }, { ids: [1] });
    await edit(store, { label: 'other' }, { ids: [1] });
    expect(await errorOf(afterStatement<unknown>(store, statement, read))).toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('an example that leaves the store', () => {
  it('takes its revisions and marks along', async () => {
    const store = await fourExamples();
    await edit(store, { weight: 2, label: 'other' }, { ids: [1, 2] });
    await store.queries.deleteFrom('examples').where('id', '=', 1).execute();
    expect((await listRevisions(store.queries, all)).map(({ exampleId }) => exampleId)).toEqual([2]);
    expect([...(await readMarks(store.queries, adapter)).keys()]).toEqual([2]);
  });
});
