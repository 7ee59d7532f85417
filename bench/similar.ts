/**
 * `espalier buffer similar` as the store grows: seconds to make signatures, milliseconds a query, and the share of the
 * ten nearest of an exact scan that it finds.
 *
 *   npm run bench:similar -- [--data DIR] [--vectors DIR] [--sizes 10000,100000,1000000] [--queries 20] [--postgres] [--json]
 *
 * With `--data` the vectors are made of those of CLINC150 (train, val, test), each a mixture of two with noise, so that
 * they lie as real ones do; without it they are noise around random centres. `--vectors` keeps the encoded texts between
 * runs. `--postgres` runs on the server that ESPALIER_TEST_DATABASE_URL names.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { noProgress } from '../src/core/progress.js';
import { seededRandom } from '../src/core/random.js';
import { sameTextHash, textHash } from '../src/core/text.js';
import { dot, unitLength } from '../src/core/vectors.js';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { type Encoder, openEncoder } from '../src/encoder/encoder.js';
import { usualBlockSize } from '../src/inspecting/signed-store.js';
import { findSimilar } from '../src/inspecting/similar.js';
import { holdArrivals, saveLastArrival } from '../src/store/arrivals.js';
import { openStore, type Store, transact } from '../src/store/database.js';
import { saveEmbeddings } from '../src/store/embeddings.js';
import { encodeKept, readSplit } from './shots-data.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    vectors: { type: 'string' },
    sizes: { type: 'string', default: '10000,100000,1000000' },
    queries: { type: 'string', default: '20' },
    postgres: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const sizes = options.sizes.split(',').map(Number);
const queries = Number(options.queries);
const width = 1024;
const asked = 10;

/** [n][width], of length 1. */
const centres = options.data === undefined ? randomCentres() : await realCentres(options.data);
/** Noise of length 1; each vector has some of one of them. */
const noises = randomCentres();
const encoder = { dense: width, denseFingerprint: 'bench' } as Encoder;

function randomCentres(): Float32Array[] {
  const random = seededRandom('similar', 'centres');
  return Array.from({ length: 4096 }, () => unitLength(Float32Array.from({ length: width }, () => random.normal())));
}

async function realCentres(folder: string): Promise<Float32Array[]> {
  const opened = await openEncoder(
    { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true },
    { cacheFolder: defaultCacheFolder(process.env) },
  );
  const texts = [];
  for (const split of ['train', 'val', 'test'] as const)
    texts.push(...((await readSplit(folder, 'clinc150', split)) ?? []));
  const rows = await encodeKept(opened, texts, options.vectors);
  await opened.close();
  return texts.map((_, row) => rows.slice(row * opened.dimension, row * opened.dimension + width));
}

/** The vector of a row: 0.8 of one centre, 0.2 of another, and noise. */
function vectorOf(row: number): Float32Array {
  const random = seededRandom('similar', row);
  const [one, other] = [centres[random.integer(centres.length)]!, centres[random.integer(centres.length)]!];
  const noise = noises[random.integer(noises.length)]!;
  return unitLength(one.map((value, index) => 0.8 * value + 0.2 * other[index]! + 0.3 * noise[index]!));
}

const hashOf = (row: number) => textHash(`text ${row}`);
const sliceSize = 5000;

/** Examples with vectors, from `from` on. Rows count from 1, as arrivals do. */
async function fill(store: Store, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += sliceSize) {
    const rows = Array.from({ length: Math.min(sliceSize, to - start) }, (_, index) => start + index + 1);
    await transact(store, async (transaction) => {
      await holdArrivals(transaction, 'bench');
      for (let some = 0; some < rows.length; some += 1000)
        await transaction
          .insertInto('examples')
          .values(rows.slice(some, some + 1000).map(exampleOf))
          .execute();
      await saveLastArrival(transaction, 'bench', rows.at(-1)!);
    });
    await saveEmbeddings(
      store,
      encoder.denseFingerprint,
      rows.map((row) => ({ hash: hashOf(row), vector: vectorOf(row) })),
    );
  }
}

function exampleOf(row: number) {
  const text = `text ${row}`;
  const place = { adapter: 'bench', arrival: row, task: 'task', domain: 'd', source: 's', split: 'train' as const };
  const rest = { label: `label ${row % 150}`, received_at: '2026-01-01T00:00:00.000Z', provenance: '{}', seal: 0 };
  return { ...place, ...rest, text, hash: hashOf(row), twin: sameTextHash(text) };
}

/** The rows nearest to each query, by comparing with all of them. */
function nearestExactly(count: number, asking: readonly Float32Array[]): number[][] {
  const best = asking.map((): { row: number; similarity: number }[] => []);
  for (let row = 1; row <= count; row++) {
    const vector = vectorOf(row);
    for (const [index, query] of asking.entries()) {
      const own = best[index]!;
      const similarity = dot(query, vector);
      if (own.length === asked && own.at(-1)!.similarity >= similarity) continue;
      own.push({ row, similarity });
      own.sort((a, b) => b.similarity - a.similarity);
      own.splice(asked);
    }
  }
  return best.map((own) => own.map(({ row }) => row));
}

interface Measured {
  readonly examples: number;
  readonly signed: number;
  /** Seconds of the first query, which makes the signatures that are missing. */
  readonly first: number;
  /** Milliseconds of a query, median and slowest. */
  readonly median: number;
  readonly slowest: number;
  /** Milliseconds of processor of a query, of all threads of this process: what else the machine does counts little. */
  readonly processor: number;
  readonly recall: number;
}

async function measure(store: Store, examples: number): Promise<Measured> {
  const asking = Array.from({ length: queries }, (_, index) => vectorOf(-1 - index));
  const source = { store, encoder, adapter: 'bench', blockSize: usualBlockSize, progress: noProgress };
  const signal = new AbortController().signal;
  const ask = (vector: Float32Array) => findSimilar({ ...source, signal }, { vector, count: asked });
  const before = performance.now();
  const { signed } = await ask(asking[0]!);
  const first = (performance.now() - before) / 1000;
  const exact = nearestExactly(examples, asking);
  const times: number[] = [];
  let [found, processor] = [0, 0];
  for (const [index, vector] of asking.entries()) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    const answer = await ask(vector);
    times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    processor += (user + system) / 1000;
    const right = new Set(exact[index]!);
    found += answer.found.filter(({ id }) => right.has(id)).length;
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  return {
    examples,
    signed,
    first,
    median,
    slowest: times.at(-1)!,
    processor: processor / times.length,
    recall: found / (asking.length * asked),
  };
}

const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
const server = process.env.ESPALIER_TEST_DATABASE_URL;
const location = options.postgres ? `${server}?schema=bench_similar_${process.pid}` : join(folder, 'espalier.db');
const measured: Measured[] = [];
const store = await openStore(location);
try {
  let from = 0;
  for (const size of sizes) {
    await fill(store, from, size);
    from = size;
    measured.push(await measure(store, size));
    process.stderr.write(`${JSON.stringify(measured.at(-1))}\n`);
  }
} finally {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}
const table = new Table({
  head: ['examples', 'by signatures', 'first query s', 'query ms', 'slowest ms', 'processor ms', 'recall@10'],
  style: { head: [], border: [] },
});
for (const { examples, signed, first, median, slowest, processor, recall } of measured)
  table.push([
    examples,
    signed,
    first.toFixed(1),
    median.toFixed(0),
    slowest.toFixed(0),
    processor.toFixed(0),
    recall.toFixed(3),
  ]);
process.stdout.write(`${options.json ? JSON.stringify(measured, null, 2) : table.toString()}\n`);
