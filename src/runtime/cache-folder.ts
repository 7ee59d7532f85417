/** The user's cache folder, for files that can be fetched or made again: converted models, and a current Node.js. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Undefined if the environment names no folder and the user has no home. */
export function cacheFolderOf({ ESPALIER_CACHE, XDG_CACHE_HOME }: NodeJS.ProcessEnv): string | undefined {
  if (ESPALIER_CACHE) return ESPALIER_CACHE;
  const base = XDG_CACHE_HOME || (homeFolder() && join(homeFolder()!, '.cache'));
  return base && join(base, 'espalier');
}

/** Undefined for a user id without a name, whose home folder the system does not know. */
export function homeFolder(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}
