/** Who acts, where nobody says so. */
import { userInfo } from 'node:os';

/** ESPALIER_ACTOR, else the user. In a container the user id often has no name, which Node reports as an error. */
export function usualActor({ ESPALIER_ACTOR, LOGNAME, USER }: NodeJS.ProcessEnv): string {
  return ESPALIER_ACTOR || userName() || LOGNAME || USER || `uid ${process.getuid?.() ?? 'unknown'}`;
}

function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
