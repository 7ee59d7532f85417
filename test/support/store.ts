import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll } from 'vitest';
import { sameTextHash, textHash } from '#espalier/core/text.js';
import { holdArrivals, saveLastArrival } from '#espalier/store/arrivals.js';
import { openStore, type Store, type Transaction, transact } from '#espalier/store/database.js';
import { type Example, listExamples, type NewExample, sealOf } from '#espalier/store/examples.js';
import { temporaryFolder } from './temporary-folder.js';

export const now = new Date('2026-11-24T12:00:00.000Z');

/** The database that the tests of a file run on: vitest.config.ts runs those of the store on each. */
export const engine = process.env.ESPALIER_TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite';

/** A server for tests; undefined: there is none. */
export const testServer = process.env.ESPALIER_TEST_DATABASE_URL;

/** Where a new store can be made: a file, or a schema that is removed after the tests of the file or block. */
export function newLocation(): string {
  return engine === 'sqlite' ? newFile() : newSchema();
}

/** Path of a file that does not exist yet. */
export const newFile = (): string => join(temporaryFolder(), `${randomUUID()}.db`);

/** Address of a schema on the server for tests that does not exist yet. */
export function newSchema(): string {
  const schema = `t_${randomUUID().replaceAll('-', '')}`;
  const address = `${testServer}?schema=${schema}`;
  afterAll(async () => {
    const store = await openStore(address);
    await sql`drop schema ${sql.id(schema)} cascade`.execute(store.queries);
    await store.close();
  });
  return address;
}

/** A new store, closed after the tests of the file or block it is called in. */
export async function temporaryStore(): Promise<Store> {
  const store = await openStore(newLocation());
  afterAll(() => store.close());
  return store;
}

export function newExample(overrides: Partial<NewExample> & { text: string }): NewExample {
  return {
    task: 'intent',
    hash: textHash(overrides.text),
    twin: sameTextHash(overrides.text),
    label: 'balance',
    domain: 'banking',
    source: 'test',
    receivedAt: now.toISOString(),
    split: 'train',
    provenance: { file: 'rows.jsonl', line: 1 },
    ...overrides,
  };
}

/** Inserts one slice; texts that are there already must have been taken out before. */
export async function insertExamples(
  transaction: Transaction,
  adapter: string,
  examples: readonly NewExample[],
): Promise<void> {
  const last = await holdArrivals(transaction, adapter);
  const rows = examples.map(({ receivedAt, provenance, ...rest }, index) => ({
    ...rest,
    adapter,
    arrival: last + index + 1,
    received_at: receivedAt,
    provenance: JSON.stringify(provenance),
    seal: sealOf(rest),
  }));
  if (rows.length > 0) await transaction.insertInto('examples').values(rows).execute();
  await saveLastArrival(transaction, adapter, last + rows.length);
}

/**
 * Inserts examples and gives back all training examples of the adapter's tasks `intent` and `tone`, in order of
 * arrival.
 */
export async function stored(store: Store, adapter: string, examples: readonly NewExample[]): Promise<Example[]> {
  await transact(store, (queries) => insertExamples(queries, adapter, examples));
  return listExamples(store, {
    adapter,
    tasks: ['intent', 'tone'],
    split: 'train',
    afterArrival: 0,
    throughArrival: Number.MAX_SAFE_INTEGER,
  });
}

class Undo extends Error {}

/** What `look` sees after a statement that nobody else sees, and that is undone at once. */
export async function afterStatement<T>(
  store: Store,
  statement: string,
  look: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const seen: T[] = [];
  await transact(store, async (transaction) => {
    await sql.raw(statement).execute(transaction);
    seen.push(await look(transaction));
    throw new Undo();
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof Undo)) throw thrown;
  });
  return seen[0]!;
}
