/** Few examples of each label, drawn from a data set of a data folder; docs/benchmarks.md states the format. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../src/core/hash.js';
import { seededRandom, shuffled } from '../src/core/random.js';
import type { Encoder } from '../src/encoder/encoder.js';
import type { LabelledVectors } from '../src/training/job.js';
import type { LabelledText } from './stream-data.js';

/** Out-of-scope texts have splits of their own. */
export type Split = 'train' | 'val' | 'test' | 'oos_train' | 'oos_test';

/** Encoded rows of one data set, with labels as numbers in the order of their names. */
export interface EncodedSet {
  readonly name: string;
  readonly labels: readonly string[];
  readonly dimension: number;
  readonly lexical: number;
  readonly train: LabelledVectors;
  /** What is asked: the test split, or what stands in for it while settings are chosen. */
  readonly asked: LabelledVectors;
}

/** At most so many rows of train stand in for a validation split. */
const validationRows = 1000;

/** The rows of a split, or undefined where the folder has none. */
export async function readSplit(folder: string, name: string, split: Split): Promise<LabelledText[] | undefined> {
  const path = join(folder, `${name}.${split}.jsonl`);
  if (!existsSync(path)) return undefined;
  const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => {
    const { text, label } = JSON.parse(line) as { text: string; label: string | number };
    return { text, label: String(label) };
  });
}

export interface EncodeRequest {
  readonly folder: string;
  readonly name: string;
  readonly split: 'val' | 'test';
  /** Where vectors are kept between runs; absent: nowhere. */
  readonly cache: string | undefined;
}

/** Undefined where the folder does not hold the data set. */
export async function encodeSet(
  encoder: Encoder,
  { folder, name, split, cache }: EncodeRequest,
): Promise<EncodedSet | undefined> {
  const [train, declared] = [await readSplit(folder, name, 'train'), await readSplit(folder, name, split)];
  if (!train || (split === 'test' && !declared)) return undefined;
  const mixed = shuffled(train, seededRandom('validation', name));
  const asked = declared ?? mixed.slice(0, validationRows);
  const learnable = declared ? train : mixed.slice(validationRows);
  const labels = [...new Set(train.map(({ label }) => label))].sort();
  const batchOf = async (rows: readonly LabelledText[]): Promise<LabelledVectors> => ({
    vectors: await encodeKept(encoder, rows, cache),
    targets: Int32Array.from(rows, ({ label }) => labels.indexOf(label)),
    ids: Int32Array.from(rows.keys()),
  });
  const { dimension, lexical } = encoder;
  return { name, labels, dimension, lexical, train: await batchOf(learnable), asked: await batchOf(asked) };
}

/** The vectors of texts, from the cache folder where they were encoded before. */
export async function encodeKept(
  encoder: Encoder,
  rows: readonly LabelledText[],
  cache: string | undefined,
): Promise<Float32Array> {
  const texts = rows.map(({ text }) => text);
  if (cache === undefined) return encoder.encode(texts);
  await mkdir(cache, { recursive: true });
  const file = join(cache, `${sha256([encoder.fingerprint, ...texts].join('\n'))}.f32`);
  if (existsSync(file)) return new Float32Array(Uint8Array.from(await readFile(file)).buffer);
  const vectors = await encoder.encode(texts);
  await writeFile(file, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
  return vectors;
}

/** @param shots how many examples of each label, by its number. Labels that have fewer give all. */
export function drawShots(
  { train, dimension }: EncodedSet,
  shots: (label: number) => number,
  seed: number,
): LabelledVectors {
  const taken = new Map<number, number>();
  const rows = shuffled([...train.targets.keys()], seededRandom(seed, 'shots')).filter((row) => {
    const label = train.targets[row]!;
    const before = taken.get(label) ?? 0;
    taken.set(label, before + 1);
    return before < shots(label);
  });
  const vectors = new Float32Array(rows.length * dimension);
  for (const [index, row] of rows.entries())
    vectors.set(train.vectors.subarray(row * dimension, (row + 1) * dimension), index * dimension);
  return { vectors, targets: Int32Array.from(rows, (row) => train.targets[row]!), ids: Int32Array.from(rows.keys()) };
}

/** How long the noise of a twin is, of the length of the dense part. */
const twinNoise = 0.01;

/** Each example once more, with a little noise in its dense part and the same words. */
export function withTwins(batch: LabelledVectors, { dimension, lexical }: EncodedSet, seed: number): LabelledVectors {
  const random = seededRandom(seed, 'twins');
  const dense = dimension - lexical;
  const twins = batch.vectors.slice();
  for (let start = 0; start < twins.length; start += dimension) {
    const own = twins.subarray(start, start + dense);
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    for (let index = 0; index < dense; index++)
      own[index]! += ((twinNoise * length) / Math.sqrt(dense)) * random.normal();
  }
  const vectors = new Float32Array(2 * twins.length);
  vectors.set(batch.vectors);
  vectors.set(twins, twins.length);
  const targets = Int32Array.from([...batch.targets, ...batch.targets]);
  return { vectors, targets, ids: Int32Array.from(targets.keys()) };
}
