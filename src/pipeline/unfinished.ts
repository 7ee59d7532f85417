/** Whether a process still works on a run that has not ended. */
import type { UnfinishedRun } from '../store/unfinished.js';
import { mayBeAlive } from './lease.js';

/** `now` is the clock that leases go by, which is never `--at`. */
export function isHeld({ owner, leaseUntil }: Pick<UnfinishedRun, 'owner' | 'leaseUntil'>, now: Date): boolean {
  return new Date(leaseUntil) > now && mayBeAlive(owner);
}
