/** Where a user's machine keeps what can be fetched or made again: converted models, and a current Node.js. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Undefined where the environment names no folder and the user has no home. */
export function cacheFolderOf({ ESPALIER_CACHE, XDG_CACHE_HOME }: NodeJS.ProcessEnv): string | undefined {
  if (ESPALIER_CACHE) return ESPALIER_CACHE;
  const base = XDG_CACHE_HOME || (homeFolder() && join(homeFolder()!, '.cache'));
  return base && join(base, 'espalier');
}

/** A user id without a name has no home folder that the system knows. */
export function homeFolder(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}
