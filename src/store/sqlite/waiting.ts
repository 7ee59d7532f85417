/** Waiting for a database that another process holds. */
import { setTimeout } from 'node:timers/promises';
import { systemCodeOf } from '../../core/errors.js';

/** For one statement, by SQLite itself. */
export const busyMilliseconds = 10_000;
const retryMilliseconds = 20;

/** Enough tries for one that fails at once. */
export const quickTries = busyMilliseconds / retryMilliseconds + 1;

/** Tries so many times, as long as another process holds the database. */
export async function untilFree(work: () => unknown, times: number): Promise<void> {
  for (let left = times - 1; ; left--) {
    try {
      await work();
      return;
    } catch (thrown) {
      if (left <= 0 || !systemCodeOf(thrown)?.startsWith('SQLITE_BUSY')) throw thrown;
      await setTimeout(retryMilliseconds);
    }
  }
}
