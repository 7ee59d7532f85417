/** Makes the buffer's members those of a snapshot. */
import { applyReselection } from '../decisions/reselect.js';
import { prepareRestoration } from '../decisions/restore-snapshot.js';
import { readDeclaration } from '../declaration/workspace.js';
import { listExamplesById } from '../store/examples.js';
import { changedLabels, type Reselected, type ReselectedLabel } from './reselect.js';
import type { Site } from './site.js';

export interface RestoreSettings {
  /** Tells what would change, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Why; kept for ever. Required unless it is a dry run. */
  readonly reason?: string | undefined;
}

export interface Restoration {
  readonly adapter: string;
  /** The champion whose buffer it is. */
  readonly champion: number;
  /** The version whose snapshot it is. */
  readonly snapshot: number;
  /** Whether it was written; false of a dry run. */
  readonly applied: boolean;
  readonly in: number;
  readonly out: number;
  /** Number of the snapshot's members that have been erased. */
  readonly gone: number;
  /** Numbers of the snapshot's members that stay out, since they are quarantined. */
  readonly quarantined: readonly number[];
  /** Numbers of other members that stay, since they are pinned. */
  readonly pinned: readonly number[];
  readonly labels: readonly ReselectedLabel[];
  readonly changes: readonly Reselected[];
}

/**
 * @throws ADAPTER_NOT_FOUND, NO_CHAMPION, SNAPSHOT_NOT_FOUND, SNAPSHOT_TOO_LARGE, BUFFER_CHANGED, STORE_CORRUPT, USAGE
 */
export async function restoreSnapshot(
  { workspace, store, actor, now }: Pick<Site, 'workspace' | 'store' | 'actor' | 'now'>,
  adapter: string,
  version: number,
  { dryRun = false, reason = '' }: RestoreSettings,
): Promise<Restoration> {
  const declaration = await readDeclaration(workspace, adapter);
  const prepared = await prepareRestoration(store.queries, declaration, { version, now });
  const ids = prepared.changes.map(({ exampleId }) => exampleId);
  const examples = new Map((await listExamplesById(store, ids)).map((example) => [example.id, example]));
  const changes = prepared.changes.map(({ exampleId: id, state, reason: why }): Reselected => {
    const { task, label, domain } = examples.get(id)!;
    return { id, task, label, domain, state, reason: why };
  });
  if (!dryRun) await applyReselection(store, prepared, { actor, reason, at: now });
  return {
    ...{ adapter, champion: prepared.champion, snapshot: version, applied: !dryRun },
    in: changes.filter(({ state }) => state === 'member').length,
    out: changes.filter(({ state }) => state === 'evicted').length,
    gone: prepared.snapshot.gone,
    ...{ quarantined: prepared.quarantined, pinned: prepared.pinned },
    ...{ labels: changedLabels(declaration, changes), changes },
  };
}
