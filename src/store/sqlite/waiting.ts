/** Waits for a database that another process has locked. */
import { setTimeout } from 'node:timers/promises';
import { systemCodeOf } from '../../core/errors.js';

/** Timeout of one statement, in SQLite itself. */
export const busyMilliseconds = 10_000;
const retryMilliseconds = 20;

/** Number of tries for an operation that fails at once. */
export const quickTries = busyMilliseconds / retryMilliseconds + 1;

/** Repeats `work` up to this many times, while another process has the database locked. */
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
