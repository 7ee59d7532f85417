/** Finds and inserts examples by the million, with prepared statements. */
import type { Database } from 'better-sqlite3';
import { type NewExample, sealOf } from '../example.js';
import type { ExampleWriter, KnownExample, WriterOf } from '../store.js';

export function openExampleWriter(database: Database, { adapter, task }: WriterOf): ExampleWriter {
  const wanted = 'FROM examples WHERE adapter = ? AND task = ? AND twin = ?';
  // Most new texts have no match, and this query is cheaper than the list.
  const isThere = database.prepare(`SELECT 1 ${wanted} LIMIT 1`).pluck();
  const find = database.prepare(`SELECT id, arrival, hash, label ${wanted} ORDER BY id`);
  const insert =
    database.prepare(`INSERT INTO examples (adapter, arrival, task, text, hash, twin, label, domain, source, received_at, split, provenance, seal)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  return {
    prepare: async () => undefined,
    find: (twin) =>
      isThere.get(adapter, task, twin) === undefined ? [] : (find.all(adapter, task, twin) as KnownExample[]),
    insert({ text, hash, twin, label, domain, source, receivedAt, split, provenance }: NewExample, arrival) {
      const seal = sealOf({ task, hash, label, domain, split });
      const where = JSON.stringify(provenance);
      insert.run(adapter, arrival, task, text, hash, twin, label, domain, source, receivedAt, split, where, seal);
    },
    flush: async () => undefined,
  };
}
