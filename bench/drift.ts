/**
 * False alarms and power of `espalier drift` by the size of a batch, and its time.
 *
 *   npm run bench:drift -- --data DIR [--learned 10000] [--draws 5] [--batches 100] [--power 20] [--sizes 20,100,500]
 *   [--vectors DIR] [--json]
 *
 * Reads `clinc150.{train,val,test}.jsonl` and `banking77.train.jsonl` of DIR. All rows of CLINC150 are mixed; of each draw
 * so many are learned by the default head, a tenth as many are held out, and the others come in batches. Batches: of the
 * same rows ("alike"); with other frequencies of the labels (each label's weight is exp of a normal number); with a share
 * of texts of intents that were never learned; of BANKING77. An alarm is an adjusted p of at most 5 %.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { pickWeighted, seededRandom, shuffled } from '../src/core/random.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { withAdjusted } from '../src/drift/adjust.js';
import { type ComparedChampion, compareScope, type Scope } from '../src/drift/compare-scope.js';
import { isMeasured, type ScopeCheck, significance } from '../src/drift/drift-check.js';
import { learnedSums, openHeadFeatures } from '../src/drift/head-features.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { conformalThreshold } from '../src/gate/statistics/conformal.js';
import { headGraph } from '../src/training/heads/head-graph.js';
import { headSettings } from '../src/training/heads.js';
import type { LabelledVectors, TrainedHead } from '../src/training/job.js';
import { compile } from '../src/training/native.js';
import { trainJob } from '../src/training/strategies.js';
import { encodeKept, readSplit } from './shots-data.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    learned: { type: 'string', default: '10000' },
    draws: { type: 'string', default: '5' },
    batches: { type: 'string', default: '100' },
    power: { type: 'string', default: '20' },
    sizes: { type: 'string', default: '20,100,500' },
    vectors: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (!options.data) throw new EspalierError('USAGE', 'bench:drift needs --data DIR');
const [learnedRows, draws, alikeBatches, powerBatches] = [
  Number(options.learned),
  Number(options.draws),
  Number(options.batches),
  Number(options.power),
];
const usual = parseDeclaration('name: bench\ntasks: [{ name: task }]\n', 'bench', headSettings).training;
/** Share of texts that may be refused, as an update chooses it. */
const refusedShare = 0.05;
/** Intents of CLINC150 that are never learned. */
const unseenLabels = 15;
const sizes = options.sizes.split(',').map(Number);

interface Rows {
  /** [n, dimension] */
  readonly vectors: Float32Array;
  readonly labels: readonly string[];
}

interface Drawn {
  readonly champion: ComparedChampion;
  readonly learned: Scope['learned'];
  readonly reference: readonly number[];
  readonly ask: (rows: readonly number[], from: Rows) => Promise<Scope['fresh']>;
  readonly held: Scope['held'];
  /** Rows of CLINC150 that nobody has seen: of learned intents, and of the others. */
  readonly alike: readonly number[];
  readonly unseen: readonly number[];
}

export interface DriftRow {
  readonly kind: string;
  readonly texts: number;
  readonly batches: number;
  /** Percent of the batches. */
  readonly alarms: number;
  readonly byInputs: number;
  readonly byScores: number;
  readonly byUnknown: number;
  readonly effect: number;
  readonly seconds: number;
}

const encoder = await openEncoder(
  { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true },
  { cacheFolder: defaultCacheFolder(process.env) },
);
const { dimension } = encoder;
const clinc = await encodeAll('clinc150', ['train', 'val', 'test']);
const banking = await encodeAll('banking77', ['train']);
await encoder.close();
const found = new Map<string, { checks: ScopeCheck[]; seconds: number }>();
for (let draw = 1; draw <= draws; draw++) await measureDraw(await drawChampion(draw), draw);
const rows = [...found].map(([key, measured]) => summarise(key, measured));
process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);

async function encodeAll(name: string, splits: readonly ('train' | 'val' | 'test')[]): Promise<Rows> {
  const texts = [];
  for (const split of splits) {
    const own = await readSplit(options.data!, name, split);
    if (!own) throw new EspalierError('DATA_FOLDER_INVALID', `${options.data} does not hold ${name}.${split}`);
    texts.push(...own);
  }
  return { vectors: await encodeKept(encoder, texts, options.vectors), labels: texts.map(({ label }) => label) };
}

async function drawChampion(draw: number): Promise<Drawn> {
  const random = seededRandom('drift-bench', draw);
  const names = shuffled([...new Set(clinc.labels)].sort(), random);
  const unseenNames = new Set(names.slice(0, unseenLabels));
  const labels = names.slice(unseenLabels).sort();
  const mixed = shuffled([...clinc.labels.keys()], random);
  const seen = mixed.filter((row) => !unseenNames.has(clinc.labels[row]!));
  const [learned, held] = [seen.slice(0, learnedRows), seen.slice(learnedRows, learnedRows * 1.1)];
  const trained = await train(learned, labels, draw);
  const { head } = trained;
  const classes = labels.map((label) => ({ task: 'task', label }));
  const manifest = { classes } as unknown as ComparedChampion['manifest'];
  const [threads, adapter] = [2, 'bench'];
  const champion: ComparedChampion = {
    ...{ adapter, version: 1, seed: draw, manifest, threads, encoder: { dimension } },
    features: openHeadFeatures(head, threads),
  };
  const native = await compile(headGraph(head), threads);
  const scoresOf = async (own: readonly number[], from: Rows) => {
    const vectors = vectorsOf(own, from);
    const outputs = await native.run({ embedding: { data: vectors, dims: [own.length, dimension] } });
    return { vectors, scores: Float64Array.from(outputs.probabilities!) };
  };
  const confidences = (scores: Float64Array) =>
    Array.from({ length: scores.length / labels.length }, (_, row) =>
      scores.subarray(row * labels.length, (row + 1) * labels.length).reduce((most, own) => Math.max(most, own)),
    );
  const threshold = conformalThreshold(confidences((await scoresOf(held, clinc)).scores), refusedShare);
  const ask = async (own: readonly number[], from: Rows): Promise<Scope['fresh']> => {
    const asked = await scoresOf(own, from);
    const reasons = confidences(asked.scores).map((sure) => (sure < threshold ? 'unknown' : undefined));
    return { ...asked, rows: own.map(() => ({ text: '' })), answers: [], reasons };
  };
  return {
    ...{ champion, learned: learnedSums(trained, { classes }, 'task'), reference: learned, ask },
    held: await ask(held, clinc),
    alike: seen.slice(learnedRows * 1.1),
    unseen: mixed.filter((row) => unseenNames.has(clinc.labels[row]!)),
  };
}

async function train(learned: readonly number[], labels: readonly string[], seed: number): Promise<TrainedHead> {
  const batch = (own: readonly number[]): LabelledVectors => ({
    vectors: vectorsOf(own, clinc),
    targets: Int32Array.from(own, (row) => labels.indexOf(clinc.labels[row]!)),
    ids: Int32Array.from(own),
  });
  return trainJob(
    {
      ...{ strategy: 'analytic', dimension, lexical: encoder.lexical, budget: 750, parent: undefined },
      ...{ fresh: batch(learned), replayed: batch([]), classes: labels, tasks: new Int32Array(labels.length) },
      settings: { ...usual, seed },
    },
    () => undefined,
  );
}

function vectorsOf(own: readonly number[], { vectors }: Rows): Float32Array {
  const taken = new Float32Array(own.length * dimension);
  for (const [place, row] of own.entries())
    taken.set(vectors.subarray(row * dimension, (row + 1) * dimension), place * dimension);
  return taken;
}

async function measureDraw(drawn: Drawn, draw: number): Promise<void> {
  const random = seededRandom('drift-bench', 'batches', draw);
  const some = (from: readonly number[], count: number) => shuffled(from, random).slice(0, count);
  for (const texts of sizes) {
    const kinds: [string, number, () => [readonly number[], Rows]][] = [
      ['alike', alikeBatches, () => [some(drawn.alike, texts), clinc]],
      ['label shift', powerBatches, () => [withOtherFrequencies(drawn.alike, texts, random), clinc]],
      ['10 % new intents', powerBatches, () => [withUnseen(drawn, texts, 0.1, some), clinc]],
      ['30 % new intents', powerBatches, () => [withUnseen(drawn, texts, 0.3, some), clinc]],
      ['new domain', powerBatches, () => [some([...banking.labels.keys()], texts), banking]],
    ];
    for (const [kind, batches, make] of kinds) {
      for (let batch = 0; batch < batches; batch++) await measureOnce(drawn, [kind, texts, batch], ...make());
      const { alarms, batches: all } = summarise(
        JSON.stringify([kind, texts]),
        found.get(JSON.stringify([kind, texts]))!,
      );
      process.stderr.write(`draw ${draw}: ${kind}, ${texts} texts: alarms ${alarms.toFixed(1)} % of ${all}\n`);
    }
  }
}

function withUnseen(
  { alike, unseen }: Drawn,
  texts: number,
  share: number,
  some: (from: readonly number[], count: number) => number[],
): number[] {
  const added = Math.round(texts * share);
  return [...some(alike, texts - added), ...some(unseen, added)];
}

/** Labels become exp(normal) times as frequent: half of them less frequent, a sixth more than 2.7 times as frequent. */
function withOtherFrequencies(
  from: readonly number[],
  texts: number,
  random: ReturnType<typeof seededRandom>,
): number[] {
  const weights = new Map<string, number>();
  for (const label of new Set(clinc.labels)) weights.set(label, Math.exp(random.normal()));
  const left = Float64Array.from(from, (row) => weights.get(clinc.labels[row]!)!);
  return Array.from({ length: texts }, () => {
    const place = pickWeighted(left, random);
    left[place] = 0;
    return from[place]!;
  });
}

async function measureOnce(
  { champion, learned, reference, ask, held }: Drawn,
  [kind, texts, batch]: readonly [string, number, number],
  own: readonly number[],
  from: Rows,
): Promise<void> {
  const name = `${kind} ${texts} ${batch}`;
  const sample = shuffled(reference, seededRandom(name, champion.seed)).slice(0, 1000);
  const scope: Scope = {
    ...{ task: 'task', batch: name, domain: null, against: 'everything learned', decides: true, texts },
    ...{ fresh: await ask(own, from), reference: vectorsOf(sample, clinc), learned, held },
  };
  const started = performance.now();
  const [check] = withAdjusted([await compareScope(champion, scope)]);
  const key = JSON.stringify([kind, texts]);
  const before = found.get(key) ?? { checks: [], seconds: 0 };
  found.set(key, {
    checks: [...before.checks, check!],
    seconds: before.seconds + (performance.now() - started) / 1000,
  });
}

function summarise(key: string, { checks, seconds }: { checks: readonly ScopeCheck[]; seconds: number }): DriftRow {
  const [kind, texts] = JSON.parse(key) as [string, number];
  const share = (isAlarm: (check: ScopeCheck) => boolean) => (100 * checks.filter(isAlarm).length) / checks.length;
  const by = (test: ScopeCheck['inputs'] | ScopeCheck['scores'] | ScopeCheck['novelty']) =>
    isMeasured<{ p: number | null }>(test) && test.p !== null && test.p <= significance;
  const effects = checks.map(({ inputs }) => (isMeasured(inputs) ? (inputs.effect ?? 0) : 0));
  return {
    ...{ kind, texts, batches: checks.length },
    alarms: share(({ p }) => p !== null && p <= significance),
    byInputs: share(({ inputs }) => by(inputs)),
    byScores: share(({ scores }) => by(scores)),
    byUnknown: share(({ novelty }) => by(novelty)),
    effect: effects.reduce((sum, effect) => sum + effect, 0) / effects.length,
    seconds: seconds / checks.length,
  };
}

function tableOf(measured: readonly DriftRow[]): string {
  const table = new Table({
    head: ['batch', 'texts', 'batches', 'alarms %', 'inputs %', 'scores %', 'unknown %', 'effect', 's'],
    style: { head: [], border: [] },
  });
  for (const { kind, texts, batches, alarms, byInputs, byScores, byUnknown, effect, seconds } of measured)
    table.push([
      ...[kind, String(texts), String(batches)],
      ...[alarms, byInputs, byScores, byUnknown].map((value) => value.toFixed(1)),
      ...[effect.toFixed(2), seconds.toFixed(2)],
    ]);
  return table.toString();
}
