/**
 * Whether texts that are out of scope are told better by the threshold on confidence, by a distance to what was
 * learned, or by both: area under the ROC curve, and at a cut that refuses a chosen share of held-out texts, how many
 * texts in scope are refused and how many out of scope are caught.
 *
 *   npm run bench:unknown -- --data DIR [--shots 10,50,all] [--seeds 1,2,3] [--refuse 0.05] [--split val] [--vectors
 *   DIR] [--json]
 *
 * Reads `clinc150.{train,val,test,oos_train,oos_test}.jsonl` of DIR; `--vectors DIR` keeps encoded texts between runs.
 * The cut is chosen on the validation split, as an update chooses it on held-out texts, and asked on test. `--split
 * val` asks one half of the validation split, with the cut chosen on the other: for choosing between measures.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { auroc } from '../src/evaluation/metrics/ranking.js';
import { conformalThreshold } from '../src/gate/statistics/conformal.js';
import { headSettings } from '../src/training/heads.js';
import type { Head, LabelledVectors, TrainingJob } from '../src/training/job.js';
import { trainJob } from '../src/training/strategies.js';
import { drawShots, type EncodedSet, encodeKept, encodeSet, readSplit } from './shots-data.js';
import { type Scores, scoreAll } from './unknown-scores.js';

const set = 'clinc150';

export interface UnknownRow {
  readonly shots: string;
  readonly score: string;
  /** Percent, means over seeds. */
  readonly auroc: number;
  /** Of texts in scope. */
  readonly refused: number;
  /** Of texts out of scope. */
  readonly caught: number;
}

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    shots: { type: 'string', default: '10,50,all' },
    seeds: { type: 'string', default: '1,2,3' },
    refuse: { type: 'string', default: '0.05' },
    split: { type: 'string', default: 'test' },
    vectors: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (!options.data) throw new EspalierError('USAGE', 'bench:unknown needs --data DIR');
const share = Number(options.refuse);
const usual = parseDeclaration('name: bench\ntasks: [{ name: task }]\n', 'bench', headSettings).training;

/** Scores that are tried together: what is read off the answer, and what is a distance. */
const pairs = ['confidence', 'energy'].flatMap((answer) =>
  ['nearest mean', 'relative Mahalanobis'].map((distance) => [answer, distance] as const),
);

/** Texts of one kind, [n, dimension]. */
interface Asked {
  /** In scope; the cut is chosen on them. */
  readonly held: Float32Array;
  readonly inScope: Float32Array;
  readonly outOfScope: Float32Array;
}

const { learnable, asked } = await encodeAll(options.data);
const rows: UnknownRow[] = [];
for (const shots of options.shots.split(',')) rows.push(...(await measureShots(shots)));
process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);

async function encodeAll(folder: string): Promise<{ learnable: EncodedSet; asked: Asked }> {
  const encoder = await openEncoder(
    { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true },
    { cacheFolder: defaultCacheFolder(process.env) },
  );
  const isTest = options.split === 'test';
  const learnable = await encodeSet(encoder, { folder, name: set, split: 'val', cache: options.vectors });
  const [tested, outside] = [
    await readSplit(folder, set, 'test'),
    await readSplit(folder, set, isTest ? 'oos_test' : 'oos_train'),
  ];
  if (!learnable || !tested || !outside)
    throw new EspalierError('DATA_FOLDER_INVALID', `${folder} does not hold all splits of ${set}`);
  const vectorsOf = (texts: typeof tested) => encodeKept(encoder, texts, options.vectors);
  const { vectors } = learnable.asked;
  const held = isTest ? vectors : everySecond(vectors, learnable.dimension, 0);
  const inScope = isTest ? await vectorsOf(tested) : everySecond(vectors, learnable.dimension, 1);
  const asked = { held, inScope, outOfScope: await vectorsOf(outside) };
  await encoder.close();
  return { learnable, asked };
}

function everySecond(vectors: Float32Array, dimension: number, first: 0 | 1): Float32Array {
  return vectors.filter((_, at) => Math.floor(at / dimension) % 2 === first);
}

/** Means over the seeds; with all examples nothing is drawn, and one seed tells as much as three. */
async function measureShots(shots: string): Promise<UnknownRow[]> {
  const seeds = shots === 'all' ? [1] : options.seeds.split(',').map(Number);
  const measured: UnknownRow[][] = [];
  for (const seed of seeds) {
    const fresh = drawShots(learnable, () => (shots === 'all' ? Number.POSITIVE_INFINITY : Number(shots)), seed);
    measured.push(await measureOnce(fresh, shots, seed));
  }
  return measured[0]!.map((row, index) => {
    const mean = (of: 'auroc' | 'refused' | 'caught') =>
      measured.reduce((sum, own) => sum + own[index]![of], 0) / measured.length;
    return { ...row, auroc: mean('auroc'), refused: mean('refused'), caught: mean('caught') };
  });
}

async function measureOnce(fresh: LabelledVectors, shots: string, seed: number): Promise<UnknownRow[]> {
  const { labels, dimension } = learnable;
  const head = await train('analytic', fresh, seed);
  const learned = {
    batch: fresh,
    classes: labels.length,
    dimension,
    head,
    discriminant: await train('slda', fresh, seed),
  };
  const held = await scoreAll(learned, asked.held);
  const inScope = await scoreAll(learned, asked.inScope);
  const outOfScope = await scoreAll(learned, asked.outOfScope);
  const scored = (name: string) => ({ held: held[name]!, inScope: inScope[name]!, outOfScope: outOfScope[name]! });
  const alone = Object.keys(held).map((name) => rowOf(shots, name, scored(name)));
  const together = pairs.flatMap(([first, second]) => {
    const both = [scored(first), scored(second)] as const;
    return [
      rowOf(shots, `${first} or ${second}`, combine(both, Math.min)),
      rowOf(
        shots,
        `${first} times ${second}`,
        combine(both, (a, b) => a * b),
      ),
    ];
  });
  return [...alone, ...together];
}

async function train(strategy: string, fresh: LabelledVectors, seed: number): Promise<Head> {
  const { labels, dimension, lexical } = learnable;
  const empty: LabelledVectors = { vectors: new Float32Array(0), targets: new Int32Array(0), ids: new Int32Array(0) };
  const job: TrainingJob = {
    ...{ strategy, dimension, lexical, fresh, replayed: empty, budget: 750, parent: undefined },
    settings: { ...usual, seed },
    classes: labels,
    tasks: new Int32Array(labels.length),
  };
  return (await trainJob(job, () => undefined)).head;
}

interface Scored {
  readonly held: Scores;
  readonly inScope: Scores;
  readonly outOfScope: Scores;
}

function rowOf(shots: string, score: string, { held, inScope, outOfScope }: Scored): UnknownRow {
  const threshold = conformalThreshold(held, share);
  const below = (scores: Scores) => (100 * scores.filter((one) => one < threshold).length) / scores.length;
  const all = [...inScope, ...outOfScope];
  const area = auroc.statistic(
    Float64Array.from(all),
    Float64Array.from(all, (_, index) => (index < inScope.length ? 1 : 0)),
  );
  const row = {
    shots,
    score,
    auroc: 100 * area(new Float64Array(all.length).fill(1)),
    refused: below(inScope),
    caught: below(outOfScope),
  };
  process.stderr.write(
    `${shots} ${score}: AUROC ${row.auroc.toFixed(1)}, refused ${row.refused.toFixed(1)}, caught ${row.caught.toFixed(1)}\n`,
  );
  return row;
}

/** Of two scores one, by the shares of held-out texts that are no surer; the cut is then chosen on what comes of it. */
function combine([a, b]: readonly [Scored, Scored], combined: (ofA: number, ofB: number) => number): Scored {
  const [inA, inB] = [rankAmong(a.held), rankAmong(b.held)];
  const both = (kind: keyof Scored) => a[kind].map((score, index) => combined(inA(score), inB(b[kind][index]!)));
  return { held: both('held'), inScope: both('inScope'), outOfScope: both('outOfScope') };
}

function rankAmong(held: Scores): (score: number) => number {
  const sorted = [...held].sort((x, y) => x - y);
  return (score) => (1 + sorted.filter((one) => one <= score).length) / (sorted.length + 1);
}

function tableOf(found: readonly UnknownRow[]): string {
  const table = new Table({
    head: ['shots', 'score', 'AUROC', 'in scope, refused %', 'out of scope, caught %'],
    style: { head: [], border: [] },
  });
  for (const { shots, score, ...numbers } of found)
    table.push([shots, score, ...[numbers.auroc, numbers.refused, numbers.caught].map((value) => value.toFixed(1))]);
  return table.toString();
}
