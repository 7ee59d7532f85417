/**
 * Loaded before the command: the process kills itself, as `kill -9` would, at the moment that ESPALIER_TEST_DIE_AT
 * names; with ESPALIER_TEST_SIGNAL it sends itself that signal, and goes on.
 *
 *   STAGE:before   when the end of the stage is about to be recorded
 *   STAGE:after    when the record has just been committed
 *   suite:NAME     when the last results of that suite have just been committed
 *   results:N      when the N-th slice of results has just been committed
 *   statement:TEXT when a statement that begins with TEXT is about to run
 *   rename:PART    when a file or folder is about to get a name that ends in PART
 */
import fs from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const { stages } = await import('../../dist/store/runs.js');
const [what, when] = process.env.ESPALIER_TEST_DIE_AT.split(':');

function die() {
  const signal = process.env.ESPALIER_TEST_SIGNAL ?? 'SIGKILL';
  process.kill(process.pid, signal);
  if (signal !== 'SIGKILL') return;
  // Not one more instruction, should the signal come late.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

if (what === 'rename') {
  const { rename } = fs;
  fs.rename = async (from, to) => {
    if (to.endsWith(when)) die();
    return rename(from, to);
  };
  syncBuiltinESMExports();
} else {
  const watch = newWatch();
  watchFile(watch);
  watchServer(watch);
}

/** What is to be told before and after each statement, in their order. */
function newWatch() {
  let recorded = false;
  let slices = 0;
  return {
    before(source, parameters) {
      if (endsStage(source, parameters) && when === 'before') die();
      if (what === 'statement' && source.startsWith(when)) die();
    },
    after(source, parameters) {
      if (recorded && source === 'commit') die();
      if (source.startsWith('insert into "eval_results"')) slices++;
      recorded ||=
        endsStage(source, parameters) ||
        (what === 'results' && slices === Number(when)) ||
        endsSuite(source, parameters);
    },
  };
}

/** The store's own copy of better-sqlite3. */
function watchFile({ before, after }) {
  const Database = createRequire(new URL('../../dist/store/database.js', import.meta.url))('better-sqlite3');
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (source) {
    const statement = prepare.call(this, source);
    const { run } = statement;
    statement.run = (...parameters) => {
      before(source, parameters[0]);
      const result = run.apply(statement, parameters);
      after(source, parameters[0]);
      return result;
    };
    return statement;
  };
}

/** The store's own copy of pg. */
function watchServer({ before, after }) {
  const { Client } = createRequire(new URL('../../dist/store/database.js', import.meta.url))('pg');
  const { query } = Client.prototype;
  Client.prototype.query = function (...words) {
    const [source, parameters] = words;
    if (typeof source !== 'string') return query.apply(this, words);
    before(source, parameters);
    const result = query.apply(this, words);
    return result.then((rows) => {
      after(source, parameters);
      return rows;
    });
  };
}

/** The row of a suite is written with the last of its results. */
function endsSuite(source, parameters) {
  return what === 'suite' && source.startsWith('insert into "eval_suites"') && parameters.includes(when);
}

/** A stage ends when its run goes on to the next; the last one, when the run is done. */
function endsStage(source, parameters) {
  if (!stages.includes(what)) return false;
  const next = stages[stages.indexOf(what) + 1] ?? 'done';
  return /^update "runs" set "(stage|status)" = (\?|\$1)/.test(source) && parameters[0] === next;
}
