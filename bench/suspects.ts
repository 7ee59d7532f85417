/**
 * Planted wrong labels and planted outliers: how many of them the first 5 % of a ranking hold, and how much of it they are.
 *
 *   npm run bench:suspects -- --data DIR [--split val|train] [--vectors DIR] [--share 0.03] [--seed 1] [--json]
 *
 * Reads `clinc150.{train,val,test}.jsonl` and `banking77.train.jsonl` of DIR. `--split train` reports: CLINC150's train split,
 * and BANKING77's without a seeded 2,000 rows; `--split val`, with CLINC150's val split and those 2,000 rows, is for choosing
 * settings. Wrong labels are planted in two ways: any other label, or the one whose mean vector is nearest. Outliers are
 * texts of the other data set, or out of the test split of the same one, under a label drawn at random. `--vectors` keeps
 * the encoded texts between runs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { noProgress } from '../src/core/progress.js';
import { type Random, seededRandom, shuffled } from '../src/core/random.js';
import { dot } from '../src/core/vectors.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { type Encoder, openEncoder } from '../src/encoder/encoder.js';
import { centred, meanOf } from '../src/inspecting/centred.js';
import { doubtsByBoth, doubtsByNeighbours, type Near } from '../src/inspecting/doubts.js';
import { neighbourCount, twinCosine } from '../src/inspecting/near-labels.js';
import { NearestReferences } from '../src/inspecting/nearest.js';
import { findOutliers } from '../src/inspecting/outliers.js';
import { openStore } from '../src/store/database.js';
import { saveEmbeddings } from '../src/store/embeddings.js';
import { headSettings } from '../src/training/heads.js';
import type { TrainingJob } from '../src/training/job.js';
import { leftOutProbabilities } from '../src/training/ridge/left-out-probabilities.js';
import { trainJob } from '../src/training/strategies.js';
import { localOutliers } from './local-outlier-factor.js';
import { encodeKept, readSplit } from './shots-data.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    split: { type: 'string', default: 'train' },
    vectors: { type: 'string' },
    share: { type: 'string', default: '0.03' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
if (!options.data) throw new EspalierError('USAGE', 'bench:suspects needs --data DIR');
const share = Number(options.share);
const seed = Number(options.seed);
/** Share of the examples that somebody reads. */
const read = 0.05;
const chosenFrom = 2000;
const settings = parseDeclaration('name: bench\ntasks: [{ name: task }]\n', 'bench', headSettings).training;

interface Rows {
  readonly name: string;
  readonly labels: readonly string[];
  /** [n, dimension] */
  readonly vectors: Float32Array;
}

const encoder = await openEncoder(
  { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true },
  { cacheFolder: defaultCacheFolder(process.env) },
);
const { dimension, dense, lexical } = encoder;
const clinc = await encodeAll('clinc150', ['train', 'val', 'test']);
const banking = await encodeAll('banking77', ['train']);
await encoder.close();

async function encodeAll(
  name: string,
  splits: readonly ('train' | 'val' | 'test')[],
): Promise<Rows & { sizes: number[] }> {
  const texts = [];
  const sizes = [];
  for (const split of splits) {
    const own = await readSplit(options.data!, name, split);
    if (!own) throw new EspalierError('DATA_FOLDER_INVALID', `${options.data} does not hold ${name}.${split}`);
    texts.push(...own);
    sizes.push(own.length);
  }
  const vectors = await encodeKept(encoder, texts, options.vectors);
  return { name, labels: texts.map(({ label }) => label), vectors, sizes };
}

function pick({ name, labels, vectors }: Rows, rows: readonly number[]): Rows {
  const taken = new Float32Array(rows.length * dimension);
  for (const [place, row] of rows.entries())
    taken.set(vectors.subarray(row * dimension, (row + 1) * dimension), place * dimension);
  return { name, labels: rows.map((row) => labels[row]!), vectors: taken };
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const mixed = shuffled([...banking.labels.keys()], seededRandom('validation', 'banking77'));
const isChoosing = options.split === 'val';
const [train, validation, test] = clinc.sizes as [number, number, number];
const sets = [
  pick(clinc, isChoosing ? range(train, validation) : range(0, train)),
  pick(banking, isChoosing ? mixed.slice(0, chosenFrom) : mixed.slice(chosenFrom)),
];

export interface SuspectsRow {
  readonly data: string;
  readonly planted: string;
  readonly ranking: string;
  readonly examples: number;
  /** Number planted; and of the wrong labels the estimate by confident learning, where the ranking has one. */
  readonly wrong: number;
  readonly estimate: number | null;
  /** Percent: planted ones in the first 5 %, and planted ones among those read. */
  readonly recall: number;
  readonly precision: number;
}

const measured: SuspectsRow[] = [];

/** @param order numbers of examples, the most doubtful first */
function tell(
  row: Pick<SuspectsRow, 'data' | 'planted' | 'ranking' | 'examples'>,
  order: readonly number[],
  planted: ReadonlySet<number>,
  estimate: number | null = null,
) {
  const first = order.slice(0, Math.round(row.examples * read));
  const hits = first.filter((one) => planted.has(one)).length;
  const found = { recall: (100 * hits) / planted.size, precision: (100 * hits) / first.length };
  measured.push({ ...row, wrong: planted.size, estimate, ...found });
  process.stderr.write(`${JSON.stringify(measured.at(-1))}\n`);
}

const byScore = (scores: ArrayLike<number>) =>
  [...Array(scores.length).keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);

for (const set of sets) {
  for (const way of ['any other label', 'the nearest label'] as const) await measureLabels(set, way);
  for (const way of ['other data', 'same data'] as const) await measureOutliers(set, way);
}

async function measureLabels(set: Rows, way: 'any other label' | 'the nearest label'): Promise<void> {
  const labels = [...new Set(set.labels)].sort();
  const truth = Int32Array.from(set.labels, (label) => labels.indexOf(label));
  const count = truth.length;
  const random = seededRandom('plant', seed, set.name, way);
  const planted = new Set(shuffled([...truth.keys()], random).slice(0, Math.round(count * share)));
  const unit = centred(set.vectors, meanOf(set.vectors, dense, dimension), dimension);
  const nearest = nearestLabels(unit, truth, labels.length);
  const another = (label: number) =>
    way === 'the nearest label' ? nearest[label]! : otherThan(label, labels.length, random);
  const given = truth.map((label, row) => (planted.has(row) ? another(label) : label));
  const probabilities = await leftOut(set, labels, given);
  const near = await neighboursOf(unit, given);
  const row = { data: set.name, planted: way, examples: count };
  const own = (place: number) => probabilities[place * labels.length + given[place]!]!;
  const rival = (place: number) =>
    probabilities
      .subarray(place * labels.length, (place + 1) * labels.length)
      .reduce((most, value, label) => (label === given[place] ? most : Math.max(most, value)), 0);
  const ranked = (doubts: readonly { readonly row: number; readonly score: number }[]) =>
    [...doubts].sort((a, b) => b.score - a.score || a.row - b.row).map((doubt) => doubt.row);
  const both = doubtsByBoth({ given, near }, { probabilities, classes: labels.length });
  tell({ ...row, ranking: 'suspects' }, ranked(both.doubts), planted, both.estimate);
  const margins = Float64Array.from(given, (_, place) => rival(place) - own(place));
  const confident = both.doubts
    .filter(({ isConfident }) => isConfident)
    .map((doubt) => ({ row: doubt.row, score: margins[doubt.row]! }));
  tell({ ...row, ranking: 'confident learning by margin' }, ranked(confident), planted, both.estimate);
  tell({ ...row, ranking: 'normalised margin' }, byScore(margins), planted);
  tell({ ...row, ranking: 'self-confidence' }, byScore(Float64Array.from(given, (_, place) => -own(place))), planted);
  tell({ ...row, ranking: 'neighbours alone' }, ranked(doubtsByNeighbours({ given, near }).doubts), planted);
}

function otherThan(label: number, count: number, random: Random): number {
  const drawn = random.integer(count - 1);
  return drawn < label ? drawn : drawn + 1;
}

/** For each label the one whose mean vector is nearest to its own. */
function nearestLabels(unit: Float32Array, truth: Int32Array, count: number): number[] {
  const means = Array.from({ length: count }, (_, label) => {
    const own = new Float32Array(dense);
    for (const [row, of] of truth.entries())
      if (of === label) for (const column of own.keys()) own[column]! += unit[row * dense + column]!;
    return centred(own, new Float32Array(dense));
  });
  return means.map((mean, label) => {
    const cosines = means.map((other, index) => (index === label ? -2 : dot(mean, other)));
    return cosines.indexOf(Math.max(...cosines));
  });
}

async function leftOut({ vectors }: Rows, labels: readonly string[], given: Int32Array): Promise<Float32Array> {
  const none = { vectors: new Float32Array(0), targets: new Int32Array(0), ids: new Int32Array(0) };
  const jobOf = (from: number, to: number): TrainingJob => ({
    ...{ strategy: 'analytic', dimension, lexical, budget: 750, parent: undefined, classes: labels, replayed: none },
    ...{ tasks: new Int32Array(labels.length), settings: { ...settings, seed } },
    fresh: {
      vectors: vectors.subarray(from * dimension, to * dimension),
      targets: given.slice(from, to),
      ids: Int32Array.from(range(from, to - from)),
    },
  });
  const trained = await trainJob(jobOf(0, given.length), () => undefined);
  function* slices() {
    for (let start = 0; start < given.length; start += 512) yield jobOf(start, Math.min(given.length, start + 512));
  }
  const probabilities = new Float32Array(given.length * labels.length);
  for await (const slice of leftOutProbabilities({ trained, task: 0, slices: slices(), threads: 2 }))
    probabilities.set(slice.probabilities, slice.ids[0]! * labels.length);
  return probabilities;
}

async function neighboursOf(unit: Float32Array, given: Int32Array): Promise<Near[]> {
  const references = await NearestReferences.open(unit, dense, 2);
  const { rows, cosines } = await references.find(unit, { count: neighbourCount, largestCosine: twinCosine });
  await references.close();
  return Array.from(given, (_, row) => {
    const places = range(row * neighbourCount, neighbourCount).filter((at) => rows[at]! >= 0);
    return { answers: places.map((at) => given[rows[at]!]!), cosines: places.map((at) => cosines[at]!) };
  });
}

async function measureOutliers(set: Rows, way: 'other data' | 'same data'): Promise<void> {
  const random = seededRandom('outliers', seed, set.name, way);
  const other = set.name === 'clinc150' ? banking : clinc;
  const unseen =
    set.name === 'clinc150' ? pick(clinc, range(train + validation, test)) : pick(banking, mixed.slice(0, chosenFrom));
  // BANKING77's chosen rows are the set itself while settings are chosen.
  const from =
    way === 'other data'
      ? other
      : isChoosing && set.name === 'banking77'
        ? pick(banking, mixed.slice(chosenFrom))
        : unseen;
  const names = [...new Set(set.labels)].sort();
  const extra = shuffled([...from.labels.keys()], random).slice(0, Math.round(set.labels.length * share));
  const labels = [...set.labels, ...extra.map(() => names[random.integer(names.length)]!)];
  const added = pick(from, extra).vectors;
  const vectorOf = (row: number) => {
    const [vectors, place] = row < set.labels.length ? [set.vectors, row] : [added, row - set.labels.length];
    return vectors.slice(place * dimension, place * dimension + dense);
  };
  const planted = new Set(range(set.labels.length, extra.length));
  const row = { data: set.name, planted: `outliers of the ${way}`, examples: labels.length };
  tell({ ...row, ranking: 'outliers' }, await rankOutliers(labels, vectorOf), planted);
  for (const [ranking, scores] of Object.entries(await plainMeasures(labels, vectorOf)))
    tell({ ...row, ranking }, byScore(scores), planted);
}

async function rankOutliers(labels: readonly string[], vectorOf: (row: number) => Float32Array): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
  const store = await openStore(join(folder, 'espalier.db'));
  try {
    const rows = labels.map((label, id) => ({ id, text: '', hash: `h${(id * 7919) % 1_000_003}`, label }));
    await saveEmbeddings(
      store,
      'bench',
      rows.map(({ id, hash }) => ({ hash, vector: vectorOf(id) })),
    );
    const source = { store, encoder: { dense, denseFingerprint: 'bench' } as Encoder, progress: noProgress };
    const { outliers } = await findOutliers({ ...source, signal: new AbortController().signal }, rows, {
      isMultiLabel: false,
    });
    return outliers.map((outlier) => outlier.row.id);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Other measures of how far an example is from those of its label, each with ten neighbours. */
async function plainMeasures(labels: readonly string[], vectorOf: (row: number) => Float32Array) {
  const neighbours = 10;
  const all = new Float32Array(labels.length * dense);
  for (const row of labels.keys()) all.set(vectorOf(row), row * dense);
  const unit = centred(all, meanOf(all, dense));
  const measures = {
    'local outlier factor': new Float64Array(labels.length),
    'plain distance': new Float64Array(labels.length),
  };
  for (const label of new Set(labels)) {
    const rows = [...labels.keys()].filter((row) => labels[row] === label);
    const own = new Float32Array(rows.length * dense);
    for (const [place, row] of rows.entries()) own.set(unit.subarray(row * dense, (row + 1) * dense), place * dense);
    const references = await NearestReferences.open(own, dense, 2);
    const found = await references.find(own, { count: neighbours + 1, largestCosine: Number.POSITIVE_INFINITY });
    await references.close();
    const others = {
      rows: new Int32Array(rows.length * neighbours).fill(-1),
      cosines: new Float32Array(rows.length * neighbours),
    };
    for (const place of rows.keys()) {
      const places = range(place * (neighbours + 1), neighbours + 1).filter(
        (at) => found.rows[at]! >= 0 && found.rows[at] !== place,
      );
      for (const [index, at] of places.slice(0, neighbours).entries()) {
        others.rows[place * neighbours + index] = found.rows[at]!;
        others.cosines[place * neighbours + index] = found.cosines[at]!;
      }
    }
    const { factors, reach } = localOutliers(others, neighbours);
    for (const [place, row] of rows.entries()) {
      measures['local outlier factor'][row] = factors[place]!;
      measures['plain distance'][row] = reach[place]!;
    }
  }
  return measures;
}

const table = new Table({
  head: ['data', 'planted', 'ranking', 'planted', 'estimate', 'recall %', 'precision %'],
  style: { head: [], border: [] },
});
for (const { data, planted, ranking, wrong, estimate, recall, precision } of measured)
  table.push([
    data,
    planted,
    ranking,
    wrong,
    estimate === null ? '' : Math.round(estimate),
    recall.toFixed(1),
    precision.toFixed(1),
  ]);
process.stdout.write(options.json ? `${JSON.stringify(measured, null, 2)}\n` : `${table.toString()}\n`);
