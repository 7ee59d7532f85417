/** Who holds a run: owners are named so that the leases of dead processes on this machine need not be waited for. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { EspalierError } from '../core/errors.js';
import type { Store } from '../store/database.js';
import { leaseMilliseconds, type Run, renewLease } from '../store/runs.js';

export function newOwner(): string {
  return `${hostname()}:${process.pid}:${randomUUID()}`;
}

/** Whether the process behind an owner may still be there. Of another machine only the lease can tell. */
export function mayBeAlive(owner: string): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Renews the lease until stopped. Once it is lost, `lost` aborts: another process goes on with the run. */
export function keepLease(store: Store, run: Run): { lost: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const timer = setInterval(() => {
    renewLease(store, run, new Date()).catch((thrown) => {
      if (thrown instanceof EspalierError && thrown.code === 'LEASE_LOST') controller.abort(thrown);
    });
  }, leaseMilliseconds / 3);
  timer.unref();
  return { lost: controller.signal, stop: () => clearInterval(timer) };
}
