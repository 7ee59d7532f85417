/** Makes the members of a snapshot those of the champion's buffer again. */
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { limitOf } from '../replay/budget.js';
import { listOffered, type Membership, type Offered, readBufferMark } from '../store/buffer.js';
import { findChampionVersion } from '../store/candidates.js';
import { readMarks } from '../store/curation.js';
import type { Queries } from '../store/database.js';
import { findSnapshot, listSnapshotMembers, type Snapshot } from '../store/snapshots.js';
import type { PreparedReselection } from './reselect.js';

export interface PreparedRestoration extends PreparedReselection {
  readonly snapshot: Snapshot;
  /** Numbers of the snapshot's members that stay out, since they are quarantined. */
  readonly quarantined: readonly number[];
  /** Numbers of members that the snapshot does not have and that stay, since they are pinned. */
  readonly pinned: readonly number[];
}

/** @throws NO_CHAMPION, SNAPSHOT_NOT_FOUND, SNAPSHOT_TOO_LARGE, STORE_CORRUPT */
export async function prepareRestoration(
  queries: Queries,
  declaration: AdapterDeclaration,
  { version, now }: { readonly version: number; readonly now: Date },
): Promise<PreparedRestoration> {
  const { name: adapter } = declaration;
  const champion = await findChampionVersion(queries, adapter);
  if (champion === null)
    throw new EspalierError('NO_CHAMPION', `${adapter} has no champion, and so nothing in its buffer`);
  const snapshot = await requireSnapshot(queries, adapter, version);
  const mark = await readBufferMark(queries, adapter);
  const wanted = new Set(await listSnapshotMembers(queries, { adapter, version }));
  const marks = await readMarks(queries, adapter);
  const offered = await listOffered(queries, adapter);
  const isQuarantined = ({ id }: Offered) => marks.get(id)?.quarantined === true;
  const isPinned = ({ id }: Offered) => marks.get(id)?.pinned === true;
  const enters = (one: Offered) => wanted.has(one.id) && !isQuarantined(one);
  const stays = (one: Offered) => one.state === 'member' && isPinned(one) && !wanted.has(one.id);
  requireRoom(
    declaration,
    offered.filter((one) => enters(one) || stays(one)),
    version,
  );
  const changed = offered.filter((one) => (enters(one) || stays(one)) !== (one.state === 'member'));
  return {
    ...{ declaration, champion, mark, snapshot, by: { snapshot: version } },
    changes: changed.map(({ id, state }) => membershipOf(id, { wasMember: state === 'member', version, now })),
    quarantined: offered.filter((one) => wanted.has(one.id) && isQuarantined(one)).map(({ id }) => id),
    pinned: offered.filter(stays).map(({ id }) => id),
  };
}

/** @throws SNAPSHOT_NOT_FOUND */
export async function requireSnapshot(queries: Queries, adapter: string, version: number): Promise<Snapshot> {
  const snapshot = await findSnapshot(queries, { adapter, version });
  if (snapshot) return snapshot;
  throw new EspalierError('SNAPSHOT_NOT_FOUND', `${adapter} has no snapshot of a version ${version}`);
}

interface Restored {
  readonly wasMember: boolean;
  readonly version: number;
  readonly now: Date;
}

function membershipOf(exampleId: number, { wasMember, version, now }: Restored): Membership {
  return {
    exampleId,
    state: wasMember ? 'evicted' : 'member',
    ...{ policy: 'snapshot', score: version, since: now.toISOString() },
    reason: wasMember
      ? `evicted: it was no member when version ${version} was trained, whose snapshot was restored`
      : `readmitted: it was a member when version ${version} was trained, whose snapshot was restored`,
  };
}

/** @throws SNAPSHOT_TOO_LARGE */
function requireRoom({ name, buffer }: AdapterDeclaration, members: readonly Offered[], version: number): void {
  const size = 'bytes' in buffer ? members.reduce((sum, { bytes }) => sum + bytes, 0) : members.length;
  if (size <= limitOf(buffer)) return;
  const unit = 'bytes' in buffer ? 'bytes' : 'examples';
  const what = `the snapshot of version ${version}, with what is pinned, has ${size} ${unit}`;
  throw new EspalierError('SNAPSHOT_TOO_LARGE', `${what}; the buffer of ${name} holds ${limitOf(buffer)}`);
}
