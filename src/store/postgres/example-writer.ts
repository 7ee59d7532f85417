/** Finds and inserts examples in parcels: asked for one by one, each would cost the way to the server and back. */
import { type NewExample, sealOf } from '../example.js';
import type { ExampleWriter, KnownExample, Transaction, WriterOf } from '../store.js';

export function openExampleWriter(transaction: Transaction, of: WriterOf): ExampleWriter {
  const { adapter, task } = of;
  /** Twin -> the examples that are the same text, of those that were made ready. */
  let known = new Map<string, KnownExample[]>();
  let waiting: (NewExample & { readonly arrival: number })[] = [];
  return {
    async prepare(twins) {
      known = new Map(twins.map((twin) => [twin, []]));
      const rows = await transaction
        .selectFrom('examples')
        .select(['id', 'arrival', 'hash', 'label', 'twin'])
        .where('adapter', '=', adapter)
        .where('task', '=', task)
        .where('twin', 'in', [...known.keys()])
        .orderBy('id')
        .execute();
      for (const { twin, ...example } of rows) known.get(twin)!.push(example);
    },
    find: (twin) => known.get(twin)!,
    insert(example, arrival) {
      waiting.push({ ...example, arrival });
      // Its id is given when it is written; until then nobody asks for more than its label and its arrival.
      known.get(example.twin)!.push({ id: 0, arrival, hash: example.hash, label: example.label });
    },
    async flush() {
      const rows = waiting.map(({ receivedAt, provenance, ...example }) => ({
        ...example,
        ...{ adapter, task, received_at: receivedAt, provenance: JSON.stringify(provenance) },
        seal: sealOf({ ...example, task }),
      }));
      waiting = [];
      if (rows.length > 0) await transaction.insertInto('examples').values(rows).execute();
    },
  };
}
