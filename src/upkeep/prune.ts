/** Removes what nothing needs any longer, and keeps in the audit what it was. */
import { diskError } from '../core/files.js';
import { type Principal, recordAct } from '../store/audit.js';
import { transact } from '../store/database.js';
import { listPrunable, type Prunable, type PrunableKind, type PruneSettings, survey } from './prunable.js';
import type { UpkeepSite } from './site.js';

export interface Pruned {
  readonly kind: PrunableKind;
  readonly what: string;
  readonly adapter: string | null;
  readonly bytes: number;
}

export interface Pruning {
  /** Whether it only says what would go. */
  readonly dryRun: boolean;
  readonly pruned: readonly Pruned[];
  /** Of all of it. */
  readonly bytes: number;
}

/** What would go. @throws DECLARATION_INVALID, STORE_CORRUPT */
export async function planPruning(site: UpkeepSite, settings: PruneSettings): Promise<Pruning> {
  const things = await listPrunable(site, site.store.queries, settings, await survey(site));
  return summarise(things, true);
}

/**
 * The audit says that a version is gone before its files go: from then on it is refused, so that no decision can rest on
 * files that are about to be removed, and a process that is killed between the two leaves files that the next call
 * removes.
 * @throws DECLARATION_INVALID, STORE_CORRUPT, DISK_READ_ONLY
 */
export async function prune(site: UpkeepSite, settings: PruneSettings, principal: Principal): Promise<Pruning> {
  const surveyed = await survey(site);
  const things = await transact(site.store, async (transaction) => {
    const listed = await listPrunable(site, transaction, settings, surveyed);
    for (const { adapter, what, bytes, kind, removeRows } of listed) {
      await removeRows(transaction);
      await recordAct(transaction, {
        at: site.now,
        principal,
        act: 'pruned',
        adapter: adapter ?? everyAdapter,
        subject: what,
        detail: { kind, bytes },
      });
    }
    return listed;
  });
  for (const { removeFiles } of things)
    await removeFiles().catch((thrown: unknown) => {
      throw diskError(thrown, site.workspace.root);
    });
  return summarise(things, false);
}

/** Stands in the audit where something is no adapter's. */
const everyAdapter = '*';

function summarise(things: readonly Prunable[], dryRun: boolean): Pruning {
  return {
    dryRun,
    pruned: things.map(({ kind, what, adapter, bytes }) => ({ kind, what, adapter, bytes })),
    bytes: things.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
