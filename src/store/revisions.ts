/**
 * The table `revisions`: each change of an example that is in the store, in the order in which they were made. A version
 * records the last revision it was trained with, so what it learned of an example is what held then: its state before
 * the first later revision that changed it.
 */
import type { Marks } from './curation.js';
import { type ColumnValue, changedRow, isSealed, sealValues } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

/** Everything about an example that people may change. */
export interface Standing extends Marks {
  readonly label: string;
}

export interface Revision {
  /** Counts from 1 in each adapter, without gaps but for those of examples that were erased. */
  readonly number: number;
  readonly editId: number;
  readonly exampleId: number;
  /** The fields that changed: both have the same keys. */
  readonly before: Partial<Standing>;
  readonly after: Partial<Standing>;
}

const sliceSize = 1000;

/** Number of the adapter's last revision; 0 if nothing was ever changed. */
export async function lastRevision(queries: Queries, adapter: string): Promise<number> {
  const row = await queries.selectFrom('arrivals').select('revision').where('adapter', '=', adapter).executeTakeFirst();
  return row?.revision ?? 0;
}

/** Locks the adapter's numbers until the transaction ends, as an intake does, and returns the last one. */
export async function holdRevisions(transaction: Transaction, adapter: string): Promise<number> {
  const row = await transaction
    .updateTable('arrivals')
    .set(({ ref }) => ({ revision: ref('revision') }))
    .where('adapter', '=', adapter)
    .returning('revision')
    .executeTakeFirst();
  return row?.revision ?? 0;
}

/** Revisions with a number in (after, through], in ascending order. @throws STORE_CORRUPT */
export async function listRevisions(
  queries: Queries,
  { adapter, after, through }: { readonly adapter: string; readonly after: number; readonly through: number },
): Promise<Revision[]> {
  const rows = await queries
    .selectFrom('revisions')
    .selectAll()
    .where('adapter', '=', adapter)
    .where('number', '>', after)
    .where('number', '<=', through)
    .orderBy('number')
    .execute();
  return rows.map(soundRevision);
}

/** @throws STORE_CORRUPT */
export async function listRevisionsOfEdit(queries: Queries, editId: number): Promise<Revision[]> {
  const rows = await queries
    .selectFrom('revisions')
    .selectAll()
    .where('edit_id', '=', editId)
    .orderBy('number')
    .execute();
  return rows.map(soundRevision);
}

/** @throws STORE_CORRUPT */
export async function listRevisionsOfExample(queries: Queries, exampleId: number): Promise<Revision[]> {
  const rows = await queries
    .selectFrom('revisions')
    .selectAll()
    .where('example_id', '=', exampleId)
    .orderBy('number')
    .execute();
  return rows.map(soundRevision);
}

/**
 * Example id -> number of its last revision, up to one, in which its own label was mended: not in the course of a rename
 * of the label itself.
 */
export async function listMended(
  queries: Queries,
  { adapter, through }: { readonly adapter: string; readonly through: number },
): Promise<ReadonlyMap<number, number>> {
  const rows = await queries
    .selectFrom('revisions')
    .innerJoin('edits', 'edits.id', 'revisions.edit_id')
    .select(['example_id', 'number'])
    .where('revisions.adapter', '=', adapter)
    .where('number', '<=', through)
    .where('label_before', 'is not', null)
    .where('act', 'not in', ['rename label', 'merge labels'])
    .orderBy('number')
    .execute();
  // Of several the last one stays.
  return new Map(rows.map(({ example_id, number }) => [example_id, number]));
}

/** Appends revisions, whose numbers follow those of `holdRevisions`. */
export async function saveRevisions(
  transaction: Transaction,
  adapter: string,
  revisions: readonly Revision[],
): Promise<void> {
  for (let start = 0; start < revisions.length; start += sliceSize) {
    const rows = revisions.slice(start, start + sliceSize).map((revision) => {
      const columns = columnsOf(revision);
      return { ...columns, adapter, seal: sealValues(valuesOf(adapter, columns)) };
    });
    await transaction.insertInto('revisions').values(rows).execute();
  }
  const last = revisions.at(-1)?.number;
  if (last !== undefined)
    await transaction.updateTable('arrivals').set({ revision: last }).where('adapter', '=', adapter).execute();
}

type Bit = 0 | 1;

interface Columns {
  readonly number: number;
  readonly edit_id: number;
  readonly example_id: number;
  readonly label_before: string | null;
  readonly label_after: string | null;
  readonly weight_before: number | null;
  readonly weight_after: number | null;
  readonly quarantined_before: Bit | null;
  readonly quarantined_after: Bit | null;
  readonly pinned_before: Bit | null;
  readonly pinned_after: Bit | null;
  readonly note_before: string | null;
  readonly note_after: string | null;
}

function columnsOf({ number, editId, exampleId, before, after }: Revision): Columns {
  const bit = (value: boolean | undefined): Bit | null => (value === undefined ? null : value ? 1 : 0);
  return {
    number,
    edit_id: editId,
    example_id: exampleId,
    label_before: before.label ?? null,
    label_after: after.label ?? null,
    weight_before: before.weight ?? null,
    weight_after: after.weight ?? null,
    quarantined_before: bit(before.quarantined),
    quarantined_after: bit(after.quarantined),
    pinned_before: bit(before.pinned),
    pinned_after: bit(after.pinned),
    note_before: before.note ?? null,
    note_after: after.note ?? null,
  };
}

const valuesOf = (adapter: string, columns: Columns): ColumnValue[] => [adapter, ...Object.values(columnsIn(columns))];

/** The columns in the order in which they are sealed, whatever else a row holds. */
function columnsIn(row: Columns): Columns {
  const { number, edit_id, example_id, label_before, label_after, weight_before, weight_after } = row;
  const { quarantined_before, quarantined_after, pinned_before, pinned_after, note_before, note_after } = row;
  return {
    ...{ number, edit_id, example_id, label_before, label_after, weight_before, weight_after },
    ...{ quarantined_before, quarantined_after, pinned_before, pinned_after, note_before, note_after },
  };
}

function soundRevision(row: Columns & { readonly adapter: string; readonly seal: number }): Revision {
  if (!isSealed(row.seal, valuesOf(row.adapter, row))) throw changedRow(`revision ${row.number} of ${row.adapter}`);
  const noted = row.note_before !== row.note_after;
  const side = (which: 'before' | 'after'): Partial<Standing> => ({
    ...(row.label_before !== null && { label: row[`label_${which}`]! }),
    ...(row.weight_before !== null && { weight: row[`weight_${which}`]! }),
    ...(row.quarantined_before !== null && { quarantined: row[`quarantined_${which}`] === 1 }),
    ...(row.pinned_before !== null && { pinned: row[`pinned_${which}`] === 1 }),
    ...(noted && { note: row[`note_${which}`] }),
  });
  return {
    number: row.number,
    editId: row.edit_id,
    exampleId: row.example_id,
    before: side('before'),
    after: side('after'),
  };
}
