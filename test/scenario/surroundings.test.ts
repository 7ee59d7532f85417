/** What the system around a command may lack: a name of the user, a home folder, a umask that keeps others out. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { entry, espalier, nodeFor, startEspalier, succeed } from '../support/command.js';
import { at, copyOf, databaseOf, ingestWords, rowsOf, trainedDesk, writeDesk } from '../support/desk.js';

const nameless = 54_321;

/** Only root can become somebody else, who must be able to read the checkout. */
const canBeNameless =
  process.getuid?.() === 0 &&
  spawnSync(nodeFor(nameless), [entry, '--version'], { uid: nameless, gid: nameless, env: {} }).status === 0;

/** The paths of everything in a folder, itself first. */
function pathsIn(folder: string): string[] {
  return [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))];
}

describe.skipIf(!canBeNameless)('a user id without a name and without a home', () => {
  const bare = { user: nameless, bare: true } as const;
  let folder: string;
  beforeAll(() => {
    folder = writeDesk();
    chmodSync(dirname(folder), 0o755);
    for (const path of pathsIn(folder)) chownSync(path, nameless, nameless);
  });

  it('can take examples, and is in the audit by its number', async () => {
    await succeed(folder, ingestWords('billing'), bare);
    expect(rowsOf(folder, 'select distinct actor from audit')).toEqual([{ actor: `uid ${nameless}` }]);
  });

  it('is told what to set where an encoder needs a folder for its model', async () => {
    const { code, stderr } = await espalier(folder, ['update', 'desk', ...at(9)], bare);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/\[CACHE_UNKNOWN\]\n {2}hint {2}Set ESPALIER_CACHE to a folder/),
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('what holds texts of users', () => {
  let folder: string;
  beforeAll(async () => {
    const before = process.umask(0o022);
    try {
      folder = await trainedDesk();
      const input = '{"text": "", "label": "refund_status"}\n{"text": "where is my money", "label": "refund_status"}\n';
      await succeed(folder, ['ingest', '-', '--adapter', 'desk', '--domain', 'more', ...at(11)], { input });
    } finally {
      process.umask(before);
    }
  });
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

  it('is for its owner alone under a umask that lets everybody read', () => {
    const versions = join(folder, 'adapters', 'desk', 'versions');
    const paths = [databaseOf(folder), ...pathsIn(join(folder, 'replay-store', 'rejects')), ...pathsIn(versions)];
    expect(paths.length).toBeGreaterThan(6);
    const modes = paths.map((path) => [path, modeOf(path)]);
    expect(modes).toEqual(paths.map((path) => [path, statSync(path).isDirectory() ? '700' : '600']));
  });

  it('is so in the log beside the database too, while a command is at work', async () => {
    const copy = copyOf(folder);
    const update = startEspalier(copy, ['update', 'desk', ...at(12)]);
    await update.says('  encode ');
    update.process.kill('SIGSTOP');
    const beside = ['-wal', '-shm'].map((suffix) => modeOf(`${databaseOf(copy)}${suffix}`));
    update.process.kill('SIGCONT');
    expect(beside).toEqual(['600', '600']);
    expect((await update.outcome).code).toBe(0);
  });
});
