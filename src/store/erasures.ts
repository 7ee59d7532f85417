/** The tables `erasures`, `erasure_examples` and `tainted_versions`. */
import { removeBlocksWith } from './signature-blocks.js';
import type { Queries, Transaction } from './store.js';
import { fingerprintsIn } from './text-hashes.js';

/**
 * `set apart`: nothing new learns them. `trained`: a candidate without them was made, if one had to be. `removed`: they
 * are no rows any more. `done`: files were rid of them and searched.
 */
export type ErasureStep = 'set apart' | 'trained' | 'removed' | 'done';

export interface Erasure {
  readonly id: number;
  readonly adapter: string;
  readonly reason: string;
  readonly actor: string;
  readonly at: string;
  readonly step: ErasureStep;
  readonly examples: number;
  readonly salt: string;
  /** Of the texts, see `saltedHash`, in ascending order. */
  readonly hashes: readonly string[];
  readonly candidateId: number | null;
  readonly noCandidate: string | null;
}

export interface NewErasure extends Omit<Erasure, 'id' | 'step' | 'candidateId' | 'noCandidate' | 'examples'> {
  readonly editId: number | null;
  readonly exampleIds: readonly number[];
  /** Versions that have learned one of them. */
  readonly tainted: readonly number[];
}

const sliceSize = 1000;

/** @returns its number */
export async function insertErasure(transaction: Transaction, erasure: NewErasure): Promise<number> {
  const { exampleIds, tainted, editId, hashes, ...row } = erasure;
  const { id } = await transaction
    .insertInto('erasures')
    .values({
      ...row,
      edit_id: editId,
      step: 'set apart',
      examples: exampleIds.length,
      hashes: JSON.stringify(hashes),
      candidate_id: null,
      no_candidate: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (let start = 0; start < exampleIds.length; start += sliceSize) {
    const rows = exampleIds.slice(start, start + sliceSize).map((example) => ({ erasure_id: id, example_id: example }));
    await transaction.insertInto('erasure_examples').values(rows).execute();
  }
  for (const version of tainted)
    await transaction
      .insertInto('tainted_versions')
      .values({ adapter: row.adapter, version, erasure_id: id })
      .onConflict((conflict) => conflict.columns(['adapter', 'version']).doNothing())
      .execute();
  return id;
}

export async function findErasure(queries: Queries, id: number): Promise<Erasure | undefined> {
  const row = await selectErasures(queries).where('id', '=', id).executeTakeFirst();
  return row && erasureOf(row);
}

/** Oldest first. */
export async function listErasures(queries: Queries, adapter?: string): Promise<Erasure[]> {
  let query = selectErasures(queries);
  if (adapter !== undefined) query = query.where('adapter', '=', adapter);
  return (await query.orderBy('id').execute()).map(erasureOf);
}

const selectErasures = (queries: Queries) =>
  queries
    .selectFrom('erasures')
    .select(['id', 'adapter', 'reason', 'actor', 'at', 'step', 'examples', 'salt', 'hashes'])
    .select(['candidate_id as candidateId', 'no_candidate as noCandidate']);

type ErasureRow = Omit<Erasure, 'hashes'> & { readonly hashes: string };

const erasureOf = ({ hashes, ...row }: ErasureRow): Erasure => ({ ...row, hashes: JSON.parse(hashes) as string[] });

export async function setErasureStep(
  transaction: Transaction,
  id: number,
  step: ErasureStep,
  outcome: { readonly candidateId?: number; readonly noCandidate?: string } = {},
): Promise<void> {
  const { candidateId, noCandidate } = outcome;
  await transaction
    .updateTable('erasures')
    .set({
      step,
      ...(candidateId !== undefined && { candidate_id: candidateId }),
      ...(noCandidate !== undefined && { no_candidate: noCandidate }),
    })
    .where('id', '=', id)
    .execute();
}

/** Numbers of its examples that are still there, in ascending order. */
export async function listErasureExamples(queries: Queries, id: number): Promise<number[]> {
  const rows = await queries
    .selectFrom('erasure_examples')
    .select('example_id')
    .where('erasure_id', '=', id)
    .orderBy('example_id')
    .execute();
  return rows.map(({ example_id }) => example_id);
}

/** Version -> the first erasure whose examples it had learned. */
export async function listTainted(queries: Queries, adapter: string): Promise<ReadonlyMap<number, number>> {
  const rows = await queries
    .selectFrom('tainted_versions')
    .select(['version', 'erasure_id'])
    .where('adapter', '=', adapter)
    .orderBy('version')
    .execute();
  return new Map(rows.map(({ version, erasure_id }) => [version, erasure_id]));
}

/** Removes examples, all that refers to them, their vectors, and the signatures of these. */
export async function removeExamples(
  transaction: Transaction,
  adapter: string,
  examples: readonly { readonly id: number; readonly hash: string; readonly arrival: number }[],
): Promise<void> {
  await removeBlocksWith(
    transaction,
    adapter,
    examples.map(({ arrival }) => arrival),
  );
  for (let start = 0; start < examples.length; start += sliceSize) {
    const slice = examples.slice(start, start + sliceSize);
    const hashes = slice.map(({ hash }) => hash);
    for (const table of ['embeddings', 'unreadable'] as const)
      for await (const fingerprint of fingerprintsIn(transaction, table))
        await transaction
          .deleteFrom(table)
          .where('fingerprint', '=', fingerprint)
          .where('hash', 'in', hashes)
          .execute();
    await transaction.deleteFrom('unknown_texts').where('adapter', '=', adapter).where('hash', 'in', hashes).execute();
    await transaction
      .deleteFrom('examples')
      .where(
        'id',
        'in',
        slice.map(({ id }) => id),
      )
      .execute();
  }
}
