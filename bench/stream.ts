/**
 * Plays a stream of domains, one update each, with every strategy at every buffer budget, in several orders: final
 * average accuracy, forgetting, transfer, training seconds (encoding apart), bytes kept and peak memory. Each play has
 * a process of its own.
 *
 *   npm run bench:stream -- --data DIR --stream NAME [--strategies a,b] [--budgets 300,750] [--orders upstream,1,2]
 *   [--seed 7]
 *     [--policies balanced-reservoir,margin:keep=most] [--split test] [--imbalance 50] [--returning] [--half] [--set '{"learningRate": 0.001}'] [--json]
 *
 * `--half` rounds the vectors to half precision, as a store with half of their bytes would keep them.
 *
 * `finetune+carried` plays a strategy with moments that are carried from update to update (or `+fresh`), `joint+linear`
 * one with another kind of
 * head: the latter is the peer that everything is measured against, a linear softmax on the same dense features,
 *       retrained on all data.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { seededRandom, shuffled } from '../src/core/random.js';
import type { BufferRule, TrainingSettings } from '../src/declaration/declaration.js';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { strategies, strategyNamed } from '../src/training/strategies.js';
import { runApart } from './apart.js';
import { roundToHalf } from './half-precision.js';
import { imbalanced, readStream, returning, type StreamTask } from './stream-data.js';
import type { StreamReply, StreamRequest, StreamStepFile } from './stream-worker.js';

export interface StreamRow {
  readonly stream: string;
  /** With what was asked for beside its usual settings: `finetune+carried`. */
  readonly strategy: string;
  /** The policy of the replay buffer, with its options. */
  readonly policy: string;
  /** Examples the strategy may replay; 0 where it replays none. */
  readonly budget: number;
  /** `upstream`, or the seed of the shuffle. */
  readonly order: string;
  readonly seed: number;
  /** Percent. */
  readonly finalAccuracy: number;
  /** Percentage points, as the next three. */
  readonly forgetting: number;
  /** The most that one earlier domain lost. */
  readonly worstForgetting: number;
  readonly backwardTransfer: number;
  readonly forwardTransfer: number;
  /** Training only. */
  readonly seconds: number;
  readonly bytesStored: number;
  readonly peakRssMb: number;
}

/** The naive baseline in the other regime, and the peer on the same features. */
const otherPlays = ['finetune+carried', 'joint+linear'];

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    stream: { type: 'string' },
    strategies: { type: 'string', default: [...strategies.map(({ name }) => name), ...otherPlays].join(',') },
    budgets: { type: 'string', default: '750' },
    policies: { type: 'string', default: 'balanced-reservoir' },
    orders: { type: 'string', default: 'upstream' },
    seed: { type: 'string', default: '7' },
    split: { type: 'string', default: 'test' },
    imbalance: { type: 'string' },
    returning: { type: 'boolean', default: false },
    half: { type: 'boolean', default: false },
    set: { type: 'string', default: '{}' },
    json: { type: 'boolean', default: false },
  },
});

if (!options.data || !options.stream)
  throw new EspalierError('USAGE', 'bench:stream needs --data DIR and --stream NAME');
const seed = Number(options.seed);
const settings = JSON.parse(options.set) as Partial<TrainingSettings>;
const folder = await mkdtemp(join(tmpdir(), 'espalier-stream-'));
try {
  const upstream = await readStream(options.data, options.stream, seed);
  const uneven = options.imbalance ? imbalanced(upstream, Number(options.imbalance), seed) : upstream;
  const tasks = options.returning ? returning(uneven) : uneven;
  const file = await encodeTasks(tasks, folder);
  const rows: StreamRow[] = [];
  for (const order of options.orders.split(',')) {
    for (const play of options.strategies.split(',')) {
      const { strategy, asked } = readPlay(play);
      const { replays } = strategyNamed(strategy);
      const budgets = replays ? options.budgets.split(',').map(Number) : [0];
      const policies = options.policies.split(',').slice(0, replays ? undefined : 1);
      for (const [policy, budget] of policies.flatMap((own) => budgets.map((number) => [own, number] as const))) {
        const request: StreamRequest = {
          file,
          order: orderOf(order, tasks.length),
          strategy,
          rule: readRule(policy),
          budget,
          seed,
          settings: { ...settings, ...asked },
        };
        const reply = await runApart<StreamReply>('./stream-worker.ts', request, play);
        rows.push({ stream: options.stream, strategy: play, policy, budget, order, seed, ...numbersOf(reply) });
        const { finalAccuracy, forgetting, seconds } = rows.at(-1)!;
        process.stderr.write(
          `${order} ${play} ${policy} ${budget}: ${finalAccuracy.toFixed(1)} % / ${forgetting.toFixed(1)} after ${seconds.toFixed(1)} s\n`,
        );
      }
    }
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** `name+what`, where `what` is how moments are treated, or a kind of head. */
function readPlay(play: string): { strategy: string; asked: Partial<TrainingSettings> } {
  const [strategy, what] = play.split('+') as [string, string | undefined];
  if (what === undefined) return { strategy, asked: {} };
  return { strategy, asked: what === 'carried' || what === 'fresh' ? { moments: what } : { head: what } };
}

/** `name:option=value:option=value` */
function readRule(policy: string): BufferRule {
  const [name, ...given] = policy.split(':') as [string, ...string[]];
  const entries = given.map((option) => option.split('=') as [string, string]);
  const typed = (value: string) => (Number.isNaN(Number(value)) ? value : Number(value));
  const { floor = 0, ...own } = Object.fromEntries(entries.map(([option, value]) => [option, typed(value)]));
  return { policy: name, options: own, floor: Number(floor) };
}

function orderOf(order: string, count: number): number[] {
  const upstream = Array.from({ length: count }, (_, number) => number);
  return order === 'upstream' ? upstream : shuffled(upstream, seededRandom(Number(order), 'order'));
}

/** Encodes all texts once, and leaves vectors and labels where each play's process finds them. */
async function encodeTasks(tasks: readonly StreamTask[], target: string): Promise<string> {
  const encoder = await openEncoder(
    { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true },
    { cacheFolder: defaultCacheFolder(process.env) },
  );
  const start = performance.now();
  const steps: StreamStepFile[] = [];
  let texts = 0;
  for (const [number, { name, task, train, ...held }] of tasks.entries()) {
    const test = options.split === 'val' ? held.validation : held.test;
    for (const [part, rows] of Object.entries({ train, test })) {
      const encoded = await encoder.encode(rows.map((row) => row.text));
      // Counts of n-grams are whole numbers below 2,048, which half precision keeps.
      const vectors = options.half ? roundToHalf(encoded) : encoded;
      await writeFile(join(target, `${number}.${part}.f32`), new Uint8Array(vectors.buffer));
      texts += rows.length;
    }
    steps.push({ name, task, train: train.map(({ label }) => label), test: test.map(({ label }) => label) });
  }
  process.stderr.write(
    `encoded ${texts} texts at ${Math.round((texts * 1000) / (performance.now() - start))} a second\n`,
  );
  const file = join(target, 'stream.json');
  await writeFile(file, JSON.stringify({ lexical: encoder.lexical, steps }));
  await encoder.close();
  return file;
}

function numbersOf({ matrix, ...reply }: StreamReply) {
  const last = matrix.at(-1)!;
  const losses = last.map(
    (now, domain) => Math.max(...matrix.slice(0, -1).map((row) => row[domain] ?? 0)) - (now ?? 0),
  );
  return {
    finalAccuracy: reply.averageAccuracy * 100,
    forgetting: reply.forgetting * 100,
    worstForgetting: Math.max(...losses.slice(0, -1)) * 100,
    backwardTransfer: reply.backwardTransfer * 100,
    forwardTransfer: reply.forwardTransfer * 100,
    seconds: reply.seconds,
    bytesStored: reply.bytesStored,
    peakRssMb: reply.peakRssMb,
  };
}

function tableOf(rows: readonly StreamRow[]): string {
  const table = new Table({
    head: [
      'strategy',
      'policy',
      'budget',
      'order',
      'final %',
      'forgotten',
      'worst',
      'BWT',
      'FWT',
      'seconds',
      'kept MB',
      'peak MB',
    ],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    const points = [
      row.finalAccuracy,
      row.forgetting,
      row.worstForgetting,
      row.backwardTransfer,
      row.forwardTransfer,
      row.seconds,
    ];
    const megabytes = [(row.bytesStored / 1e6).toFixed(1), row.peakRssMb.toFixed(0)];
    table.push([
      row.strategy,
      row.policy,
      row.budget || '-',
      row.order,
      ...points.map((value) => value.toFixed(1)),
      ...megabytes,
    ]);
  }
  return table.toString();
}
