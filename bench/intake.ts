/**
 * Time and memory of an intake, beside the same rows inserted by better-sqlite3 alone: parsed, hashed as often,
 * prepared statements, the same tables and indexes, one transaction. `npm run bench:intake -- [lines]`
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import SqliteDatabase from 'better-sqlite3';
import { seededRandom } from '../src/core/random.js';
import { sameTextHash, textHash } from '../src/core/text.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { ingest } from '../src/intake/intake.js';
import { openStore } from '../src/store/database.js';
import { headSettings } from '../src/training/heads.js';

const lines = Number(process.argv[2] ?? 200_000);
const words =
  'parcel late refund money card order account login invoice address delivery chair lamp still where please week'.split(
    ' ',
  );

function* rows() {
  const random = seededRandom('intake');
  for (let row = 0; row < lines; row++) {
    const text = Array.from({ length: 22 }, () => words[Math.floor(random.uniform() * words.length)]).join(' ');
    yield `${JSON.stringify({ text: `${text} ${row}`, label: `label ${row % 50}` })}\n`;
  }
}

async function insertRaw(input: string, database: string): Promise<void> {
  await (await openStore(database)).close();
  const raw = new SqliteDatabase(database);
  const insert =
    raw.prepare(`INSERT INTO examples (adapter, arrival, task, text, hash, twin, label, domain, source, received_at, split, provenance)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const at = new Date(0).toISOString();
  raw.exec('BEGIN IMMEDIATE');
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(input) })) {
    const { text, label } = JSON.parse(line) as { text: string; label: string };
    const provenance = JSON.stringify({ file: 'rows.jsonl', line: ++number });
    insert.run(
      'a',
      number,
      'intent',
      text,
      textHash(text),
      sameTextHash(text),
      label,
      'd',
      'file',
      at,
      'train',
      provenance,
    );
  }
  raw.exec('COMMIT');
  raw.close();
}

async function takeIn(input: string, database: string, rejectsFile: string): Promise<void> {
  const store = await openStore(database);
  const { accepted } = await ingest(store, {
    declaration: parseDeclaration('name: a\ntasks: [{ name: intent }]', 'adapter.yaml', headSettings),
    files: [{ path: input, name: 'rows.jsonl', format: 'jsonl' }],
    ...{ domain: 'd', source: 'file', fields: { text: 'text', label: 'label' }, evalTexts: new Map(), rejectsFile },
    ...{
      now: new Date(0),
      actor: { name: 'bench', via: 'cli' },
      signal: new AbortController().signal,
      progress: () => undefined,
    },
  });
  await store.close();
  if (accepted !== lines) throw new Error(`${accepted} of ${lines} rows were taken`);
}

/** Seconds, and the most memory (resident set) that was seen meanwhile. */
async function measure(work: () => Promise<void>): Promise<{ seconds: number; megabytes: number }> {
  let most = process.memoryUsage.rss();
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  const start = performance.now();
  await work();
  clearInterval(watch);
  return { seconds: (performance.now() - start) / 1000, megabytes: most / 1024 ** 2 };
}

const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
try {
  const input = join(folder, 'rows.jsonl');
  await pipeline(rows, createWriteStream(input));
  console.log(`${lines} lines, ${((await stat(input)).size / 1024 ** 2).toFixed(0)} MB`);
  for (const round of [1, 2]) {
    const raw = await measure(() => insertRaw(input, join(folder, `raw-${round}.db`)));
    const taken = await measure(() => takeIn(input, join(folder, `taken-${round}.db`), join(folder, 'rejects.jsonl')));
    const told = ({ seconds, megabytes }: typeof raw) => `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`;
    console.log(
      `better-sqlite3 ${told(raw)}   intake ${told(taken)}   ratio ${(taken.seconds / raw.seconds).toFixed(2)}`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
