/**
 * Loaded before the command: one kind of call fails with an error of the system, as on a broken or crowded disk, where
 * ESPALIER_TEST_FAIL says so.
 *
 *   open:CODE:PART   a file whose path holds PART cannot be opened by `fs/promises`
 *   sync:CODE:PART   it can be opened and written, and then not be flushed
 *   sql:CODE:PART    a statement that begins with PART fails in SQLite
 *   stray:KIND:      an `exception` or a `rejection` comes up that nobody waits for, while the command is at work
 */
import fs from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const [what, code, part] = process.env.ESPALIER_TEST_FAIL.split(':');

if (what === 'sql') failStatements();
else if (what === 'stray') strayFrom(code);
else failFiles();

function strayFrom(kind) {
  const stray = new Error(`stray ${kind}`);
  const { mkdir } = fs;
  // The first thing that every command does with its store.
  fs.mkdir = async (...words) => {
    await mkdir(...words);
    if (kind === 'rejection') void Promise.reject(stray);
    else
      setImmediate(() => {
        throw stray;
      });
    return new Promise(() => setInterval(() => undefined, 1000));
  };
  syncBuiltinESMExports();
}

function failFiles() {
  const { open } = fs;
  fs.open = async (path, ...rest) => {
    if (!String(path).includes(part)) return open(path, ...rest);
    if (what === 'open') throw failure('open', path);
    const file = await open(path, ...rest);
    file.sync = async () => {
      throw failure('fsync', path);
    };
    return file;
  };
  syncBuiltinESMExports();
}

function failure(call, path) {
  return Object.assign(new Error(`${code}: injected, ${call} '${path}'`), { code, syscall: call, path });
}

/** The store's own copy of better-sqlite3. */
function failStatements() {
  const Database = createRequire(new URL('../../dist/store/database.js', import.meta.url))('better-sqlite3');
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (source) {
    const statement = prepare.call(this, source);
    if (source.toLowerCase().startsWith(part)) {
      for (const name of ['run', 'get', 'all'])
        statement[name] = () => {
          throw new Database.SqliteError('injected', code);
        };
    }
    return statement;
  };
}
