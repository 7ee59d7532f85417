/** The hashes of all texts that the store has something of: examples, vectors, and queued texts. */
import type { Queries } from './store.js';

const sliceSize = 5000;

/** Each table by its own index; a hash comes once for each row that has it. */
export async function* readHashes(queries: Queries): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const query = queries.selectFrom('examples').select(['id', 'hash']).where('id', '>', after);
    const rows = await query.orderBy('id').limit(sliceSize).execute();
    for (const { hash } of rows) yield hash;
    if (rows.length < sliceSize) break;
    after = rows.at(-1)!.id;
  }
  for (const table of ['embeddings', 'unreadable'] as const)
    for await (const fingerprint of fingerprintsIn(queries, table))
      for (let after = ''; ; ) {
        const query = queries.selectFrom(table).select('hash').where('fingerprint', '=', fingerprint);
        const rows = await query.where('hash', '>', after).orderBy('hash').limit(sliceSize).execute();
        for (const { hash } of rows) yield hash;
        if (rows.length < sliceSize) break;
        after = rows.at(-1)!.hash;
      }
  for (const { hash } of await queries.selectFrom('unknown_texts').select('hash').execute()) yield hash;
}

/** From one to the next by the index, since a table of vectors is too large to be read for them. */
export async function* fingerprintsIn(queries: Queries, table: 'embeddings' | 'unreadable'): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const query = queries.selectFrom(table).select('fingerprint').where('fingerprint', '>', after);
    const row = await query.orderBy('fingerprint').limit(1).executeTakeFirst();
    if (!row) return;
    yield row.fingerprint;
    after = row.fingerprint;
  }
}
