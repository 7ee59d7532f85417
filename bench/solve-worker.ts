/**
 * One measurement of bench/solve.ts, in a process of its own. Data are clusters around a centre for each class, 1,024
 * dimensions.
 */
import { newGraph } from '../src/core/onnx.js';
import { seededRandom } from '../src/core/random.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { headSettings } from '../src/training/heads.js';
import type { LabelledVectors, TrainedHead, TrainingJob } from '../src/training/job.js';
import { compile } from '../src/training/native.js';
import { factorise, solve } from '../src/training/ridge/cholesky.js';
import { openFactorProducts } from '../src/training/ridge/factor-products.js';
import { drawFeatures } from '../src/training/ridge/features.js';
import { addToPanel, copyRows, emptyGram, panelsOf } from '../src/training/ridge/gram.js';
import { type Examples, openSliceProducts } from '../src/training/ridge/slice-products.js';
import { addExamples, emptyStatistics } from '../src/training/ridge/statistics.js';
import { fitStandardisation, standardise } from '../src/training/standardise.js';
import { trainJob } from '../src/training/strategies.js';
import { versionsOf } from '../src/versions/folder-versions.js';
import { readManifest } from '../src/versions/manifest.js';
import { publishVersion } from '../src/versions/publish.js';
import { readTrained, writeTrained } from '../src/versions/version-folder.js';

export type SolveRequest =
  | { readonly part: 'product'; readonly size: number }
  | { readonly part: 'gram'; readonly width: number; readonly examples: number }
  | { readonly part: 'solve'; readonly width: number; readonly columns: number }
  /** Leaves a version that has learned so many examples in the folder. */
  | { readonly part: 'prepare'; readonly folder: string; readonly history: number }
  | { readonly part: 'update'; readonly folder: string; readonly examples: number; readonly threads: number };

export interface SolveOutcome {
  /** Medians of 5; of an update, one. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

const [dimension, lexical, classes, width, threads, seed] = [1024, 2048, 150, 4096, 1, 7];
const ignore = () => undefined;

process.once('message', async (request: SolveRequest) => {
  const times = await measure(request);
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  process.send?.({ ...times, peakRssMb }, () => process.exit(0));
});

function measure(request: SolveRequest): Promise<Omit<SolveOutcome, 'peakRssMb'>> {
  switch (request.part) {
    case 'product':
      return timeProduct(request.size);
    case 'gram':
      return timeGram(request.width, request.examples);
    case 'solve':
      return timeSolve(request.width, request.columns);
    case 'prepare':
      return medianOf(1, () => prepare(request.folder, request.history));
    case 'update':
      return timeUpdate(request.folder, request.examples, request.threads);
    default:
      throw new Error(`unknown request ${request satisfies never}`);
  }
}

async function medianOf(runs: number, work: () => Promise<unknown>): Promise<Omit<SolveOutcome, 'peakRssMb'>> {
  const times: { seconds: number; cpuSeconds: number }[] = [];
  for (let run = 0; run < runs; run++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push({ seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 });
  }
  const median = (of: 'seconds' | 'cpuSeconds') =>
    times.map((time) => time[of]).sort((a, b) => a - b)[Math.floor(runs / 2)]!;
  return { seconds: median('seconds'), cpuSeconds: median('cpuSeconds') };
}

async function timeProduct(size: number) {
  const graph = newGraph('product');
  const [a, b] = [graph.input('a', 'float32', [size, size]), graph.input('b', 'float32', [size, size])];
  graph.output(graph.node('MatMul', [a, b]), 'c', 'float32', [size, size]);
  const native = await compile(graph, threads);
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: size * size }, () => random.normal());
  const [matrix, result] = [
    { data, dims: [size, size] },
    { data: new Float32Array(size * size), dims: [size, size] },
  ];
  return medianOf(5, () => native.run({ a: matrix, b: matrix }, { c: result }));
}

/** From features as bytes to sums; the first run touches the memory, which later updates of a process have too. */
async function timeGram(size: number, count: number) {
  const features = drawFeatures('relu', { dimension, width: size, seed });
  const native = await openSliceProducts(features, { dimension, width: size, classes, threads });
  const slice = await native.bytesOf(drawExamples(count, 0), 0, count);
  const gram = emptyGram(size);
  return medianOf(5, async () => {
    for (const panel of panelsOf(size)) addToPanel(gram, panel, await native.panelOf(slice, panel), 1);
  });
}

async function timeSolve(size: number, columns: number) {
  const features = drawFeatures('relu', { dimension, width: size, seed });
  const input = { ...drawExamples(1500, 0), features, threads, progress: ignore };
  const { gram } = await addExamples(emptyStatistics(size, classes), input);
  const products = await openFactorProducts('float64', threads);
  const right = new Float64Array(size * columns).fill(1);
  return medianOf(5, async () => {
    const factor = await factorise(copyRows(gram, size), { size, ridge: 3e5, products });
    await solve(factor!, right, columns);
  });
}

/** Standardised examples around a centre for each class. */
function drawExamples(count: number, part: number): Examples {
  const random = seededRandom(seed, 'examples', part);
  const ofCentres = seededRandom(seed, 'centres');
  const centres = Float32Array.from({ length: classes * dimension }, () => ofCentres.normal());
  const targets = Int32Array.from({ length: count }, () => Math.floor(random.uniform() * classes));
  const vectors = Float32Array.from({ length: count * dimension }, (_, index) => {
    const target = targets[Math.floor(index / dimension)]!;
    return centres[target * dimension + (index % dimension)]! + 4 * random.normal();
  });
  return { inputs: standardise(vectors, fitStandardisation(vectors, dimension)), targets };
}

/** Raw vectors of the same examples, with counts of n-grams behind them, as the encoder gives them. */
function drawBatch(count: number, part: number): LabelledVectors {
  const { inputs, targets } = drawExamples(count, part);
  const vectors = new Float32Array(count * (dimension + lexical));
  for (const [row, target] of targets.entries()) {
    vectors.set(inputs.subarray(row * dimension, (row + 1) * dimension), row * (dimension + lexical));
    for (let word = 0; word < 60; word++)
      vectors[row * (dimension + lexical) + dimension + ((target * 61 + word * (row + 1)) % lexical)] = 1;
  }
  return { vectors, targets, ids: targets.map((_, row) => row) };
}

function jobOf(fresh: LabelledVectors, parent: TrainedHead | undefined, threads = 1): TrainingJob {
  const settings = {
    ...parseDeclaration('name: bench\ntasks: [{ name: task }]\n', 'bench', headSettings).training,
    seed,
    threads,
    width,
  };
  const names = Array.from({ length: classes }, (_, index) => `class ${index}`);
  const nothing: LabelledVectors = { vectors: new Float32Array(0), targets: new Int32Array(0), ids: new Int32Array(0) };
  const sizes = { dimension: dimension + lexical, lexical, classes: names, tasks: new Int32Array(classes) };
  return { strategy: 'analytic', settings, ...sizes, fresh, replayed: nothing, budget: 750, parent };
}

/** A version that has learned so many examples, slice by slice; none for no history. */
async function prepare(folder: string, history: number): Promise<void> {
  if (history === 0) return;
  let parent = await trainJob(jobOf(drawBatch(1500, 1), undefined), ignore);
  for (let part = 2, learned = 1500; learned < history; part++, learned += 6000)
    parent = await trainJob(jobOf(drawBatch(Math.min(6000, history - learned), part), parent), ignore);
  await write(folder, parent);
}

const adapter = 'bench';
const contender = { adapter, run: 1, strategy: 'analytic' };

async function timeUpdate(folder: string, count: number, threads: number) {
  const fresh = drawBatch(count, 0);
  return medianOf(1, async () => {
    const versions = versionsOf({ root: folder });
    const known = (await versions.list(adapter)).length > 0;
    const parent = known
      ? await readTrained(versions, await readManifest(versions, { adapter, version: 1 }))
      : undefined;
    await writeTrained(versions, contender, await trainJob(jobOf(fresh, parent, threads), ignore));
  });
}

async function write(folder: string, trained: TrainedHead): Promise<void> {
  const versions = versionsOf({ root: folder });
  const files = await writeTrained(versions, contender, trained);
  const { head, facts } = trained;
  const nothing = {
    adapter,
    version: 1,
    parent: null,
    createdAt: '',
    strategy: 'analytic',
    seed,
    hyperParameters: {},
    metrics: {},
  };
  const of = {
    encoder: { model: 'bench', fingerprint: '', dimension },
    classes: Array.from({ length: head.shape.classes }, (_, index) => ({ task: 'bench', label: `${index}` })),
    domains: [],
    bufferSnapshotHash: '',
  };
  const data = { afterExample: 0, throughExample: 0, fresh: 0, replayed: 0 };
  const manifest = { ...nothing, ...of, data, headKind: head.kind, headShape: head.shape, facts, files };
  await publishVersion(versions, contender, manifest, async () => undefined);
}
