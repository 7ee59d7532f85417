import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EspalierError } from '#espalier/core/errors.js';
import { ownMark } from '#espalier/core/process-mark.js';
import { sqliteError as sqliteErrorOf } from '#espalier/store/sqlite/errors.js';
import { isLive, keepLease, mayBeAlive, newOwner } from '#espalier/update/lease.js';

const path = '/work/espalier.db';
const terms = { errorOf: (thrown: unknown) => sqliteErrorOf(thrown, path), milliseconds: 150 };
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const sqliteError = (code: string) => Object.assign(new Error('the disk says no'), { code });

describe('an owner', () => {
  it('that runs may be alive', () => {
    expect(mayBeAlive(newOwner())).toBe(true);
  });

  it.skipIf(!existsSync('/proc/self/stat'))('is gone where its number is that of a process which started later', () => {
    const { pid, started, place } = ownMark();
    expect(mayBeAlive(`desk-pc:${pid}-${Number(started) - 1}-${place}:1f2e3d4c`)).toBe(false);
  });

  it('as earlier versions named it may be alive: only its lease can tell', () => {
    expect(mayBeAlive('desk-pc:4711:1f2e3d4c')).toBe(true);
  });

  it('whose lease is over is not at work, although its process is', () => {
    const now = new Date('2026-11-24T09:00:00Z');
    const row = { status: 'running', owner: newOwner(), leaseUntil: '2026-11-24T09:01:00Z' } as const;
    expect(isLive(row, now)).toBe(true);
    expect(isLive({ ...row, leaseUntil: '2026-11-24T08:59:00Z' }, now)).toBe(false);
    expect(isLive({ ...row, status: 'done' }, now)).toBe(false);
  });
});

describe('a lease', () => {
  it('that another process took ends at once', async () => {
    const lost = new EspalierError('LEASE_LOST', 'taken over');
    const lease = keepLease(() => Promise.reject(lost), terms);
    await pause(75);
    expect(lease.lost.reason).toBe(lost);
    lease.stop();
  });

  it('that cannot be written until it is over ends with what the store says, before it is over', async () => {
    const began = Date.now();
    const lease = keepLease(() => Promise.reject(sqliteError('SQLITE_IOERR_WRITE')), terms);
    await new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
    expect(Date.now() - began).toBeLessThan(terms.milliseconds + 50);
    expect(lease.lost.reason).toMatchObject({ code: 'DISK_FAILED', at: { file: path } });
    lease.stop();
  });

  it('that can be written again in time goes on', async () => {
    let attempts = 0;
    const lease = keepLease(
      () => (attempts++ % 2 === 0 ? Promise.reject(sqliteError('SQLITE_BUSY')) : Promise.resolve()),
      terms,
    );
    await pause(400);
    expect(attempts).toBeGreaterThan(3);
    expect(lease.lost.aborted).toBe(false);
    lease.stop();
  });
});
