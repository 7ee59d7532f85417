/** The table `curation`: what people decided of single examples. An example without a row is as it came. */
import { changedRow, isSealed, sealValues } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

/** What people decided of an example besides its label. */
export interface Marks {
  /** How often it counts in training: a multiple of a quarter from 1/4 to 16. */
  readonly weight: number;
  /** It is neither trained on nor asked, and is no member of the buffer. */
  readonly quarantined: boolean;
  /** Once a member of the buffer, it stays one. */
  readonly pinned: boolean;
  readonly note: string | null;
}

/** The greatest weight of an example. */
export const mostWeight = 16;

export const usualMarks: Marks = { weight: 1, quarantined: false, pinned: false, note: null };

const sliceSize = 1000;

/** Example id -> marks, for those of an adapter that have some. @throws STORE_CORRUPT */
export async function readMarks(queries: Queries, adapter: string): Promise<ReadonlyMap<number, Marks>> {
  const rows = await selectMarks(queries).where('adapter', '=', adapter).execute();
  return new Map(rows.map((row) => [row.example_id, soundMarks(row)]));
}

/** The same for some examples. @throws STORE_CORRUPT */
export async function findMarks(queries: Queries, ids: readonly number[]): Promise<ReadonlyMap<number, Marks>> {
  const marks = new Map<number, Marks>();
  for (let start = 0; start < ids.length; start += sliceSize) {
    const rows = await selectMarks(queries)
      .where('example_id', 'in', ids.slice(start, start + sliceSize))
      .execute();
    for (const row of rows) marks.set(row.example_id, soundMarks(row));
  }
  return marks;
}

const selectMarks = (queries: Queries) =>
  queries.selectFrom('curation').select(['example_id', 'weight', 'quarantined', 'pinned', 'note', 'seal']);

type MarksRow = Awaited<ReturnType<ReturnType<typeof selectMarks>['execute']>>[number];

function soundMarks({ example_id: id, seal, ...row }: MarksRow): Marks {
  const marks = { ...row, quarantined: row.quarantined === 1, pinned: row.pinned === 1 };
  if (isSealed(seal, sealedValues(id, marks))) return marks;
  throw changedRow(`what was decided of example ${id}`);
}

const sealedValues = (id: number, { weight, quarantined, pinned, note }: Marks) => [
  id,
  weight,
  Number(quarantined),
  Number(pinned),
  note,
];

export async function saveMarks(
  transaction: Transaction,
  adapter: string,
  marks: ReadonlyMap<number, Marks>,
): Promise<void> {
  const all = [...marks];
  for (let start = 0; start < all.length; start += sliceSize) {
    const rows = all.slice(start, start + sliceSize).map(([id, own]) => ({
      example_id: id,
      adapter,
      weight: own.weight,
      quarantined: own.quarantined ? (1 as const) : (0 as const),
      pinned: own.pinned ? (1 as const) : (0 as const),
      note: own.note,
      seal: sealValues(sealedValues(id, own)),
    }));
    await transaction
      .insertInto('curation')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('example_id').doUpdateSet((row) => ({
          weight: row.ref('excluded.weight'),
          quarantined: row.ref('excluded.quarantined'),
          pinned: row.ref('excluded.pinned'),
          note: row.ref('excluded.note'),
          seal: row.ref('excluded.seal'),
        })),
      )
      .execute();
  }
}
