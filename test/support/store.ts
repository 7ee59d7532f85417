import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { sameTextHash, textHash } from '#espalier/core/text.js';
import { holdArrivals, saveLastArrival } from '#espalier/store/arrivals.js';
import { openStore, type Store, type Transaction, transact } from '#espalier/store/database.js';
import { type Example, listExamples, type NewExample, sealOf } from '#espalier/store/examples.js';
import { temporaryFolder } from './temporary-folder.js';

export const now = new Date('2026-11-24T12:00:00.000Z');

/** A new store in a folder of its own, closed after the tests of the file or block it is called in. */
export async function temporaryStore(): Promise<Store> {
  const store = await openStore(join(temporaryFolder(), `${randomUUID()}.db`));
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
