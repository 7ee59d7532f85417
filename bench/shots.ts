/**
 * How good and how well calibrated heads are that learned a few examples of each label: accuracy, negative
 * log-likelihood and expected calibration error, means over seeds that each draw other examples.
 *
 *   npm run bench:shots -- --data DIR [--sets banking77,trec6] [--shots 2,5,10,25] [--heads analytic,slda,linear]
 *   [--seeds 1,2,3]
 *     [--split val] [--set '{"width": 2048}'] [--twins] [--imbalance] [--vectors DIR] [--json]
 *
 * `--twins` learns each example once more with a little noise. `--imbalance` learns 500 examples of every second label
 * and 3 of the others, under each prior of the closed form, and prints macro accuracy too. `--vectors DIR` keeps
 * encoded texts between runs.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { parseDeclaration, type TrainingSettings } from '../src/declaration/declaration.js';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { expectedCalibrationError } from '../src/gate/statistics/calibration.js';
import { scoresOf } from '../src/training/heads/head-graph.js';
import { headSettings } from '../src/training/heads.js';
import type { Head, LabelledVectors, TrainingJob } from '../src/training/job.js';
import { trainJob } from '../src/training/strategies.js';
import { drawShots, type EncodedSet, encodeSet, withTwins } from './shots-data.js';

export interface ShotsRow {
  readonly data: string;
  /** Examples of each label; under `--imbalance` as `500:3`. */
  readonly shots: string;
  readonly head: string;
  /** Percent. */
  readonly accuracy: number;
  /** Mean of the labels' accuracies, percent. */
  readonly macro: number;
  /** Mean negative log-likelihood, in nats. */
  readonly nll: number;
  /** Expected calibration error, percent. */
  readonly ece: number;
  /** Of training. */
  readonly seconds: number;
}

/** A head as the product's strategies train it. */
interface Contestant {
  readonly strategy: string;
  readonly settings: Partial<TrainingSettings>;
}

const contestants: Readonly<Record<string, Contestant>> = {
  analytic: { strategy: 'analytic', settings: {} },
  'analytic balanced': { strategy: 'analytic', settings: { prior: 'balanced' } },
  slda: { strategy: 'slda', settings: {} },
  // A softmax on the dense part of the same vectors, until it has converged.
  linear: { strategy: 'finetune', settings: { head: 'linear', epochs: 100 } },
};

/** Examples of every second label and of the others, under `--imbalance`. */
const [common, rare] = [500, 3];

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    sets: { type: 'string', default: 'banking77,trec6,snips,clinc150' },
    shots: { type: 'string', default: '2,5,10,25' },
    heads: { type: 'string', default: 'analytic,slda,linear' },
    seeds: { type: 'string', default: '1,2,3' },
    split: { type: 'string', default: 'test' },
    set: { type: 'string', default: '{}' },
    twins: { type: 'boolean', default: false },
    imbalance: { type: 'boolean', default: false },
    vectors: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

if (!options.data) throw new EspalierError('USAGE', 'bench:shots needs --data DIR');
const folder = options.data;
const settings = JSON.parse(options.set) as Partial<TrainingSettings>;
const seeds = options.seeds.split(',').map(Number);
const usual = parseDeclaration('name: bench\ntasks: [{ name: task }]\n', 'bench', headSettings).training;
const encoder = await openEncoder(
  { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true },
  { cacheFolder: defaultCacheFolder(process.env) },
);
const rows: ShotsRow[] = [];
for (const name of options.sets.split(',')) {
  const set = await encodeSet(encoder, {
    folder,
    name,
    split: options.split === 'val' ? 'val' : 'test',
    cache: options.vectors,
  });
  if (!set) {
    process.stderr.write(`${name}: ${folder} does not hold the splits train and ${options.split}; left out\n`);
    continue;
  }
  rows.push(...(options.imbalance ? await measureImbalance(set) : await measureShots(set)));
}
await encoder.close();
if (rows.length === 0)
  throw new EspalierError('DATA_FOLDER_INVALID', `${folder} holds none of the data sets ${options.sets}`);
process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);

async function measureShots(set: EncodedSet): Promise<ShotsRow[]> {
  const found: ShotsRow[] = [];
  for (const shots of options.shots.split(',').map(Number)) {
    const draw = (seed: number) => {
      const drawn = drawShots(set, () => shots, seed);
      return options.twins ? withTwins(drawn, set, seed) : drawn;
    };
    for (const head of options.heads.split(',')) found.push(await measureSeeds(set, { shots: `${shots}`, head, draw }));
  }
  return found;
}

async function measureImbalance(set: EncodedSet): Promise<ShotsRow[]> {
  const draw = (seed: number) => drawShots(set, (label) => (label % 2 === 0 ? common : rare), seed);
  const found: ShotsRow[] = [];
  for (const head of [
    'analytic',
    'analytic balanced',
    ...options.heads.split(',').filter((name) => name !== 'analytic'),
  ])
    found.push(await measureSeeds(set, { shots: `${common}:${rare}`, head, draw }));
  return found;
}

interface Cell {
  readonly shots: string;
  readonly head: string;
  readonly draw: (seed: number) => LabelledVectors;
}

type Measured = Pick<ShotsRow, 'accuracy' | 'macro' | 'nll' | 'ece' | 'seconds'>;

async function measureSeeds(set: EncodedSet, { shots, head, draw }: Cell): Promise<ShotsRow> {
  const measured: Measured[] = [];
  for (const seed of seeds) measured.push(await measureOnce(set, head, draw(seed), seed));
  const mean = (of: keyof Measured) => measured.reduce((sum, one) => sum + one[of], 0) / measured.length;
  const numbers = {
    accuracy: mean('accuracy'),
    macro: mean('macro'),
    nll: mean('nll'),
    ece: mean('ece'),
    seconds: mean('seconds'),
  };
  const row = { data: set.name, shots, head, ...numbers };
  process.stderr.write(
    `${set.name} ${shots} ${head}: ${row.accuracy.toFixed(1)} %, macro ${row.macro.toFixed(1)}, NLL ${row.nll.toFixed(2)}, ECE ${row.ece.toFixed(1)}, ${row.seconds.toFixed(1)} s\n`,
  );
  return row;
}

async function measureOnce(set: EncodedSet, name: string, fresh: LabelledVectors, seed: number) {
  const contestant = contestants[name];
  if (!contestant)
    throw new EspalierError('USAGE', `no head \`${name}\`; there are ${Object.keys(contestants).join(', ')}`);
  const empty: LabelledVectors = { vectors: new Float32Array(0), targets: new Int32Array(0), ids: new Int32Array(0) };
  const job: TrainingJob = {
    strategy: contestant.strategy,
    settings: { ...usual, ...contestant.settings, ...settings, seed },
    dimension: set.dimension,
    lexical: set.lexical,
    classes: set.labels,
    tasks: new Int32Array(set.labels.length),
    fresh,
    replayed: empty,
    budget: 750,
    parent: undefined,
  };
  const began = performance.now();
  const { head } = await trainJob(job, () => undefined);
  const seconds = (performance.now() - began) / 1000;
  return { ...(await measureHead(head, set)), seconds };
}

async function measureHead(head: Head, { asked, labels }: EncodedSet) {
  const logits = await scoresOf(head, asked.vectors, 1);
  const [right, count] = [new Float64Array(labels.length), new Float64Array(labels.length)];
  let loss = 0;
  const answers = Array.from(asked.targets, (target, row) => {
    const own = logits.subarray(row * labels.length, (row + 1) * labels.length);
    const top = Math.max(...own);
    const total = own.reduce((sum, score) => sum + Math.exp(score - top), 0);
    loss += Math.log(total) + top - own[target]!;
    const correct = own.indexOf(top) === target;
    count[target]! += 1;
    right[target]! += correct ? 1 : 0;
    return { confidence: 1 / total, correct };
  });
  const asks = [...labels.keys()].filter((label) => count[label]! > 0);
  return {
    accuracy: (100 * answers.filter(({ correct }) => correct).length) / answers.length,
    macro: (100 * asks.reduce((sum, label) => sum + right[label]! / count[label]!, 0)) / asks.length,
    nll: loss / answers.length,
    ece: 100 * expectedCalibrationError(answers),
  };
}

function tableOf(found: readonly ShotsRow[]): string {
  const table = new Table({
    head: ['data', 'shots', 'head', 'accuracy %', 'macro %', 'NLL', 'ECE %', 'seconds'],
    style: { head: [], border: [] },
  });
  for (const { data, shots, head, accuracy, macro, nll, ece, seconds } of found)
    table.push([
      data,
      shots,
      head,
      accuracy.toFixed(1),
      macro.toFixed(1),
      nll.toFixed(2),
      ece.toFixed(1),
      seconds.toFixed(1),
    ]);
  return table.toString();
}
