/** What each version has learned is a record of its own: exact per task, and kept when an older database is opened. */
import type SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { textHash } from '#espalier/core/text.js';
import { openStore, type Store, transact } from '#espalier/store/database.js';
import { listExamples } from '#espalier/store/examples.js';
import { countUnlearned, hasLearned, listUnlearned, readLearned, saveLearned } from '#espalier/store/learned.js';
import { errorOf } from '../support/errors.js';
import { writeOldStore } from '../support/old-store.js';
import { engine, newExample, stored, temporaryStore } from '../support/store.js';

/** Examples 1 to 6: four of `intent`, of which the third is held out, and two of `tone`. */
async function sixExamples(): Promise<Store> {
  const store = await temporaryStore();
  const ofIntent = ['a', 'b', 'c', 'd'].map((text) => newExample({ text, split: text === 'c' ? 'holdout' : 'train' }));
  const ofTone = ['a', 'b'].map((text) => newExample({ text, task: 'tone', label: 'glad' }));
  await stored(store, 'desk', [...ofIntent, ...ofTone]);
  return store;
}

const learn = (store: Store, version: number, through: Record<string, number>, leftOut: readonly number[] = []) =>
  transact(store, (queries) =>
    saveLearned(
      queries,
      { adapter: 'desk', version },
      {
        through: new Map(Object.entries(through)),
        throughRevision: 0,
        leftOut: new Map(leftOut.map((id) => [id, 'leaked' as const])),
      },
    ),
  );

const unlearned = async (store: Store, version: number | null, tasks = ['intent', 'tone'], throughArrival = 99) =>
  (await listUnlearned(store, { adapter: 'desk', version, tasks, throughArrival })).map(({ id }) => id);

describe('what a version has not learned', () => {
  it('is every training example where there is no version', async () => {
    const store = await sixExamples();
    expect(await unlearned(store, null)).toEqual([1, 2, 4, 5, 6]);
    expect(await countUnlearned(store.queries, { adapter: 'desk', version: null, tasks: ['intent', 'tone'] })).toBe(5);
  });

  it('is counted for each task by itself: a task that was taken out and comes back has missed what arrived meanwhile', async () => {
    const store = await sixExamples();
    await learn(store, 1, { intent: 6, tone: 5 });
    expect(await unlearned(store, 1)).toEqual([6]);
    expect(await unlearned(store, 1, ['intent'])).toEqual([]);
    expect(await countUnlearned(store.queries, { adapter: 'desk', version: 1, tasks: ['intent', 'tone'] })).toBe(1);
  });

  it('holds what was left out, until a version learns it', async () => {
    const store = await sixExamples();
    await learn(store, 1, { intent: 4, tone: 6 }, [2]);
    await learn(store, 2, { intent: 4, tone: 6 });
    expect(await unlearned(store, 1)).toEqual([2]);
    expect(await unlearned(store, 1, ['tone'])).toEqual([]);
    expect(await unlearned(store, 2)).toEqual([]);
  });

  it('ends at the last example that is asked for', async () => {
    const store = await sixExamples();
    await learn(store, 1, { intent: 1 });
    expect(await unlearned(store, 1, ['intent', 'tone'], 5)).toEqual([2, 4, 5]);
  });

  it('and what it has learned are all training examples, each in one of the two', async () => {
    const store = await sixExamples();
    await learn(store, 1, { intent: 4 }, [1]);
    const record = await readLearned(store.queries, { adapter: 'desk', version: 1 });
    const range = { adapter: 'desk', tasks: ['intent', 'tone'], afterArrival: 0, throughArrival: 99 };
    const all = [
      ...(await listExamples(store, { ...range, split: 'train' })),
      ...(await listExamples(store, { ...range, split: 'holdout' })),
    ];
    expect(all.filter((example) => hasLearned(record, example)).map(({ id }) => id)).toEqual([2, 4]);
  });
});

interface OldVersion {
  readonly parent: number | null;
  readonly through: number;
  readonly leaked: readonly number[];
  readonly after?: number;
  readonly tasks?: readonly string[];
}

/** Version n was made by run n, from the champion that stood then. */
function insertVersion(
  database: SqliteDatabase.Database,
  version: number,
  { parent, through, leaked, after = 1, tasks }: OldVersion,
): void {
  const plan = { throughExample: through, declaration: { tasks: (tasks ?? ['intent']).map((name) => ({ name })) } };
  const outputs = { mix: { 'er-ace': { afterExample: after, leakedIds: leaked } } };
  database
    .prepare("INSERT INTO runs VALUES (?, 'desk', 'done', 'propose', ?, ?, 'ann', '', '', 1, '2026-01-01', NULL, NULL)")
    .run(version, JSON.stringify(plan), JSON.stringify(outputs));
  database.prepare("INSERT INTO contenders VALUES (?, 'er-ace', 0, NULL, NULL, NULL, '{}', 1)").run(version);
  database
    .prepare("INSERT INTO candidates VALUES (NULL, 'desk', ?, ?, ?, 'approved', 'pass', '{}', '2026-01-01', NULL)")
    .run(version, version, parent);
}

describe.runIf(engine === 'sqlite')('a database that was written before this was recorded', () => {
  it('gets the record from its runs: leaked examples were not learned, and leave the buffer', async () => {
    const path = writeOldStore('007', (database) => {
      const insert = database.prepare(
        "INSERT INTO examples (id, adapter, task, text, hash, label, domain, source, received_at, split, provenance) VALUES (?, 'desk', 'intent', ?, ?, 'x', 'd', 's', '2026-01-01', 'train', '{}')",
      );
      for (let id = 1; id <= 9; id++) insert.run(id, `text ${id}`, textHash(`text ${id}`));
      database.exec("INSERT INTO adapters VALUES ('desk', 2, '2026-01-01')");
      insertVersion(database, 1, { parent: null, through: 4, leaked: [2] });
      insertVersion(database, 2, { parent: 1, through: 6, leaked: [5], tasks: ['intent', 'tone'] });
      // Begins again with everything: what its parent had left out does not count.
      insertVersion(database, 3, { parent: 2, through: 8, leaked: [7], after: 0 });
      const member = database.prepare("INSERT INTO buffer VALUES ('desk', ?, 'member', 'p', 0, '', '2026-01-01')");
      for (const id of [1, 2, 3, 5, 6]) member.run(id);
    });
    const store = await openStore(path);
    const record = async (version: number) => {
      const { through, leftOut } = await readLearned(store.queries, { adapter: 'desk', version });
      return { through: Object.fromEntries(through), leftOut: [...leftOut.keys()] };
    };
    expect(await record(1)).toEqual({ through: { intent: 4 }, leftOut: [2] });
    expect(await record(2)).toEqual({ through: { intent: 6, tone: 6 }, leftOut: [2, 5] });
    expect(await record(3)).toEqual({ through: { intent: 8 }, leftOut: [7] });
    const members = await store.queries.selectFrom('buffer').select('example_id').orderBy('example_id').execute();
    expect(members.map((row) => row.example_id)).toEqual([1, 3, 6]);
    expect(await unlearned(store, 2)).toEqual([2, 5, 7, 8, 9]);
    await store.close();
  });

  it('gets a seal for each example, so that a later change shows', async () => {
    const path = writeOldStore('007', (database) => {
      database.exec(
        `INSERT INTO examples (id, adapter, task, text, hash, label, domain, source, received_at, split, provenance)
         VALUES (1, 'desk', 'intent', 'one', '${textHash('one')}', 'x', 'd', 's', '2026-01-01', 'train', '{}')`,
      );
    });
    const store = await openStore(path);
    expect(await unlearned(store, null)).toEqual([1]);
    await store.queries.updateTable('examples').set({ label: 'y' }).execute();
    expect(await errorOf(unlearned(store, null))).toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringContaining('example 1 '),
    });
    await store.close();
  });
});
