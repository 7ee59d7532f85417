/**
 * A disk that fails, is full, or gives no more files ends a command with an error that says so, and the next one goes
 * on.
 */
import { copyFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, startEspalier, succeed } from '../support/command.js';
import {
  at,
  copyOf,
  databaseOf,
  declare,
  deskDeclaration,
  ingestWords,
  rowsOf,
  trainedDesk,
  withDatabase,
} from '../support/desk.js';
import { jsonLines } from '../support/suite.js';

let start: string;
beforeAll(async () => {
  start = await trainedDesk();
  await succeed(start, [...ingestWords('shipping'), ...at(11)]);
});

const update = ['update', 'desk', ...at(12)];
const preload = './fail-with.mjs';
const versionsOf = (folder: string) => readdirSync(join(folder, 'adapters', 'desk', 'versions'));

describe('an update where a file cannot be written', () => {
  it.each([
    ['open:EIO:adapter.onnx', 'DISK_FAILED'],
    ['sync:EIO:adapter.onnx', 'DISK_FAILED'],
    ['open:ENOSPC:analytic.json', 'DISK_FULL'],
    ['open:EMFILE:adapter.onnx', 'TOO_MANY_FILES'],
    ['open:ENFILE:manifest.json', 'TOO_MANY_FILES'],
    ['open:ESTALE:manifest.json', 'DISK_FAILED'],
  ])('%s is %s, and the next update ends what it began', async (fault, code) => {
    const folder = copyOf(start);
    const failed = await espalier(folder, update, { preload, environment: { ESPALIER_TEST_FAIL: fault } });
    expect([failed.code, failed.stdout, failed.stderr]).toEqual([
      1,
      '',
      expect.stringContaining(`[${code}]\n  at    /`),
    ]);
    expect(versionsOf(folder)).toEqual(['1']);
    expect(rowsOf(folder, 'select status from runs where id = 2')).toEqual([{ status: 'running' }]);
    expect(await succeed(folder, update)).toContain('an earlier run was taken over at its stage');
  });
});

describe('a store whose disk fails', () => {
  it.each([
    ['sql:SQLITE_IOERR_WRITE:insert', 'DISK_FAILED'],
    ['sql:SQLITE_IOERR_FSYNC:insert', 'DISK_FAILED'],
    ['sql:SQLITE_FULL:insert', 'DISK_FULL'],
    ['sql:SQLITE_CANTOPEN:select', 'DISK_READ_ONLY'],
    ['sql:SQLITE_READONLY_DBMOVED:insert', 'DISK_READ_ONLY'],
    ['sql:SQLITE_BUSY_SNAPSHOT:insert', 'STORE_BUSY'],
  ])('%s is %s for an intake, of which nothing stays', async (fault, code) => {
    const folder = copyOf(start);
    const input = jsonLines([{ text: 'one more parcel is missing', label: 'missing_parcel' }]);
    const words = ['ingest', '-', '--adapter', 'desk', '--domain', 'more', ...at(12)];
    const failed = await espalier(folder, words, { input, preload, environment: { ESPALIER_TEST_FAIL: fault } });
    expect([failed.code, failed.stdout, failed.stderr]).toEqual([1, '', expect.stringContaining(`[${code}]`)]);
    expect(rowsOf(folder, "select count(*) as count from examples where domain = 'more'")).toEqual([{ count: 0 }]);
  });
});

describe('a store that is not where it was', () => {
  /** Some seconds of training. */
  const slow = deskDeclaration((source) =>
    source.replace('epochs: 20', 'epochs: 400').replace('batchSize: 16', 'batchSize: 1'),
  );

  it.each([
    ['moved away', (_: string, path: string) => renameSync(path, `${path}.aside`), 'was removed or moved away'],
    [
      'replaced',
      (folder: string, path: string) => {
        renameSync(path, `${path}.aside`);
        copyFileSync(databaseOf(folder), path);
      },
      'was replaced by another file',
    ],
  ])('%s in mid-update ends it with STORE_GONE, and nothing is proposed', async (_, change, words) => {
    const folder = copyOf(start);
    declare(folder, slow);
    const running = startEspalier(folder, ['update', 'desk', '--strategy', 'finetune', ...at(12)]);
    await running.says('  mix ');
    change(start, databaseOf(folder));
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${databaseOf(folder)} ${words} while it was in use [STORE_GONE]`);
    expect(versionsOf(folder)).toEqual(['1']);
    renameSync(`${databaseOf(folder)}.aside`, databaseOf(folder));
    expect(rowsOf(folder, 'select id from candidates')).toEqual([{ id: 1 }]);
  });
});

describe('a run at a stage that this Espalier does not know', () => {
  it('ends the update at once with STORE_NEWER, and leaves the run as it is', async () => {
    const folder = copyOf(start);
    await espalier(folder, update, { preload: './die-at.mjs', environment: { ESPALIER_TEST_DIE_AT: 'mix:after' } });
    withDatabase(folder, (database) => database.exec("update runs set stage = 'distil' where id = 2"));
    const running = startEspalier(folder, update);
    const stop = setTimeout(() => running.process.kill('SIGKILL'), 20_000);
    const { code, stderr } = await running.outcome;
    clearTimeout(stop);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('at the stage `distil`, which this Espalier does not know [STORE_NEWER]'),
    ]);
    expect(rowsOf(folder, 'select stage, status from runs where id = 2')).toEqual([
      { stage: 'distil', status: 'running' },
    ]);
  });
});
