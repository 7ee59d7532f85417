/** Which members came and went between the snapshots of two versions, and which have another label or weight. */
import { requireSnapshot } from '../decisions/restore-snapshot.js';
import { readDeclaration } from '../declaration/workspace.js';
import { readMembers, type SnapshotMember, type SnapshotSite } from './snapshots.js';

export interface SnapshotSide {
  readonly version: number;
  /** Number of members when the version was trained. */
  readonly members: number;
  /** Number of those that have been erased since, and are in no list of changes. */
  readonly gone: number;
}

export interface SnapshotChange extends Pick<SnapshotMember, 'id' | 'task' | 'domain' | 'label'> {
  /** `changed`: a member of both, with another label or weight. */
  readonly change: 'in' | 'out' | 'changed';
  /** The label and the weight on each side; null where it is no member. */
  readonly before: Pick<SnapshotMember, 'label' | 'weight'> | null;
  readonly after: Pick<SnapshotMember, 'label' | 'weight'> | null;
}

export interface SnapshotDiff {
  readonly adapter: string;
  readonly from: SnapshotSide;
  readonly to: SnapshotSide;
  readonly in: number;
  readonly out: number;
  readonly changed: number;
  /** By number of the example. */
  readonly changes: readonly SnapshotChange[];
}

/** @throws ADAPTER_NOT_FOUND, SNAPSHOT_NOT_FOUND, STORE_CORRUPT */
export async function compareSnapshots(
  site: SnapshotSite,
  adapter: string,
  [first, second]: readonly [from: number, to: number],
): Promise<SnapshotDiff> {
  await readDeclaration(site.workspace, adapter);
  const [from, to] = [await readSide(site, adapter, first), await readSide(site, adapter, second)];
  const ids = [...new Set([...from.members.keys(), ...to.members.keys()])].sort((a, b) => a - b);
  const changes = ids.flatMap((id) => changeOf(from.members.get(id), to.members.get(id)));
  const countOf = (change: SnapshotChange['change']) => changes.filter((one) => one.change === change).length;
  return {
    ...{ adapter, from: from.side, to: to.side },
    ...{ in: countOf('in'), out: countOf('out'), changed: countOf('changed'), changes },
  };
}

async function readSide(site: SnapshotSite, adapter: string, version: number) {
  const { members, gone } = await requireSnapshot(site.store.queries, adapter, version);
  const there = (await readMembers(site, adapter, version)).members;
  return { side: { version, members, gone }, members: new Map(there.map((member) => [member.id, member])) };
}

function changeOf(before: SnapshotMember | undefined, after: SnapshotMember | undefined): SnapshotChange[] {
  const { id, task, domain, label } = (after ?? before)!;
  const isSame = before && after && before.label === after.label && before.weight === after.weight;
  if (isSame) return [];
  const change = before === undefined ? 'in' : after === undefined ? 'out' : 'changed';
  return [{ id, task, domain, label, change, before: standingOf(before), after: standingOf(after) }];
}

const standingOf = (member: SnapshotMember | undefined) =>
  member ? { label: member.label, weight: member.weight } : null;
