/** Finds and inserts examples by the million, and says what kind of answers a task has and whose they are. */
import type { Database } from 'better-sqlite3';
import type { Queries, Transaction } from './database.js';
import { type NewExample, sealOf } from './examples.js';

/** What the store holds of a text. */
export interface KnownExample {
  readonly id: number;
  readonly arrival: number;
  readonly hash: string;
  readonly label: string;
}

/** Finds and inserts examples of one task, with statements that are prepared once. */
export interface ExampleWriter {
  /** The examples that are the same text, the first one first. */
  find(twin: string): KnownExample[];
  /** @param arrival one more than that of the example before */
  insert(example: NewExample, arrival: number): void;
}

export function openExampleWriter(database: Database, adapter: string, task: string): ExampleWriter {
  const wanted = 'FROM examples WHERE adapter = ? AND task = ? AND twin = ?';
  // Of most new texts there is none, which costs less to ask than the list.
  const isThere = database.prepare(`SELECT 1 ${wanted} LIMIT 1`).pluck();
  const find = database.prepare(`SELECT id, arrival, hash, label ${wanted} ORDER BY id`);
  const insert =
    database.prepare(`INSERT INTO examples (adapter, arrival, task, text, hash, twin, label, domain, source, received_at, split, provenance, seal)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  return {
    find: (twin) =>
      isThere.get(adapter, task, twin) === undefined ? [] : (find.all(adapter, task, twin) as KnownExample[]),
    insert({ text, hash, twin, label, domain, source, receivedAt, split, provenance }, arrival) {
      const seal = sealOf({ task, hash, label, domain, split });
      insert.run(
        adapter,
        arrival,
        task,
        text,
        hash,
        twin,
        label,
        domain,
        source,
        receivedAt,
        split,
        JSON.stringify(provenance),
        seal,
      );
    },
  };
}

/** Whether the task's examples have a set of labels each; undefined where it has none yet. */
export async function findAnswerForm(queries: Queries, adapter: string, task: string): Promise<boolean | undefined> {
  const form = queries
    .selectFrom('answer_forms')
    .select('multi_label')
    .where('adapter', '=', adapter)
    .where('task', '=', task);
  const row = await form.executeTakeFirst();
  return row && row.multi_label === 1;
}

export async function saveAnswerForm(
  transaction: Transaction,
  adapter: string,
  { name, multiLabel }: { readonly name: string; readonly multiLabel: boolean },
): Promise<void> {
  const row = { adapter, task: name, multi_label: multiLabel ? 1 : 0 } as const;
  await transaction
    .insertInto('answer_forms')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function registerAdapter(transaction: Transaction, name: string, now: Date): Promise<void> {
  const row = { name, champion_version: null, created_at: now.toISOString() };
  await transaction
    .insertInto('adapters')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
