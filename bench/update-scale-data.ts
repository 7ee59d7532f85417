/** A workspace with a long history, made without playing it: rows, vectors and what the buffer decided, in bulk. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { type Random, seededRandom } from '../src/core/random.js';
import { sameTextHash, textHash } from '../src/core/text.js';
import { spaceOf } from '../src/encoder/cached.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { createWorkspace } from '../src/library/create-workspace.js';
import { openEspalier } from '../src/library/espalier.js';
import { type Membership, saveMemberships } from '../src/store/buffer.js';
import { openStore, type Store, transact } from '../src/store/database.js';
import { saveEmbeddings } from '../src/store/embeddings.js';
import { type Split, sealOf } from '../src/store/example.js';
import { writeSmallEncoder } from '../src/testing/small-encoder.js';

export interface Sizes {
  /** Columns of a vector that come from the encoder. */
  readonly dimension: number;
  /** Columns that count n-grams. */
  readonly ngrams: number;
  /** Number of random features, or undefined for the usual one. */
  readonly width: number | undefined;
  readonly strategy: string;
}

export interface MadeRow {
  readonly text: string;
  readonly label: string;
  readonly domain: string;
}

const labels = 150;
const domains = 10;
const received = '2026-01-01T00:00:00.000Z';

/** Words follow Zipf's law, as words of texts do. @param from number of the first row, so that no text occurs twice */
export function* madeRows(rows: number, from: number): Generator<MadeRow> {
  const random = seededRandom(from, 'update-scale');
  const word = () => `w${Math.floor(20_000 * random.uniform() ** 4).toString(36)}`;
  for (let row = from; row < from + rows; row++) {
    const words = Array.from({ length: 5 + random.integer(12) }, word).join(' ');
    const [label, domain] = [random.integer(labels), random.integer(domains)];
    yield { text: `l${label} ${words} ${row.toString(36)}n`, label: `label ${label}`, domain: `domain ${domain}` };
  }
}

/** @returns its folder */
export async function makeWorkspace(sizes: Sizes): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-scale-'));
  await writeSmallEncoder(join(folder, 'encoder'), { dimension: sizes.dimension });
  const source = `name: desk
encoder: { model: ./encoder, pooling: [mean, 'ngrams:${sizes.ngrams}'] }
tasks: [{ name: intent }]
strategy: ${sizes.strategy}
training: { seed: 7${sizes.width === undefined ? '' : `, width: ${sizes.width}`} }
gate: { confidence: 0.9, margin: 0.4, domains: { margin: 0.4 } }
`;
  await createWorkspace(folder, { adapter: 'desk', source });
  return folder;
}

const databaseOf = (folder: string) => join(folder, 'replay-store', 'espalier.db');

export async function ingestRows(folder: string, rows: Iterable<MadeRow>): Promise<void> {
  const espalier = await openEspalier({ workspace: folder, environment: {}, actor: 'bench' });
  await (await espalier.adapter()).ingest([...rows], { domainField: 'domain' });
  await espalier.close();
}

/** Moves the examples so far to the end of the arrivals, so that a history fits before them. */
export function makeRoom(folder: string, history: number): void {
  const raw = new SqliteDatabase(databaseOf(folder));
  const { last } = raw.prepare('SELECT last FROM arrivals').get() as { last: number };
  if (history > last) {
    // In two steps, since no two examples may have one number in between.
    raw.exec(`UPDATE examples SET arrival = -arrival - ${history - last}; UPDATE examples SET arrival = -arrival`);
    raw.exec(`UPDATE arrivals SET last = ${history}`);
  }
  raw.close();
}

export interface History {
  readonly rows: number;
  /** Number of rows among them that are held out. */
  readonly held: number;
}

/**
 * Inserts examples that arrived before those that the champion was shown: it counts as having learned them. They were
 * offered to the buffer, and declined.
 */
export async function insertHistory(folder: string, { rows, held }: History): Promise<void> {
  const raw = new SqliteDatabase(databaseOf(folder));
  const insert =
    raw.prepare(`INSERT INTO examples (adapter, arrival, task, text, hash, twin, label, domain, source, received_at,
    split, provenance, seal) VALUES ('desk', ?, 'intent', ?, ?, ?, ?, ?, 'made', '${received}', ?, ?, ?)`);
  raw.exec('BEGIN IMMEDIATE');
  let arrival = 0;
  for (const { text, label, domain } of madeRows(rows, 10_000_000)) {
    arrival++;
    const split: Split =
      Math.floor((arrival * held) / rows) > Math.floor(((arrival - 1) * held) / rows) ? 'holdout' : 'train';
    const seal = sealOf({ task: 'intent', hash: textHash(text), label, domain, split });
    const provenance = JSON.stringify({ file: 'made.jsonl', line: arrival });
    insert.run(arrival, text, textHash(text), sameTextHash(text), label, domain, split, provenance, seal);
  }
  raw.exec('COMMIT');
  raw.close();
}

/** Declines every training example that was not offered yet and arrived up to a number. */
export async function declineHistory(folder: string, throughArrival: number): Promise<void> {
  const store = await openStore(databaseOf(folder));
  const reason = 'declined: the buffer was full, with 750 of 750 examples; label 7 holds 5 of its label';
  for (let after = 0; after < throughArrival; after += 10_000) {
    const found = await store.queries
      .selectFrom('examples')
      .select('id')
      .where('arrival', '>', after)
      .where('arrival', '<=', Math.min(throughArrival, after + 10_000))
      .where('split', '=', 'train')
      .execute();
    const shared = { state: 'declined', policy: 'balanced-reservoir', score: 0.5, reason, since: received } as const;
    const offered = found.map(({ id }): Membership => ({ ...shared, exampleId: id }));
    await transact(store, (transaction) => saveMemberships(transaction, 'desk', offered));
  }
  await store.close();
}

/** Writes the vectors of examples into the cache: a direction of their label, and noise. */
export async function writeVectors(folder: string, sizes: Sizes, which: Split | 'all'): Promise<void> {
  const encoder = await openEncoder(
    {
      ...{ model: join(folder, 'encoder'), prompt: '', dtype: 'fp32', normalise: false },
      pooling: ['mean', `ngrams:${sizes.ngrams}`],
    },
    { cacheFolder: folder },
  );
  const { fingerprint } = spaceOf(encoder);
  await encoder.close();
  const store = await openStore(databaseOf(folder));
  const random = seededRandom(3, 'update-scale');
  const directions = Array.from({ length: labels }, () => normals(sizes.dimension, random));
  for (let after = 0; ; ) {
    const rows = await listAfter(store, after, which);
    if (rows.length === 0) break;
    after = rows.at(-1)!.id;
    const vectors = rows.map(({ hash, label }) => {
      const direction = directions[Number(label.slice(6))]!;
      return { hash, vector: normals(sizes.dimension, random).map((value, column) => value + direction[column]! / 2) };
    });
    await saveEmbeddings(store, fingerprint, vectors);
  }
  await store.close();
}

function listAfter({ queries }: Store, after: number, which: Split | 'all') {
  return queries
    .selectFrom('examples')
    .select(['id', 'hash', 'label'])
    .where('id', '>', after)
    .$if(which !== 'all', (query) => query.where('split', '=', which as Split))
    .orderBy('id')
    .limit(1000)
    .execute();
}

/** Sums of four uniform numbers: near enough to normal, and quick. */
function normals(columns: number, random: Random): Float32Array {
  const vector = new Float32Array(columns);
  for (let column = 0; column < columns; column++)
    vector[column] = (random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2) / 10;
  return vector;
}
