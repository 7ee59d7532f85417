/** What an erasure writes, and what it takes out, on both databases. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { applyEdit } from '#espalier/curation/edit.js';
import { beginErasure } from '#espalier/erasure/begin.js';
import { removeFromStore } from '#espalier/erasure/remove.js';
import { saltedHash } from '#espalier/erasure/salted.js';
import { saveMemberships } from '#espalier/store/buffer.js';
import { type Store, transact } from '#espalier/store/database.js';
import { saveEmbeddings } from '#espalier/store/embeddings.js';
import { findErasure, listErasureExamples, listTainted, setErasureStep } from '#espalier/store/erasures.js';
import { saveLearned } from '#espalier/store/learned.js';
import { listStrata, saveStrata } from '#espalier/store/strata.js';
import { tables } from '#espalier/store/tables.js';
import { readHashes } from '#espalier/store/text-hashes.js';
import { saveUnreadable } from '#espalier/store/unreadable.js';
import { errorOf } from '../support/errors.js';
import { newExample, now, stored, temporaryStore } from '../support/store.js';

const adapter = 'desk';
const actor = { name: 'ana', via: 'library' } as const;
const texts = ['alpha text', 'beta text', 'gamma text', 'delta text'];
const hashOf = (text: string) => newExample({ text }).hash;

/** Four examples of one label, of which the last is held out, with everything that can refer to them. */
async function filledStore(): Promise<Store> {
  const store = await temporaryStore();
  const examples = texts.map((text) => newExample({ text, split: text === 'delta text' ? 'holdout' : 'train' }));
  await stored(store, adapter, examples);
  const membership = { state: 'member', policy: 'p', score: 0.5, reason: '', since: '' } as const;
  await transact(store, async (transaction) => {
    await saveStrata(transaction, adapter, 'intent', [{ label: 'balance', domain: 'banking', received: 4, held: 1 }]);
    await saveMemberships(
      transaction,
      adapter,
      [1, 2, 3].map((exampleId) => ({ ...membership, exampleId })),
    );
    const record = { through: new Map([['intent', 4]]), leftOut: new Map(), throughRevision: 0 };
    await saveLearned(transaction, { adapter, version: 1 }, record);
    for (const fingerprint of ['e1', 'e2'])
      await saveUnreadable(
        transaction,
        fingerprint,
        texts.map((text) => ({ hash: hashOf(text), reason: 'a test' })),
      );
  });
  for (const fingerprint of ['e1', 'e2']) {
    await saveEmbeddings(
      store,
      fingerprint,
      texts.map((text) => ({ hash: hashOf(text), vector: Float32Array.of(1, 2) })),
    );
  }
  const edit = { adapter, act: 'note', summary: '', reason: 'a test', actor, at: now, ids: [1, 2, 4] } as const;
  await applyEdit(store, { ...edit, change: () => ({ note: 'seen' }) });
  return store;
}

const begin = (store: Store, ids: readonly number[]) =>
  beginErasure(store, { adapter, ids, reason: 'asked for', actor, at: now }, 'salt');

async function remove(store: Store, id: number) {
  return removeFromStore(store, (await findErasure(store.queries, id))!, { actor, at: now });
}

/** Every row of every table as text, but for those that may name what was erased by its number. */
async function everythingIn(store: Store): Promise<string> {
  const all: unknown[] = [];
  for (const { name } of tables) all.push((await sql`select * from ${sql.table(name)}`.execute(store.queries)).rows);
  return JSON.stringify(all);
}

describe('an erasure that begins', () => {
  it('quarantines its examples, and names them by salted hashes', async () => {
    const store = await filledStore();
    const id = await begin(store, [2, 4]);
    expect(await findErasure(store.queries, id)).toMatchObject({
      ...{ step: 'set apart', examples: 2, adapter, actor: 'ana', candidateId: null },
      hashes: [saltedHash('salt', hashOf('beta text')), saltedHash('salt', hashOf('delta text'))].sort(),
    });
    expect(await listErasureExamples(store.queries, id)).toEqual([2, 4]);
    const marks = await store.queries
      .selectFrom('curation')
      .select('example_id')
      .where('quarantined', '=', 1)
      .execute();
    expect(marks.map(({ example_id }) => example_id).sort()).toEqual([2, 4]);
  });

  it('is all or nothing', async () => {
    const store = await filledStore();
    expect(await errorOf(begin(store, [2, 99]))).toMatchObject({ code: 'EXAMPLE_NOT_FOUND' });
    expect(await findErasure(store.queries, 1)).toBeUndefined();
  });

  it('keeps the first erasure that a version was marked by', async () => {
    const store = await filledStore();
    const run = { adapter, status: 'done', stage: 'propose', plan: '{}', outputs: '{}', trigger: 'x' } as const;
    const lease = { lease_owner: 'x', lease_until: now.toISOString(), fencing_token: 1, started_at: now.toISOString() };
    await store.queries
      .insertInto('runs')
      .values({ ...run, ...lease, ended_at: null, error: null, seal: null })
      .execute();
    const candidate = {
      adapter,
      version: 1,
      run_id: 1,
      champion_version: null,
      status: 'approved',
      verdict: 'pass',
    } as const;
    await store.queries
      .insertInto('candidates')
      .values({ ...candidate, report: '{}', created_at: '', manifest_hash: null })
      .execute();
    const [first, second] = [await begin(store, [1]), await begin(store, [2])];
    expect([second > first, await listTainted(store.queries, adapter)]).toEqual([true, new Map([[1, first]])]);
    const third = await begin(store, [4]);
    expect([third > second, (await listTainted(store.queries, adapter)).size]).toEqual([true, 1]);
  });
});

describe('erased examples', () => {
  it('leave every table, with their vectors under every encoder', async () => {
    const store = await filledStore();
    const id = await begin(store, [2, 4]);
    expect((await remove(store, id)).map((example) => example.id)).toEqual([2, 4]);
    const left = await everythingIn(store);
    for (const text of ['beta text', 'delta text']) {
      expect(left).not.toContain(text);
      expect(left).not.toContain(hashOf(text));
    }
    expect(left).toContain('alpha text');
    expect(await listErasureExamples(store.queries, id)).toEqual([]);
    expect(await listStrata(store.queries, adapter, 'intent')).toEqual([
      { label: 'balance', domain: 'banking', received: 2, held: 0 },
    ]);
    const hashes = new Set<string>();
    for await (const hash of readHashes(store.queries)) hashes.add(hash);
    expect([...hashes].sort()).toEqual([hashOf('alpha text'), hashOf('gamma text')].sort());
  });

  it('leave nothing to be found again, once their space is given up', async () => {
    const store = await filledStore();
    await remove(store, await begin(store, [1, 2]));
    await store.engine.reclaim(store.queries);
    expect((await everythingIn(store)).includes('gamma text')).toBe(true);
    expect(await store.engine.findDamage(store.queries)).toEqual([]);
  });

  it('can be removed again: a second time there is nothing to remove', async () => {
    const store = await filledStore();
    const id = await begin(store, [2]);
    await remove(store, id);
    expect(await remove(store, id)).toEqual([]);
    await transact(store, (transaction) => setErasureStep(transaction, id, 'done'));
    expect((await findErasure(store.queries, id))?.step).toBe('done');
  });
});
