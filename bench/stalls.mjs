/**
 * Loaded before `espalier update`: the longest that its event loop was held up in each stage, in ms, as JSON in the file
 * that ESPALIER_BENCH_STALLS names. `start` is what came before the run was begun, mostly the loading of modules.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const period = 5;
const stalls = {};
let longest = 0;
let last = performance.now();

function tick() {
  const now = performance.now();
  longest = Math.max(longest, now - last - period);
  last = now;
}

function endOf(stage) {
  tick();
  stalls[stage] ??= Math.round(longest);
  longest = 0;
}

setInterval(tick, period).unref();

const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (chunk, ...rest) => {
  const stage = /^ {2}(\w+) {2,}/.exec(String(chunk))?.[1];
  if (stage !== undefined) endOf(stage);
  return write(chunk, ...rest);
};

const Database = createRequire(new URL('../dist/store/database.js', import.meta.url))('better-sqlite3');
const { prepare } = Database.prototype;
Database.prototype.prepare = function (source) {
  if (source.startsWith('insert into "runs"')) endOf('start');
  return prepare.call(this, source);
};

process.on('exit', () => writeFileSync(process.env.ESPALIER_BENCH_STALLS, JSON.stringify(stalls)));
