/** Opening a store on a server: made, brought up to date, or refused with nothing changed. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { lastArrival } from '#espalier/store/arrivals.js';
import { openStore, openStoreToRead, storeTime, transact } from '#espalier/store/database.js';
import { countEmbeddings } from '#espalier/store/embeddings.js';
import { parseServerLocation } from '#espalier/store/postgres/location.js';
import { errorOf } from '../../support/errors.js';
import { insertExamples, newExample, newSchema, temporaryStore, testServer } from '../../support/store.js';

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** Something else acts on the server. */
async function onServer(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: testServer });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const schemaOf = (address: string) => parseServerLocation(address).schema;

/** The same server as another user. */
function as(user: string, address: string): string {
  const url = new URL(address);
  url.username = user;
  return url.href;
}

describe('openStore', () => {
  it('makes the tables in a schema of their own, and finds them again', async () => {
    const address = newSchema();
    for (const _again of [1, 2]) {
      const store = await openStore(address);
      expect(await countEmbeddings(store, 'encoder')).toBe(0);
      await store.close();
    }
  });

  it('lets several processes make one at once', async () => {
    const address = newSchema();
    const script = `import { openStore } from '#espalier/store/database.js'; await (await openStore(process.argv[1])).close();`;
    const codes = await Promise.all(
      [1, 2, 3, 4].map(
        () =>
          new Promise((resolve) => {
            spawn(process.execPath, ['--input-type=module', '-e', script, address], {
              cwd: projectRoot,
              stdio: 'inherit',
            }).once('close', resolve);
          }),
      ),
    );
    expect(codes).toEqual([0, 0, 0, 0]);
  });

  it('tells the time of the server', async () => {
    const store = await temporaryStore();
    const { rows } = await sql<{ ms: number }>`select extract(epoch from now()) * 1000 as ms`.execute(store.queries);
    expect(Math.abs((await storeTime(store)).getTime() - rows[0]!.ms)).toBeLessThan(5_000);
  });
});

describe('is refused, and nothing changed', () => {
  it('STORE_NEWER: a schema that a newer Espalier wrote', async () => {
    const address = newSchema();
    await (await openStore(address)).close();
    await onServer(`insert into ${schemaOf(address)}.schema_version values (99)`);
    expect(await errorOf(openStore(address))).toMatchObject({ code: 'STORE_NEWER' });
    await onServer(`delete from ${schemaOf(address)}.schema_version where version = 99`);
  });

  it('STORE_CORRUPT: a schema of another program', async () => {
    await onServer(
      'drop schema if exists foreign_tables cascade',
      'create schema foreign_tables',
      'create table foreign_tables.x (a int)',
    );
    const error = await errorOf(openStore(`${testServer}?schema=foreign_tables`));
    expect([error.code, error.message]).toEqual([
      'STORE_CORRUPT',
      expect.stringContaining('tables of another program'),
    ]);
    await onServer('drop schema foreign_tables cascade');
  });

  it.each([
    ['STORE_DENIED', 'a database that is not there', { pathname: '/nowhere' }],
    ['STORE_DENIED', 'a user that is not there', { username: 'nobody-here' }],
    ['STORE_UNREACHABLE', 'a port where nothing listens', { port: '1' }],
    ['STORE_UNREACHABLE', 'a host that is not there', { hostname: 'nowhere.invalid' }],
  ])('%s: %s; the password is not told', async (code, _what, change) => {
    const url = Object.assign(new URL(testServer!), { password: 'secret-word' }, change);
    const error = await errorOf(openStore(url.href));
    expect(error.code).toBe(code);
    expect(JSON.stringify([error.message, error.hint, error.at])).not.toContain('secret-word');
  });

  it.each([
    'postgres://host',
    'postgres://host/',
    'postgres://host/db?schema=pg_temp',
    'postgres://host/db?schema=a"b',
    'postgres://:x',
  ])('DATABASE_INVALID: %s', async (address) => {
    expect((await errorOf(openStore(address))).code).toBe('DATABASE_INVALID');
  });
});

describe('a user who may only read', () => {
  it('reads what is up to date, and writes nothing', async () => {
    const address = newSchema();
    await (await openStore(address)).close();
    const [schema, reader] = [schemaOf(address), `reader_of_${schemaOf(address)}`];
    await onServer(
      `create role ${reader} login`,
      `grant usage on schema ${schema} to ${reader}`,
      `grant select on all tables in schema ${schema} to ${reader}`,
    );
    const store = await openStoreToRead(as(reader, address));
    expect(await lastArrival(store.queries, 'desk')).toBe(0);
    const write = transact(store, (transaction) => insertExamples(transaction, 'desk', [newExample({ text: 'one' })]));
    expect((await errorOf(write)).code).toBe('STORE_DENIED');
    await store.close();
    await onServer(`drop owned by ${reader}`, `drop role ${reader}`);
  });

  it('STORE_OUTDATED: is refused where tables would have to be made', async () => {
    const address = newSchema();
    const error = await errorOf(openStoreToRead(`${address}&options=-c%20default_transaction_read_only%3Don`));
    expect(error.code).toBe('STORE_OUTDATED');
  });
});

describe('STORE_UNREACHABLE: a connection that is cut', () => {
  it('in a transaction undoes it, and the store is there for the next one', async () => {
    const store = await temporaryStore();
    const cut = transact(store, async (transaction) => {
      await insertExamples(transaction, 'desk', [newExample({ text: 'one' })]);
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
      await onServer(`select pg_terminate_backend(${rows[0]!.pid})`);
      await insertExamples(transaction, 'desk', [newExample({ text: 'two' })]);
    });
    expect((await errorOf(cut)).code).toBe('STORE_UNREACHABLE');
    expect(await lastArrival(store.queries, 'desk')).toBe(0);
    await transact(store, (transaction) => insertExamples(transaction, 'desk', [newExample({ text: 'three' })]));
    expect(await lastArrival(store.queries, 'desk')).toBe(1);
  });
});

it('TEXT_INVALID: a text with the character NUL is refused, where SQLite would keep it', async () => {
  const store = await temporaryStore();
  const write = transact(store, (transaction) =>
    insertExamples(transaction, 'desk', [newExample({ text: 'a\u0000b' })]),
  );
  expect((await errorOf(write)).code).toBe('TEXT_INVALID');
});
