/** Looks after a workspace: backups, examinations, and what can go. */
import { statfs } from 'node:fs/promises';
import { diskError } from '../core/files.js';
import { noProgress } from '../core/progress.js';
import type { Fingerprints } from '../encoder/fingerprint.js';
import { type Backup, backUp } from '../upkeep/backup.js';
import { type Examination, examine } from '../upkeep/doctor.js';
import { usualSettings } from '../upkeep/prunable.js';
import { type Pruning, planPruning, prune } from '../upkeep/prune.js';
import { type Restored, restore } from '../upkeep/restore.js';
import type { UpkeepSite } from '../upkeep/site.js';
import { findDeclaredFingerprints } from './declared-encoder.js';
import { placeOfVersions } from './open-workspace.js';
import { type Call, progressFor, type Site } from './site.js';

/** @throws FILE_EXISTS, ADAPTER_INVALID, STORE_CORRUPT, INTERRUPTED, DISK_FULL */
export function backUpWorkspace(site: Site, file: string): Promise<Backup> {
  return backUp(upkeepSite(site), file);
}

/**
 * Makes a workspace of a backup; nothing is restored where one hash differs.
 * @param file a path
 * @param into a folder that is new or empty
 * @throws FILE_EXISTS, FILE_NOT_FOUND, BACKUP_INVALID, STORE_NEWER, INTERRUPTED, DISK_FULL
 */
export function restoreBackup(
  file: string,
  into: string,
  { onProgress, signal = new AbortController().signal, progress }: RestoreCall = {},
): Promise<Restored> {
  const told = progress ?? (onProgress === undefined ? noProgress : progressFor(onProgress));
  return restore({ file, into, placeAt: placeOfVersions, progress: told, signal });
}

type RestoreCall = Pick<Call, 'onProgress' | 'signal'> & { readonly progress?: Site['progress'] | undefined };

/** Reads everything and writes nothing. @throws INTERRUPTED */
export function examineWorkspace(site: Site): Promise<Examination> {
  return examine(upkeepSite(site));
}

export interface PruneCall {
  /** Only say what would go. */
  readonly dryRun?: boolean | undefined;
  /** The newest versions of each adapter that stay, beside those that are needed; usually 5. */
  readonly keep?: number | undefined;
  /** Files of rejected rows stay for so many days; usually 90. */
  readonly rejectsDays?: number | undefined;
}

/** @throws DECLARATION_INVALID, STORE_CORRUPT, DISK_READ_ONLY */
export function pruneWorkspace(site: Site, { dryRun = false, ...settings }: PruneCall): Promise<Pruning> {
  const keep = settings.keep ?? usualSettings.keep;
  const rejectsDays = settings.rejectsDays ?? usualSettings.rejectsDays;
  if (dryRun) return planPruning(upkeepSite(site), { keep, rejectsDays });
  return prune(upkeepSite(site), { keep, rejectsDays }, site.actor);
}

function upkeepSite({ workspace, environment, ...site }: Site): UpkeepSite {
  return {
    ...site,
    workspace,
    findFingerprints: (declaration): Promise<Fingerprints | undefined> =>
      findDeclaredFingerprints(declaration, workspace, environment),
    freeBytes,
  };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder).catch((thrown: unknown) => {
    throw diskError(thrown, folder);
  });
  return bavail * bsize;
}
