/** Opening a database: made, brought up to date, or refused with not a byte changed. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openStore } from '#espalier/store/database.js';
import { countEmbeddings, saveEmbeddings } from '#espalier/store/embeddings.js';
import { errorOf } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const root = temporaryFolder();
const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));
let folders = 0;

function newPath(): string {
  const folder = join(root, `${folders++}`);
  mkdirSync(folder);
  return join(folder, 'espalier.db');
}

/** Refused with `code`, and neither changed nor with files left beside it. */
async function expectRefusal(path: string, code: string): Promise<void> {
  const before = readFileSync(path);
  const error = await errorOf(openStore(path));
  expect(error.code).toBe(code);
  expect(error.at?.file).toBe(path);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(dirname(path))).toEqual([basename(path)]);
}

async function writeStore(): Promise<string> {
  const path = newPath();
  const store = await openStore(path);
  const vectors = Array.from({ length: 50 }, (_, index) => ({
    hash: `${index}`,
    vector: new Float32Array(256).fill(index),
  }));
  await saveEmbeddings(store, 'encoder', vectors);
  await store.close();
  return path;
}

/** Something else writes into the file. */
function withDatabase(path: string, work: (database: SqliteDatabase.Database) => void): void {
  const database = new SqliteDatabase(path);
  work(database);
  database.close();
}

describe('openStore', () => {
  it('makes the database and its folder where there is none', async () => {
    const path = join(root, 'not', 'there', 'yet.db');
    const store = await openStore(path);
    expect(await countEmbeddings(store, 'encoder')).toBe(0);
    await store.close();
  });

  it('finds again what was stored', async () => {
    const store = await openStore(await writeStore());
    expect(await countEmbeddings(store, 'encoder')).toBe(50);
    await store.close();
  });

  it('takes an empty file for a new database', async () => {
    const path = newPath();
    writeFileSync(path, '');
    const store = await openStore(path);
    expect(await countEmbeddings(store, 'encoder')).toBe(0);
    await store.close();
  });

  it('holds foreign keys', async () => {
    const store = await openStore(newPath());
    const membership = {
      adapter: 'a',
      example_id: 99,
      state: 'member',
      policy: 'p',
      score: 0,
      reason: '',
      since: '',
    } as const;
    await expect(store.queries.insertInto('buffer').values(membership).execute()).rejects.toThrow(/foreign key/i);
    await store.close();
  });
});

describe('several processes that open a new database at once', () => {
  it.each([1, 2, 3])('all succeed, and the migrations run once (round %i)', async () => {
    const path = newPath();
    const children = [1, 2, 3, 4].map(() => startOpening(path));
    await Promise.all(children.map((child) => child.ready));
    for (const child of children) child.process.stdin.end('go\n');
    expect(await Promise.all(children.map((child) => child.outcome))).toEqual(children.map(() => 'opened'));
    const store = await openStore(path);
    const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(store.queries);
    const newest = readdirSync(join(projectRoot, 'replay-store', 'migrations', 'sqlite'))
      .sort()
      .at(-1)!;
    expect(rows[0]!.user_version).toBe(Number.parseInt(newest, 10));
    await store.close();
  });
});

describe('STORE_NEWER', () => {
  it('a database with a later schema is refused unchanged', async () => {
    const path = await writeStore();
    withDatabase(path, (database) => database.pragma('user_version = 99'));
    await expectRefusal(path, 'STORE_NEWER');
  });

  it('also one that is not in WAL mode, as a copy may be', async () => {
    const path = await writeStore();
    withDatabase(path, (database) => {
      database.pragma('journal_mode = DELETE');
      database.pragma('user_version = 99');
    });
    await expectRefusal(path, 'STORE_NEWER');
  });
});

describe('STORE_CORRUPT', () => {
  it('a file that is not a database', async () => {
    const path = newPath();
    writeFileSync(path, 'These are notes, and quite long ones. '.repeat(500));
    await expectRefusal(path, 'STORE_CORRUPT');
  });

  it('a database of another program', async () => {
    const path = newPath();
    withDatabase(path, (database) =>
      database.exec('CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES (1)'),
    );
    await expectRefusal(path, 'STORE_CORRUPT');
  });

  it('a database of another program that has the same schema version', async () => {
    const path = newPath();
    withDatabase(path, (database) => {
      database.pragma('user_version = 1');
      database.pragma('application_id = 1234');
      database.exec('CREATE TABLE examples (url TEXT)');
    });
    await expectRefusal(path, 'STORE_CORRUPT');
  });

  it.each([0.9, 0.5, 0.1])('a database that was cut off at %f of its length', async (share) => {
    const path = await writeStore();
    truncateSync(path, Math.floor(readFileSync(path).length * share));
    await expectRefusal(path, 'STORE_CORRUPT');
  });

  it('a database that ends within its header', async () => {
    const path = await writeStore();
    truncateSync(path, 50);
    await expectRefusal(path, 'STORE_CORRUPT');
  });
});

/** A process that opens the store when its standard input ends. */
function startOpening(path: string) {
  const script = `
    import { openStore } from '#espalier/store/database.js';
    process.stdout.write('ready');
    process.stdin.resume().once('end', async () => {
      try {
        await (await openStore(process.argv[1])).close();
        process.stdout.write(' opened');
      } catch (error) {
        process.stdout.write(' ' + error.code + ' ' + error.message);
      }
    });`;
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
    cwd: projectRoot,
  });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (data) => {
      output += data;
      resolve();
    });
  });
  const outcome = new Promise<string>((resolve) => child.once('close', () => resolve(output.replace('ready ', ''))));
  return { process: child, ready, outcome };
}
