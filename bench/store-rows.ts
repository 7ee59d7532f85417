/**
 * The rows of the store at size: made examples with labels, domains, sources and times, taken in by `ingest` beside the
 * same rows inserted in bulk; counts, lists and searches over them; and one more batch of a thousand in a small and in
 * the large store. Words follow Zipf's law, as words of texts do.
 *
 *   npm run bench:store-rows -- [--rows 1000000] [--small 10000] [--vectors 0] [--postgres] [--json]
 *
 * `--vectors N` stores N vectors of the embedded encoder's size beside them. `--postgres` runs on the server that
 * ESPALIER_TEST_DATABASE_URL names, beside COPY from a file that the server reads.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import SqliteDatabase from 'better-sqlite3';
import { sql } from 'kysely';
import { seededRandom } from '../src/core/random.js';
import { sameTextHash, textHash } from '../src/core/text.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { ingest } from '../src/intake/intake.js';
import { type Membership, saveMemberships, summariseBuffer } from '../src/store/buffer.js';
import { countOffered, countOfferedByAge, countStored, countStoredByAge } from '../src/store/buffer-stats.js';
import { openStore, type Store, transact } from '../src/store/database.js';
import { saveEmbeddings } from '../src/store/embeddings.js';
import type { Condition, ExampleFilter } from '../src/store/example-filter.js';
import { countMatching, listMatching, readMatchingIds } from '../src/store/find-examples.js';
import { parseSearch } from '../src/store/search-terms.js';
import { headSettings } from '../src/training/heads.js';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    small: { type: 'string', default: '10000' },
    vectors: { type: 'string', default: '0' },
    postgres: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(options.rows);
const now = new Date('2026-06-01T00:00:00.000Z');
const batchSize = 1000;
const batches = 5;

interface MadeRow {
  readonly text: string;
  readonly label: string;
  readonly domain: string;
  readonly source: string;
  readonly time: string;
}

/** @param from number of the first row, so that no text occurs twice */
function* madeRows(rows: number, from = 0): Generator<MadeRow> {
  const random = seededRandom(from, 'bench-rows');
  const word = () => `w${Math.floor(20_000 * random.uniform() ** 4).toString(36)}`;
  for (let row = from; row < from + rows; row++) {
    const text = Array.from({ length: 5 + random.integer(12) }, word).join(' ');
    yield {
      text: `${text} ${row.toString(36)}n`,
      label: `label ${random.integer(150)}`,
      domain: `domain ${random.integer(10)}`,
      source: `source ${random.integer(5)}`,
      time: new Date(now.getTime() - random.integer(400) * 86_400_000).toISOString(),
    };
  }
}

async function writeInput(path: string, rows: Iterable<MadeRow>): Promise<void> {
  function* lines() {
    for (const row of rows) yield `${JSON.stringify(row)}\n`;
  }
  await pipeline(lines, createWriteStream(path));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** CPU seconds of this process, or seconds of the clock where a server works. */
async function clocked(work: () => Promise<unknown>): Promise<number> {
  if (options.postgres) return timed(work);
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const columns = 'adapter, arrival, task, text, hash, twin, label, domain, source, received_at, split, provenance, seal';

/** The same columns, indexes and hashes, one prepared statement, one transaction; no duplicate is looked for. */
async function insertRaw(input: string, path: string): Promise<void> {
  await (await openStore(path)).close();
  const raw = new SqliteDatabase(path);
  raw.pragma('synchronous = NORMAL');
  raw.pragma(`cache_size = -${64 * 1024}`);
  const insert = raw.prepare(`INSERT INTO examples (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  raw.exec('BEGIN IMMEDIATE');
  for await (const values of valuesOf(input)) insert.run(...values);
  raw.exec('COMMIT');
  raw.close();
}

async function* valuesOf(input: string): AsyncGenerator<(string | number)[]> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(input) })) {
    const { text, label, domain, source, time } = JSON.parse(line) as MadeRow;
    const provenance = JSON.stringify({ file: 'rows.jsonl', line: ++number });
    const hashes = [textHash(text), sameTextHash(text)] as const;
    yield ['desk', number, 'intent', text, ...hashes, label, domain, source, time, 'train', provenance, 1];
  }
}

/** COPY of the server itself, from a file. */
async function copyRaw(input: string, address: string, folder: string): Promise<number> {
  const file = join(folder, 'copy.csv');
  async function* lines() {
    const quoted = (value: string | number) => `"${String(value).replaceAll('"', '""')}"`;
    for await (const values of valuesOf(input)) yield `${values.map(quoted).join(',')}\n`;
  }
  await pipeline(lines, createWriteStream(file));
  await chmod(file, 0o644);
  const store = await openStore(address);
  const copy = sql.raw(`copy examples (${columns}) from '${file}' with (format csv)`);
  return timed(() => transact(store, (transaction) => copy.execute(transaction))).finally(() => store.close());
}

const declaration = parseDeclaration('name: desk\ntasks: [{ name: intent }]', 'adapter.yaml', headSettings);

async function takeIn(store: Store, input: string, folder: string): Promise<void> {
  await ingest(store, {
    declaration,
    files: [{ path: input, name: 'rows.jsonl', format: 'jsonl' }],
    ...{ source: 'file', evalTexts: new Map(), rejectsFile: join(folder, 'rejects.jsonl'), now },
    fields: { text: 'text', label: 'label', domain: 'domain', source: 'source', time: 'time' },
    ...{ actor: { name: 'bench', via: 'cli' }, signal: new AbortController().signal, progress: () => undefined },
  });
}

/** Offers every training example: one in a hundred is a member. */
async function offerAll(store: Store): Promise<void> {
  const filter: ExampleFilter = { conditions: [{ field: 'split', is: '=', value: 'train' }] };
  const states = ['evicted', 'declined'] as const;
  await transact(store, async (transaction) => {
    for await (const ids of readMatchingIds({ ...store, queries: transaction }, 'desk', filter)) {
      const rows = ids.map((exampleId): Membership => {
        const state = exampleId % 100 === 0 ? 'member' : states[exampleId % 2]!;
        const reason = `${state}: the buffer was full, with 10000 of 10000 examples; label 7 holds 66 of its label`;
        return { exampleId, state, policy: 'balanced-reservoir', score: 0.5, reason, since: now.toISOString() };
      });
      await saveMemberships(transaction, 'desk', rows);
    }
  });
}

async function saveVectors(store: Store, vectors: number): Promise<void> {
  const random = seededRandom(3, 'bench-vectors');
  for (let start = 0; start < vectors; start += batchSize) {
    const found = await listMatching(store, 'desk', {}, { after: { id: start, arrival: start }, limit: batchSize });
    const rows = found.map(({ hash }) => ({
      hash,
      vector: Float32Array.from({ length: 1024 }, () => random.uniform()),
    }));
    await saveEmbeddings(store, 'bench', rows);
  }
}

const where = (field: Condition['field'], is: Condition['is'], value: string): Condition => ({ field, is, value });
const firstPage = { limit: 20 };
const request = { adapter: 'desk', task: undefined };
const spans = ['2026-05-26', '2026-05-03', '2026-03-04', '2025-06-02'];

type Question = readonly [what: string, goal: number, ask: (store: Store) => Promise<unknown>];

const listed = (what: string, ...conditions: Condition[]): Question => [
  `list: ${what}`,
  300,
  (store) => listMatching(store, 'desk', { conditions }, firstPage),
];

const searched = (what: string, words: string, ...conditions: Condition[]): Question => [
  `search: ${what}`,
  100,
  (store) => listMatching(store, 'desk', { search: parseSearch(words), conditions }, firstPage),
];

/** Milliseconds that each should stay under at a million rows. */
const questions: readonly Question[] = [
  ['stats: cells', 300, (store) => summariseBuffer(store, 'desk')],
  ...(['label', 'domain', 'source'] as const).map(
    (by): Question => [
      `stats: by ${by}`,
      300,
      async ({ queries }) => [await countStored(queries, request, by), await countOffered(queries, request, by)],
    ],
  ),
  ['stats: stored, by age', 300, ({ queries }) => countStoredByAge(queries, request, spans)],
  ['stats: offered, by age', 300, ({ queries }) => countOfferedByAge(queries, request, spans)],
  listed('members of a label', where('state', '=', 'member'), where('label', '=', 'label 7')),
  listed('a label and a domain', where('label', '=', 'label 7'), where('domain', '=', 'domain 3')),
  listed('a label that nothing has', where('label', '=', 'none')),
  listed('a source since a day', where('source', '=', 'source 1'), where('received', '>=', '2026-05-30')),
  listed('a part that no text contains', where('text', '~', 'zzzzz')),
  listed('declined, of a domain', where('state', '=', 'declined'), where('domain', '=', 'domain 3')),
  [
    'list: a page in the middle',
    300,
    (store) => listMatching(store, 'desk', {}, { ...firstPage, after: { id: count / 2, arrival: count / 2 } }),
  ],
  ['count: a domain', 300, (store) => countMatching(store, 'desk', { conditions: [where('domain', '=', 'domain 3')] })],
  searched('a frequent word', 'w0'),
  searched('a rare word', 'wf0z'),
  searched('two frequent words', 'w1 w2'),
  searched('a phrase', '"w0 w1"'),
  searched('a beginning', 'wf*'),
  searched('a word that no text has', 'absent'),
  searched('a word among members', 'w5', where('state', '=', 'member')),
];

/**
 * Milliseconds: the median of three, after one that warms the cache. SQLite works in this process: there CPU time says
 * more than the clock, on a shared machine.
 */
async function ask(store: Store, [, , question]: Question): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 4; round++) times.push((await clocked(() => question(store))) * 1000);
  return median(times.slice(1));
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Milliseconds of one more batch: the median of several. */
async function appendBatches(store: Store, folder: string, from: number): Promise<number> {
  const times: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const input = join(folder, 'batch.jsonl');
    await writeInput(input, madeRows(batchSize, from + batch * batchSize));
    times.push((await clocked(() => takeIn(store, input, folder))) * 1000);
  }
  return median(times);
}

const told: Record<string, number> = {};
function tell(what: string, value: number, words: string): void {
  told[what] = value;
  if (!options.json) process.stdout.write(`${what.padEnd(44)}${words}\n`);
}
const seconds = (value: number) => `${value.toFixed(1).padStart(8)} s`;
const milliseconds = (value: number) => `${value.toFixed(value < 10 ? 1 : 0).padStart(8)} ms`;

const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
await chmod(folder, 0o755);
const server = process.env.ESPALIER_TEST_DATABASE_URL;
if (options.postgres && server === undefined) throw new Error('ESPALIER_TEST_DATABASE_URL names no server');
const placeOf = (name: string) => (options.postgres ? `${server}?schema=bench_${name}` : join(folder, `${name}.db`));
try {
  const input = join(folder, 'rows.jsonl');
  await writeInput(input, madeRows(count));
  const raw = options.postgres
    ? await copyRaw(input, placeOf('raw'), folder)
    : await clocked(() => insertRaw(input, placeOf('raw')));
  tell(options.postgres ? 'COPY of the server' : 'bulk insert', raw, seconds(raw));
  const large = await openStore(placeOf('large'));
  const taken = await clocked(() => takeIn(large, input, folder));
  tell('ingest', taken, `${seconds(taken)}   ${((raw / taken) * 100).toFixed(0)} % of its speed (goal: 60 %)`);
  if (options.postgres) await sql`vacuum analyze`.execute(large.queries);
  const offered = await clocked(() => offerAll(large));
  tell('offering all to the buffer', offered, seconds(offered));
  if (Number(options.vectors) > 0) await saveVectors(large, Number(options.vectors));
  if (options.postgres) await sql`vacuum analyze`.execute(large.queries);
  for (const question of questions) {
    const [what, goal] = question;
    const took = await ask(large, question);
    tell(what, took, `${milliseconds(took)}${took > goal ? `   above the goal of ${goal} ms` : ''}`);
  }
  const small = await openStore(placeOf('small'));
  const few = join(folder, 'few.jsonl');
  await writeInput(few, madeRows(Number(options.small)));
  await takeIn(small, few, folder);
  const after = { small: await appendBatches(small, folder, count), large: await appendBatches(large, folder, count) };
  tell(`batch of ${batchSize} after ${options.small}`, after.small, milliseconds(after.small));
  const ratio = (after.large / after.small).toFixed(2);
  tell(`batch of ${batchSize} after ${count}`, after.large, `${milliseconds(after.large)}   ${ratio} times as long`);
  for (const store of [large, small]) await store.close();
  if (options.json) process.stdout.write(`${JSON.stringify({ rows: count, ...told })}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
