/** The folders in which runs keep what they train, until a candidate is made of it. */
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError } from '../core/files.js';
import { runFolder, type Workspace } from '../declaration/workspace.js';
import type { Run } from '../store/runs.js';

/**
 * An adapter has one unfinished run at most. When that has just begun, whatever lies here is of runs that are over;
 * where a database was restored from a backup, even under the number that the run now has.
 */
export async function clearRunFolders(workspace: Workspace, { adapter, id }: Run): Promise<void> {
  const folder = dirname(runFolder(workspace, adapter, id));
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (thrown) {
    throw diskError(thrown, folder);
  }
}
