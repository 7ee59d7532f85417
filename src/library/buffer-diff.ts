/**
 * Which members came into the buffer, and which left it, between two updates. The store keeps the last change of each
 * example, the members that each update read, and a hash of them. The hash tells whether what is worked out from the
 * others is exact.
 */
import { EspalierError } from '../core/errors.js';
import { readDeclaration } from '../declaration/workspace.js';
import { bufferSnapshotHash } from '../replay/admission.js';
import {
  type BufferAct,
  findRunBuffer,
  type LastChange,
  listBufferActs,
  listLastChanges,
  type RunBuffer,
} from '../store/buffer-history.js';
import type { Site } from './site.js';

export interface BufferDiff {
  readonly adapter: string;
  readonly from: BufferAtRun;
  readonly to: BufferAtRun;
  readonly in: number;
  readonly out: number;
  /** In order of arrival. */
  readonly changes: readonly BufferChange[];
  /** Decisions between the two that change the buffer. */
  readonly acts: readonly BufferAct[];
}

export interface BufferAtRun {
  readonly run: number;
  readonly startedAt: string;
  /** Number of members, as far as they are known. */
  readonly members: number;
  /** Whether their hash is the one that the run wrote down. */
  readonly exact: boolean;
}

export interface BufferChange {
  readonly id: number;
  readonly task: string;
  readonly label: string;
  readonly domain: string;
  readonly change: 'in' | 'out';
  /** The reason of the policy; null: a later change has replaced it. */
  readonly reason: string | null;
}

/** @throws ADAPTER_NOT_FOUND, RUN_NOT_FOUND */
export async function compareBuffers(
  { workspace, store: { queries } }: Pick<Site, 'workspace' | 'store'>,
  adapter: string,
  [first, second]: readonly [from: number, to: number],
): Promise<BufferDiff> {
  await readDeclaration(workspace, adapter);
  const runs = [await requireRun(first), await requireRun(second)] as const;
  const rows = await listLastChanges(queries, adapter);
  const [from, to] = [membersAt(runs[0], rows), membersAt(runs[1], rows)];
  const changes = changesBetween(rows, { from, to, runs });
  const [after, through] = runs.map(({ startedAt }) => startedAt).sort() as [string, string];
  return {
    adapter,
    from: atRun(runs[0], from),
    to: atRun(runs[1], to),
    in: changes.filter(({ change }) => change === 'in').length,
    out: changes.filter(({ change }) => change === 'out').length,
    changes,
    acts: await listBufferActs(queries, adapter, { after, through }),
  };

  async function requireRun(run: number): Promise<RunBuffer> {
    const found = await findRunBuffer(queries, adapter, run);
    if (found?.snapshotHash !== undefined) return found;
    const what = found ? `run ${run} of ${adapter} ended before it read the buffer` : `${adapter} has no run ${run}`;
    throw new EspalierError('RUN_NOT_FOUND', what);
  }
}

interface Members {
  readonly ids: ReadonlySet<number>;
  readonly exact: boolean;
}

/**
 * Members when the run began. Of an example whose place changed later, only the later change is known: one that was
 * evicted since may have been a member then, or have come in between. What has the hash that the run wrote down is right.
 */
function membersAt({ startedAt, snapshotHash, memberIds }: RunBuffer, rows: readonly LastChange[]): Members {
  const isThere = ({ state, since }: LastChange) => state === 'member' && since <= startedAt;
  const mayHaveBeen = (row: LastChange) => isThere(row) || (row.state === 'evicted' && row.since > startedAt);
  const idsOf = (test: (row: LastChange) => boolean) => new Set(rows.filter(test).map(({ id }) => id));
  const likeliest = idsOf(mayHaveBeen);
  for (const ids of [new Set(memberIds), likeliest, idsOf(isThere)])
    if (bufferSnapshotHash(rows.filter(({ id }) => ids.has(id))) === snapshotHash) return { ids, exact: true };
  return { ids: likeliest, exact: false };
}

const atRun = ({ run, startedAt }: RunBuffer, { ids, exact }: Members): BufferAtRun => ({
  ...{ run, startedAt, exact },
  members: ids.size,
});

interface Between {
  readonly from: Members;
  readonly to: Members;
  readonly runs: readonly [RunBuffer, RunBuffer];
}

function changesBetween(rows: readonly LastChange[], { from, to, runs }: Between): BufferChange[] {
  // Two updates that read the same members name the same hash.
  if (runs[0].snapshotHash === runs[1].snapshotHash) return [];
  const [after, through] = runs.map(({ startedAt }) => startedAt).sort() as [string, string];
  return rows.flatMap(({ id, task, label, domain, since, reason }) => {
    const [before, later] = [from.ids.has(id), to.ids.has(id)];
    if (before === later) return [];
    const isOfThen = since > after && since <= through;
    return [{ id, task, label, domain, change: later ? 'in' : 'out', reason: isOfThen ? reason : null }];
  });
}
