/** Full-text search, on either database: what people may type, and that the index follows the rows. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { copyStore } from '#espalier/store/copy.js';
import { openStore, type Store, transact } from '#espalier/store/database.js';
import { listMatching } from '#espalier/store/find-examples.js';
import { parseSearch } from '#espalier/store/search-terms.js';
import { errorOf } from '../support/errors.js';
import { engine, newExample, newLocation, stored, temporaryStore } from '../support/store.js';

const idsOf = async (store: Store, search: string) =>
  (await listMatching(store, 'a', { search: parseSearch(search) })).map(({ id }) => id);

const texts = [
  'where is the well-known C++ parcel, please?',
  'write to ann@example.org or call 555-0100',
  'https://example.org/a_path?x=1 does not open',
  '\u65e5\u672c\u8a9e\u306e\u6587 is text',
  "it's 3.5 kg",
];

async function storeOfTexts(): Promise<Store> {
  const store = await temporaryStore();
  await stored(
    store,
    'a',
    texts.map((text) => newExample({ text })),
  );
  return store;
}

describe('a search', () => {
  const store = storeOfTexts();

  it.each([
    ['well-known', [1]],
    ['known well', [1]],
    ['"well known"', [1]],
    ['"known well"', []],
    ['C++', [1]],
    ['example.org', [2, 3]],
    ['ann@example.org', [2]],
    ['a_path', [3]],
    ['555 0100', [2]],
    ['5*', [2, 5]],
    ['3.5', [5]],
    ["it's", [5]],
    ['exam* ann', [2]],
    ['"does not op*', [3]],
    ['\u65e5\u672c\u8a9e*', [4]],
    ['EXAMPLE', [2, 3]],
  ])('%j finds %j', async (search, ids) => {
    expect(await idsOf(await store, search)).toEqual(ids);
  });

  it.each([
    'AND',
    'OR NOT NEAR',
    'text:x',
    '^parcel',
    '(parcel',
    'parcel)',
    '"parcel',
    '""parcel""',
    "parcel' OR '1'='1",
    "x'); drop table examples; --",
    'a:*b & !c | d <-> e \\',
    '{text} : y',
    '* parcel',
    'parcel**',
    '\u202eparcel\u0000 zz',
  ])('of hostile text %j is no error of the database', async (search) => {
    await expect(idsOf(await store, search)).resolves.toBeInstanceOf(Array);
  });

  it.each(['', '   ', '*', '"', '!!! ???', '\u202e'])('without a word is refused: %j', async (search) => {
    expect(await errorOf(idsOf(await store, search))).toMatchObject({
      code: 'USAGE',
      parameters: ['search', 'contains'],
    });
  });
});

describe('the index', () => {
  it('follows texts that are removed and changed, in the transaction and after it', async () => {
    const store = await storeOfTexts();
    await transact(store, async (transaction) => {
      await sql`delete from examples where id = 2`.execute(transaction);
      await sql`update examples set text = 'another gadget' where id = 3`.execute(transaction);
    });
    expect([await idsOf(store, 'example'), await idsOf(store, 'gadget')]).toEqual([[], [3]]);
    expect(await store.engine.textIndex?.countUnindexed(store.queries)).toEqual(
      store.engine.textIndex && { missing: 0, surplus: 0 },
    );
  });

  it.runIf(engine === 'sqlite')('keeps no word of a text that was removed', async () => {
    const store = await storeOfTexts();
    await stored(store, 'a', [newExample({ text: 'a secret zebracrossing' })]);
    const blocks = async () => {
      const { rows } = await sql<{ n: number }>`select count(*) as n from examples_text_data
        where instr(block, cast('ebracrossing' as blob)) > 0`.execute(store.queries);
      return rows[0]!.n;
    };
    expect(await blocks()).toBe(1);
    await transact(store, (transaction) => sql`delete from examples where text like '%zebra%'`.execute(transaction));
    expect(await blocks()).toBe(0);
    expect(await store.engine.findDamage(store.queries)).toEqual([]);
  });

  it('knows nothing of a text that comes and goes in one transaction, or of one that is undone', async () => {
    const store = await storeOfTexts();
    await transact(store, async (transaction) => {
      await sql`insert into examples (adapter, arrival, task, text, hash, label, domain, source, received_at, split, provenance)
        values ('a', 6, 'intent', 'gone again', 'h', 'l', 'd', 's', '', 'train', '{}')`.execute(transaction);
      await sql`delete from examples where hash = 'h'`.execute(transaction);
    });
    expect(await idsOf(store, 'again')).toEqual([]);
    expect(await idsOf(store, 'parcel')).toEqual([1]);
  });

  it('is there in a copy of the store', async () => {
    const store = await storeOfTexts();
    const copy = await openStore(newLocation());
    await copyStore(store, copy, { signal: new AbortController().signal, progress: () => undefined });
    expect(await idsOf(copy, 'parcel')).toEqual([1]);
    await copy.close();
  });
});
