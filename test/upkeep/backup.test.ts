/** A backup holds a consistent pair of database and versions, and gives back a workspace that is the same. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { entry, espalier, succeed, succeedJson } from '../support/command.js';
import { at, copyOf, databaseOf, ingestWords, rowsOf, trainedDesk } from '../support/desk.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let desk: string;
let made: string;
const place = temporaryFolder();

beforeAll(async () => {
  desk = await trainedDesk();
  await succeed(desk, [...ingestWords('shipping'), ...at(11)]);
  await succeed(desk, ['update', 'desk', ...at(12)]);
  made = join(place, 'desk.tar');
  await succeed(desk, ['backup', made, ...at(13)]);
});

const versionsIn = (folder: string) => join(folder, 'adapters', 'desk', 'versions');

function bytesUnder(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    names
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}

const tables = ['adapters', 'examples', 'embeddings', 'candidates', 'decisions', 'audit', 'runs', 'eval_results'];

describe('espalier backup', () => {
  it('writes a file that only its owner can read, and leaves nothing beside it', () => {
    expect(statSync(made).mode & 0o777).toBe(0o600);
    expect(readdirSync(place)).toEqual(['desk.tar']);
  });

  it('is refused where the file is there', async () => {
    const before = readFileSync(made);
    const { code, stderr } = await espalier(desk, ['backup', made]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[FILE_EXISTS]')]);
    expect(readFileSync(made)).toEqual(before);
  });

  it('tells what it holds', async () => {
    const file = join(place, 'told.tar');
    const told = await succeedJson<Record<string, unknown>>(desk, ['backup', file]);
    expect(told).toMatchObject({
      file,
      bytes: statSync(file).size,
      versions: [
        { adapter: 'desk', version: 1 },
        { adapter: 'desk', version: 2 },
      ],
      missing: [],
    });
  });

  it('of a workspace whose champion is damaged is refused, and writes nothing', async () => {
    const damaged = copyOf(desk);
    writeFileSync(join(versionsIn(damaged), '1', 'adapter.onnx'), 'not a model');
    const { code, stderr } = await espalier(damaged, ['backup', 'damaged.tar']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[ADAPTER_INVALID]')]);
    expect(readdirSync(damaged).filter((name) => name.startsWith('damaged'))).toEqual([]);
  });

  it('names other versions that are damaged, and goes without them', async () => {
    const damaged = copyOf(desk);
    writeFileSync(join(versionsIn(damaged), '2', 'adapter.onnx'), 'not a model');
    const told = await succeedJson<{ missing: unknown; versions: unknown }>(damaged, ['backup', 'damaged.tar']);
    expect(told.versions).toEqual([{ adapter: 'desk', version: 1 }]);
    expect(told.missing).toEqual([
      { adapter: 'desk', version: 2, why: expect.stringContaining('SHA-256 differs from the manifest') },
    ]);
    expect(await succeed(damaged, ['restore', 'damaged.tar', '--into', 'again'])).toContain('version 1 is champion');
  });

  it('that the disk has no room for says so with the name of the file, and leaves nothing', async () => {
    for (const blocks of [50, 400]) {
      const limited = ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, entry, 'backup', 'large.tar'];
      const { status, stderr } = spawnSync('bash', limited, { cwd: desk, encoding: 'utf8' });
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/\/large\.tar.*\[DISK_F(ULL|AILED)\]\n {2}at {4}\/.*\/large\.tar\n/),
      ]);
      expect(readdirSync(desk).filter((name) => name.startsWith('large'))).toEqual([]);
    }
  });

  it('is made beside an intake and an update, and what it holds fits together', async () => {
    const busy = copyOf(desk);
    const work = (async () => {
      await succeed(busy, ['candidates', 'reject', '2', '--reason', 'a test', ...at(14)]);
      await succeed(busy, ['update', 'desk', ...at(15)]);
    })();
    const names = [1, 2, 3, 4].map((number) => `${number}.tar`);
    for (const name of names) await succeed(busy, ['backup', name]);
    await work;
    for (const name of names) {
      await succeed(busy, ['restore', name, '--into', `from-${name}`]);
      const again = join(busy, `from-${name}`);
      const proposed = rowsOf<{ version: number }>(again, 'select version from candidates order by version');
      expect(readdirSync(versionsIn(again)).map(Number).sort()).toEqual(proposed.map(({ version }) => version));
    }
  });
});

describe('espalier restore', () => {
  it('makes the workspace that was backed up: rows, files and answers are the same', async () => {
    const again = join(place, 'again');
    const said = await succeed(place, ['restore', made, '--into', 'again']);
    expect(said).toContain('desk: version 1 is champion and whole, of 2 versions');
    for (const table of tables)
      expect(rowsOf(again, `select * from ${table}`), table).toEqual(rowsOf(desk, `select * from ${table}`));
    expect(bytesUnder(versionsIn(again))).toEqual(bytesUnder(versionsIn(desk)));
    expect(bytesUnder(join(again, 'evals'))).toEqual(bytesUnder(join(desk, 'evals')));
    expect(statSync(databaseOf(again)).mode & 0o777).toBe(0o600);
    expect(statSync(versionsIn(again)).mode & 0o777).toBe(0o700);
    const words = ['predict', 'desk', 'where is my refund', '--json'];
    expect(await succeed(again, words)).toBe(await succeed(desk, words));
    expect(await succeed(again, ['candidates', 'verify', '2'])).toBe(
      await succeed(desk, ['candidates', 'verify', '2']),
    );
    const { adapters } = await succeedJson<{ adapters: unknown[] }>(again, ['status']);
    expect(adapters).toEqual([expect.objectContaining({ name: 'desk', champion: 1, damage: null, trouble: null })]);
    expect(readdirSync(again).sort()).toEqual(['adapters', 'evals', 'replay-store']);
  });

  it('fills an empty folder, and refuses one that holds anything', async () => {
    mkdirSync(join(place, 'empty'));
    await succeed(place, ['restore', made, '--into', 'empty']);
    const { code, stderr } = await espalier(place, ['restore', made, '--into', 'empty']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[FILE_EXISTS]')]);
  });

  it('goes on as the original would', async () => {
    await succeed(place, ['restore', made, '--into', 'on']);
    const on = join(place, 'on');
    await succeed(on, ['candidates', 'approve', '2', '--override', '--reason', 'a test', ...at(14)]);
    expect(await succeed(on, ['rollback', 'desk', '--reason', 'a test', ...at(15)])).toContain('back at version 1');
  });

  it('of a file that was changed in any place, cut off, or is none, puts nothing in place', async () => {
    const bytes = readFileSync(made);
    const spoiled: [string, Buffer][] = [
      ['cut', bytes.subarray(0, bytes.length / 2)],
      ['without its end', bytes.subarray(0, bytes.length - 8192)],
      ['none', Buffer.from('not a tar at all')],
      ['empty', Buffer.alloc(0)],
    ];
    for (const [index, share] of [0.001, 0.1, 0.3, 0.5, 0.7, 0.9].entries()) {
      const changed = Buffer.from(bytes);
      changed[Math.floor(changed.length * share)]! ^= 1;
      spoiled.push([`bit ${index}`, changed]);
    }
    for (const [what, content] of spoiled) {
      writeFileSync(join(place, 'spoiled.tar'), content);
      const { code, stderr } = await espalier(place, ['restore', 'spoiled.tar', '--into', 'spoiled']);
      expect([what, code, stderr]).toEqual([what, 1, expect.stringContaining('[BACKUP_INVALID]')]);
      expect(existsSync(join(place, 'spoiled'))).toBe(false);
      expect(readdirSync(place).filter((name) => name.includes('.part'))).toEqual([]);
    }
  });

  it('says that a file is not there', async () => {
    const { code, stderr } = await espalier(place, ['restore', 'nowhere.tar', '--into', 'nowhere']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[FILE_NOT_FOUND]')]);
  });
});
