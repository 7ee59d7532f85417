/**
 * The tables `snapshots` and `snapshot_members`: which examples were in the replay buffer when a version was trained,
 * and the hash of what its update trained on. The rows are written in the transaction that proposes the version.
 */
import { changedRow, isSealed, sealValues } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

export interface NewSnapshot {
  /** Numbers of the buffer's members. */
  readonly memberIds: readonly number[];
  /** See `bufferSnapshotHash`. */
  readonly bufferHash: string;
  readonly trainedOn: { readonly examples: number; readonly sha256: string };
}

export interface Snapshot extends Omit<NewSnapshot, 'memberIds'> {
  readonly version: number;
  /** Number of members when the version was trained. */
  readonly members: number;
  /** Number of those that have been erased since. */
  readonly gone: number;
}

export interface SnapshotName {
  readonly adapter: string;
  readonly version: number;
}

const sliceSize = 1000;

/** Members that were erased during the update are counted, and have no row. */
export async function saveSnapshot(
  transaction: Transaction,
  { adapter, version }: SnapshotName,
  { memberIds, bufferHash, trainedOn }: NewSnapshot,
): Promise<void> {
  const row = {
    ...{ adapter, version, members: memberIds.length, buffer_hash: bufferHash },
    ...{ trained_examples: trainedOn.examples, trained_hash: trainedOn.sha256 },
  };
  await transaction
    .insertInto('snapshots')
    .values({ ...row, seal: sealValues(Object.values(row)) })
    .execute();
  for (let start = 0; start < memberIds.length; start += sliceSize) {
    const slice = memberIds.slice(start, start + sliceSize);
    const there = await transaction.selectFrom('examples').select('id').where('id', 'in', slice).execute();
    const rows = there.map(({ id }) => ({ adapter, version, example_id: id }));
    if (rows.length > 0) await transaction.insertInto('snapshot_members').values(rows).execute();
  }
}

/** In ascending order of version. @throws STORE_CORRUPT */
export async function listSnapshots(queries: Queries, adapter: string): Promise<Snapshot[]> {
  return (await selectSnapshots(queries, adapter).orderBy('version').execute()).map(soundSnapshot);
}

/** Undefined: an earlier Espalier made the version, or there is none. @throws STORE_CORRUPT */
export async function findSnapshot(
  queries: Queries,
  { adapter, version }: SnapshotName,
): Promise<Snapshot | undefined> {
  const row = await selectSnapshots(queries, adapter).where('version', '=', version).executeTakeFirst();
  return row && soundSnapshot(row);
}

const selectSnapshots = (queries: Queries, adapter: string) =>
  queries
    .selectFrom('snapshots')
    .selectAll()
    .select(({ selectFrom, fn }) =>
      selectFrom('snapshot_members')
        .whereRef('snapshot_members.adapter', '=', 'snapshots.adapter')
        .whereRef('snapshot_members.version', '=', 'snapshots.version')
        .select(fn.countAll<number>().as('there'))
        .as('there'),
    )
    .where('adapter', '=', adapter);

type SnapshotRow = Awaited<ReturnType<ReturnType<typeof selectSnapshots>['execute']>>[number];

function soundSnapshot({ seal, there, ...row }: SnapshotRow): Snapshot {
  const { adapter, version, members, buffer_hash, trained_examples, trained_hash } = row;
  if (!isSealed(seal, [adapter, version, members, buffer_hash, trained_examples, trained_hash]))
    throw changedRow(`the snapshot of version ${version} of ${adapter}`);
  return {
    ...{ version, members, gone: members - (there ?? 0), bufferHash: buffer_hash },
    trainedOn: { examples: trained_examples, sha256: trained_hash },
  };
}

/** Numbers of the members that are still there, in ascending order. */
export async function listSnapshotMembers(queries: Queries, { adapter, version }: SnapshotName): Promise<number[]> {
  const rows = await queries
    .selectFrom('snapshot_members')
    .select('example_id')
    .where('adapter', '=', adapter)
    .where('version', '=', version)
    .orderBy('example_id')
    .execute();
  return rows.map(({ example_id }) => example_id);
}
