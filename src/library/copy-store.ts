/** Copies the database of a workspace to another place: from a file to a server, or back. */
import { EspalierError } from '../core/errors.js';
import { listAdapterNames } from '../declaration/workspace.js';
import { type CopiedTable, copyStore } from '../store/copy.js';
import { openStore, storeTime } from '../store/database.js';
import { findUnfinishedRun } from '../store/unfinished.js';
import { isLive } from '../update/lease.js';
import type { Site } from './site.js';

export interface StoreCopy {
  readonly from: string;
  /** Without a password. */
  readonly to: string;
  /** Rows that were copied, table by table; each was read back and compared. */
  readonly tables: readonly CopiedTable[];
}

/**
 * The workspace goes on with its own database until it is told otherwise.
 * @param to path of a file, or `postgres://user@host/database`; new or empty
 * @throws STORE_NOT_EMPTY, UPDATE_RUNNING where an update is at work, INTERRUPTED, and what opening a store throws
 */
export async function copyStoreTo({ workspace, store, signal, progress }: Site, to: string): Promise<StoreCopy> {
  for (const adapter of await listAdapterNames(workspace)) {
    const run = await findUnfinishedRun(store.queries, adapter);
    if (run && isLive(run, await storeTime(store)))
      throw new EspalierError(
        'UPDATE_RUNNING',
        `run ${run.id} of ${adapter} is at work: it would go on in the original`,
      );
  }
  const target = await openStore(to);
  try {
    progress.begin('copy');
    const tables = await copyStore(store, target, {
      signal,
      progress: (done, total) => progress.advance(done, total, 'rows'),
    });
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    progress.end(`${rows} rows, read back and compared`);
    return { from: store.location, to: target.location, tables };
  } finally {
    await target.close();
  }
}
