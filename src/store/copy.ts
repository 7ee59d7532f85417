/**
 * Copies a store row by row into an empty one, which may be another database. The copy is read back and compared before
 * it is committed: the target gets all of it, or nothing.
 */
import { sql } from 'kysely';
import { checksum } from '../core/checksum.js';
import { EspalierError } from '../core/errors.js';
import { addSeal, type ColumnValue, sealValues } from './sealed-row.js';
import type { Queries, Store, Transaction } from './store.js';
import { type Table, tables } from './tables.js';
import { readAtOneMoment, transact } from './transaction.js';

export interface CopiedTable {
  readonly table: Table['name'];
  readonly rows: number;
}

export interface CopyTerms {
  readonly signal: AbortSignal;
  /** Called after each slice. @param total rows of all tables */
  readonly progress: (done: number, total: number) => void;
}

const sliceSize = 1000;

/**
 * Blocks writers of both stores meanwhile. Cost: every row is read twice and written once, a thousand at a time.
 * @throws STORE_NOT_EMPTY, STORE_CORRUPT where the copy differs, INTERRUPTED, and what the databases report
 */
export async function copyStore(from: Store, to: Store, terms: CopyTerms): Promise<CopiedTable[]> {
  return transact(from, (source) => copyInto(to, { from, source }, terms));
}

/** Copies a snapshot of the database, while others write into `from`. */
export async function copyMoment(from: Store, to: Store, terms: CopyTerms): Promise<CopiedTable[]> {
  return readAtOneMoment(from, (source) => copyInto(to, { from, source }, terms));
}

interface Source {
  readonly from: Store;
  readonly source: Queries;
}

function copyInto(to: Store, { from, source }: Source, { signal, progress }: CopyTerms): Promise<CopiedTable[]> {
  return transact(to, async (target) => {
    await requireEmpty(target, to.location);
    const total = await countAll(source);
    const copied: CopiedTable[] = [];
    let done = 0;
    for (const table of tables) {
      const written = await copyTable(source, target, table, (rows) => {
        if (signal.aborted) throw new EspalierError('INTERRUPTED', 'stopped while copying; the target is as it was');
        done += rows;
        progress(done, total);
      });
      const found = await digest(target, table);
      if (found.rows !== written.rows || found.checksum !== written.checksum)
        throw new EspalierError('STORE_CORRUPT', `the copy of the table ${table.name} differs from the original`, {
          at: { file: to.location },
          hint: 'Nothing was copied. Run the command again; if it fails again, please report it.',
        });
      copied.push({ table: table.name, rows: written.rows });
    }
    await to.engine.saveLastIds(target, await from.engine.readLastIds(source));
    return copied;
  });
}

async function requireEmpty(target: Transaction, location: string): Promise<void> {
  for (const { name } of tables) {
    const row = await target.selectFrom(name).select(sql`1`.as('one')).limit(1).executeTakeFirst();
    if (row)
      throw new EspalierError('STORE_NOT_EMPTY', `${location} has rows already, in the table ${name}`, {
        at: { file: location },
      });
  }
}

async function countAll(source: Queries): Promise<number> {
  let total = 0;
  for (const { name } of tables) {
    const count = source.selectFrom(name).select(({ fn }) => fn.countAll<number>().as('rows'));
    total += (await count.executeTakeFirstOrThrow()).rows;
  }
  return total;
}

interface Digest {
  readonly rows: number;
  /** Sum of the rows' checksums, independent of their order. */
  readonly checksum: number;
}

async function copyTable(
  source: Queries,
  target: Transaction,
  table: Table,
  onSlice: (rows: number) => void,
): Promise<Digest> {
  let sum: Digest = { rows: 0, checksum: 0 };
  for await (const rows of slicesOf(source, table)) {
    await target
      .insertInto(table.name)
      .values(rows as never)
      .execute();
    sum = withRows(sum, rows);
    onSlice(rows.length);
  }
  return sum;
}

async function digest(queries: Queries, table: Table): Promise<Digest> {
  let sum: Digest = { rows: 0, checksum: 0 };
  for await (const rows of slicesOf(queries, table)) sum = withRows(sum, rows);
  return sum;
}

type Row = Readonly<Record<string, string | number | Uint8Array | null>>;

/** Yields the rows in the order of the key. */
async function* slicesOf(queries: Queries, { name, key }: Table): AsyncGenerator<Row[]> {
  const columns = key.map((column) => sql.ref(column));
  for (let last: Row | undefined; ; ) {
    const after = last && sql`where (${sql.join(columns)}) > (${sql.join(key.map((column) => last![column]))})`;
    const { rows } = await sql<Row>`select * from ${sql.table(name)} ${after ?? sql``}
      order by ${sql.join(columns)} limit ${sql.lit(sliceSize)}`.execute(queries);
    if (rows.length > 0) yield rows;
    if (rows.length < sliceSize) return;
    last = rows.at(-1);
  }
}

function withRows(sum: Digest, rows: readonly Row[]): Digest {
  let { rows: count, checksum: total } = sum;
  for (const row of rows) {
    // Columns that migrations added come in a different order in each database.
    const values = Object.keys(row)
      .sort()
      .map((column) => comparable(row[column]!));
    total = addSeal(total, sealValues(values));
    count++;
  }
  return { rows: count, checksum: total };
}

const comparable = (value: Row[string]): ColumnValue => (value instanceof Uint8Array ? checksum(value) : value);
