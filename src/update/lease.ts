/**
 * Leases of runs. An owner's name identifies its process, so that the lease of a dead process on this machine need not
 * be waited for.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { EspalierError } from '../core/errors.js';
import { isGone, markInWords, ownMark, parseMark } from '../core/process-mark.js';
import { type Store, storeTime } from '../store/database.js';
import { leaseMilliseconds, type Run, type RunSummary, renewLease } from '../store/runs.js';

/** A new owner name, such as "desk-pc:4711-8812345-0a1b2c3d4e5f:1f2e3d4c". */
export function newOwner(): string {
  return `${hostname()}:${markInWords(ownMark())}:${randomUUID().slice(0, 8)}`;
}

/** Whether the process of an owner may still be running. For another machine or container only the lease can tell. */
export function mayBeAlive(owner: string): boolean {
  const mark = parseMark(owner.split(':')[1] ?? '');
  return mark === undefined || !isGone(mark);
}

/**
 * Whether a process works on the run; a run that is neither over nor live was interrupted, and can be resumed. `now` is
 * the clock that leases use, which is never `--at`.
 */
export function isLive(
  { status, owner, leaseUntil }: Pick<RunSummary, 'status' | 'owner' | 'leaseUntil'>,
  now: Date,
): boolean {
  return status === 'running' && new Date(leaseUntil) > now && mayBeAlive(owner);
}

export interface Lease {
  /**
   * Aborts with LEASE_LOST if another process continues the run, or with the error that keeps the store from being
   * written until the lease expires.
   */
  readonly lost: AbortSignal;
  stop(): void;
}

export interface LeaseTerms {
  /** Translates an error of the store. */
  readonly errorOf: (thrown: unknown) => unknown;
  /** Duration of one lease. */
  readonly milliseconds?: number;
}

/** Renews the lease of a run until stopped. */
export function keepRun(store: Store, run: Run): Lease {
  return keepLease(async () => renewLease(store, run, await storeTime(store)), { errorOf: store.engine.errorOf });
}

/** Renews a lease until stopped. `renew` writes it to the store. */
export function keepLease(
  renew: () => Promise<void>,
  { errorOf, milliseconds = leaseMilliseconds }: LeaseTerms,
): Lease {
  const controller = new AbortController();
  let until = Date.now() + milliseconds;
  const attempt = async () => {
    const began = Date.now();
    try {
      await renew();
      until = began + milliseconds;
    } catch (thrown) {
      const isLost = thrown instanceof EspalierError && thrown.code === 'LEASE_LOST';
      // The next attempt would come too late: another process may take the run over by then.
      if (isLost || Date.now() + milliseconds / 3 >= until) controller.abort(errorOf(thrown));
    }
  };
  const timer = setInterval(() => void attempt(), milliseconds / 3);
  timer.unref();
  return { lost: controller.signal, stop: () => clearInterval(timer) };
}
