/** What the store knows of earlier buffers: the runs that read them, the last change of each row, and who decided. */
import type { MembershipState } from './buffer.js';
import { readJson } from './sealed-row.js';
import type { Queries } from './store.js';

/** What a run wrote down of the buffer that it read. */
export interface RunBuffer {
  readonly run: number;
  readonly startedAt: string;
  /** Of the buffer's members; undefined: the run ended before it read them. */
  readonly snapshotHash: string | undefined;
  /** Its members; in runs of an earlier Espalier those that a strategy replayed, none where no strategy replays. */
  readonly memberIds: readonly number[];
}

interface MixOfRun {
  readonly bufferSnapshotHash?: string;
  readonly replayedIds?: readonly number[];
  /** Absent where all members were replayed. */
  readonly memberIds?: readonly number[];
}

/** Undefined: the adapter has no such run. */
export async function findRunBuffer(queries: Queries, adapter: string, run: number): Promise<RunBuffer | undefined> {
  const row = await queries
    .selectFrom('runs')
    .select(['started_at as startedAt', 'outputs'])
    .where('adapter', '=', adapter)
    .where('id', '=', run)
    .executeTakeFirst();
  if (!row) return undefined;
  const { mix = {} } = readJson(row.outputs, `run ${run}`) as { mix?: MixOfRun | Record<string, MixOfRun> };
  // Runs of the first schema had one strategy, and one mix.
  const mixes = 'bufferSnapshotHash' in mix ? [mix as MixOfRun] : Object.values(mix as Record<string, MixOfRun>);
  return {
    run,
    startedAt: row.startedAt,
    snapshotHash: mixes[0]?.bufferSnapshotHash,
    memberIds: [...new Set(mixes.flatMap(({ memberIds, replayedIds = [] }) => memberIds ?? replayedIds))],
  };
}

/** An example with the last change of its place in the buffer. */
export interface LastChange {
  readonly id: number;
  readonly task: string;
  readonly label: string;
  readonly domain: string;
  readonly hash: string;
  readonly state: MembershipState;
  readonly since: string;
  readonly reason: string;
}

/** Everything that was ever offered, in order of the id. */
export async function listLastChanges(queries: Queries, adapter: string): Promise<LastChange[]> {
  return queries
    .selectFrom('buffer')
    .innerJoin('examples', 'examples.id', 'buffer.example_id')
    .select(['examples.id', 'examples.task', 'examples.label', 'examples.domain', 'examples.hash'])
    .select(['buffer.state', 'buffer.since', 'buffer.reason'])
    .where('buffer.adapter', '=', adapter)
    .orderBy('buffer.example_id')
    .execute();
}

/** A decision that changes the buffer. */
export interface BufferAct {
  readonly at: string;
  readonly act: string;
  readonly actor: string;
  readonly subject: string;
}

/** In order; `after` is exclusive, `through` inclusive. */
export async function listBufferActs(
  queries: Queries,
  adapter: string,
  { after, through }: { readonly after: string; readonly through: string },
): Promise<BufferAct[]> {
  return queries
    .selectFrom('audit')
    .select(['at', 'act', 'actor', 'subject'])
    .where('adapter', '=', adapter)
    .where('act', 'in', ['approve', 'override', 'rollback', 'reselected'])
    .where('at', '>', after)
    .where('at', '<=', through)
    .orderBy('id')
    .execute();
}
