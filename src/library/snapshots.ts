/** What each version was trained with: the buffer's members then, and the ordered set of examples of its update. */
import { requireSnapshot } from '../decisions/restore-snapshot.js';
import { readDeclaration } from '../declaration/workspace.js';
import { bufferSnapshotHash } from '../replay/admission.js';
import { listMemberships, type MembershipState } from '../store/buffer.js';
import { findChampionVersion, listCandidates } from '../store/candidates.js';
import { listExamplesById } from '../store/examples.js';
import { readLearned } from '../store/learned.js';
import { readRun } from '../store/runs.js';
import { listSnapshotMembers, listSnapshots, type Snapshot } from '../store/snapshots.js';
import { readStandings } from '../store/standings.js';
import type { Queries } from '../store/store.js';
import type { Plan } from '../update/context.js';
import type { Outputs } from '../update/stage.js';
import { readTrainedOnNow } from '../update/trained-on.js';
import type { TrainedOn } from '../versions/manifest.js';
import type { Site } from './site.js';

export type SnapshotSite = Pick<Site, 'workspace' | 'store'>;

export interface SnapshotSummary {
  readonly version: number;
  /** When the version was trained. */
  readonly at: string;
  readonly isChampion: boolean;
  /** Number of members then. */
  readonly members: number;
  /** Number of those that have been erased since. */
  readonly gone: number;
  readonly trainedOn: TrainedOn;
}

/** In ascending order of version. @throws ADAPTER_NOT_FOUND */
export async function readSnapshots(
  { workspace, store: { queries } }: SnapshotSite,
  adapter: string,
): Promise<SnapshotSummary[]> {
  await readDeclaration(workspace, adapter);
  const champion = await findChampionVersion(queries, adapter);
  const times = new Map(
    (await listCandidates(queries, { adapter })).map(({ version, createdAt }) => [version, createdAt]),
  );
  return (await listSnapshots(queries, adapter)).map(({ version, members, gone, trainedOn }) => ({
    ...{ version, at: times.get(version)!, isChampion: version === champion, members, gone, trainedOn },
  }));
}

/** A member of a snapshot, as it was when the version was trained, and as it is now. */
export interface SnapshotMember {
  readonly id: number;
  readonly task: string;
  readonly domain: string;
  readonly label: string;
  readonly weight: number;
  readonly now: {
    readonly label: string;
    readonly weight: number;
    readonly quarantined: boolean;
    readonly state: MembershipState;
  };
}

/** What the update trained on, held against the store. */
export interface TrainedOnCheck extends TrainedOn {
  /** Number of those that the store still has. */
  readonly found: number;
  /** Number of those that have another label or weight now, or are quarantined. */
  readonly changed: number;
  /** Whether the store gives the recorded set now, unchanged. */
  readonly holds: boolean;
  /** Why it does not hold; null if it does. */
  readonly why: string | null;
}

export interface SnapshotSheet {
  readonly adapter: string;
  readonly version: number;
  readonly at: string;
  /** Those that are still there, in order of arrival. */
  readonly members: readonly SnapshotMember[];
  /** Number of members that have been erased since. */
  readonly gone: number;
  /** SHA-256 over the members' tasks, text hashes and labels; the manifest has the same. */
  readonly bufferHash: string;
  /** Whether the members, as they stood then, have this hash. */
  readonly exact: boolean;
  readonly trainedOn: TrainedOnCheck;
}

/** @throws ADAPTER_NOT_FOUND, SNAPSHOT_NOT_FOUND, STORE_CORRUPT */
export async function readSnapshot(site: SnapshotSite, adapter: string, version: number): Promise<SnapshotSheet> {
  const { store } = site;
  await readDeclaration(site.workspace, adapter);
  const snapshot = await requireSnapshot(store.queries, adapter, version);
  const { members, hash } = await readMembers(site, adapter, version);
  const candidate = (await listCandidates(store.queries, { adapter })).find((one) => one.version === version)!;
  return {
    ...{ adapter, version, at: candidate.createdAt, members, gone: snapshot.gone },
    ...{ bufferHash: snapshot.bufferHash, exact: hash === snapshot.bufferHash },
    trainedOn: await checkTrainedOn(store.queries, snapshot, candidate.runId),
  };
}

interface Members {
  readonly members: readonly SnapshotMember[];
  /** Of the members as they stood. */
  readonly hash: string;
}

export async function readMembers({ store }: SnapshotSite, adapter: string, version: number): Promise<Members> {
  const { queries } = store;
  const { throughRevision } = await readLearned(queries, { adapter, version });
  const then = await readStandings(queries, adapter, throughRevision);
  const current = await readStandings(queries, adapter);
  const ids = await listSnapshotMembers(queries, { adapter, version });
  const examples = await listExamplesById(store, ids);
  const states = new Map(
    (await listMemberships(queries, adapter, ids)).map(({ exampleId, state }) => [exampleId, state]),
  );
  const members = examples.map((example): SnapshotMember => {
    const { id, task, domain } = example;
    const { label, weight, quarantined } = current.of(example);
    const was = then.of(example);
    const now = { label, weight, quarantined, state: states.get(id)! };
    return { id, task, domain, label: was.label, weight: was.weight, now };
  });
  const hash = bufferSnapshotHash(
    examples.map(({ hash, task }, index) => ({ task, hash, label: members[index]!.label })),
  );
  return { members, hash };
}

async function checkTrainedOn(queries: Queries, { trainedOn }: Snapshot, runId: number): Promise<TrainedOnCheck> {
  const run = await readRun(queries, runId);
  const { mix, gate } = run.outputs as unknown as Outputs;
  const { found, changed } = await readTrainedOnNow(queries, run.plan as Plan, mix[gate.strategy]!);
  const why = whyNot(trainedOn, found, changed);
  return { ...trainedOn, found: found.examples, changed, holds: why === null, why };
}

function whyNot(recorded: TrainedOn, found: TrainedOn, changed: number): string | null {
  const gone = recorded.examples - found.examples;
  if (gone > 0) return `${gone} of the ${recorded.examples} examples have been erased`;
  if (found.sha256 !== recorded.sha256)
    return 'the examples, or what was decided of them, were changed outside of Espalier';
  if (changed > 0)
    return `${changed} of the ${recorded.examples} examples have another label or weight now, or are quarantined; as they stood then they have the recorded hash`;
  return null;
}
