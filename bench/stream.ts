/**
 * Plays a stream of tasks, one update each, with every strategy: final average accuracy and average forgetting on the upstream test
 * split, training seconds (encoding apart) and peak memory. Each strategy runs in a process of its own, so that its peak is its own.
 *
 *   npm run bench:stream -- --data DIR --stream NAME [--strategies a,b] [--budgets 750] [--seed 7] [--split test] [--json]
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { defaultCacheFolder } from '../src/core/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { strategies, strategyNamed } from '../src/training/strategies.js';
import { readStream, type StreamTask } from './stream-data.js';
import type { StreamOutcome, StreamRequest, StreamTaskFile } from './stream-worker.js';

export interface StreamRow extends StreamOutcome {
  readonly stream: string;
  readonly strategy: string;
  /** Examples the strategy may replay; 0 where it replays none. */
  readonly budget: number;
  readonly seed: number;
}

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    stream: { type: 'string' },
    strategies: { type: 'string', default: strategies.map((strategy) => strategy.name).join(',') },
    budgets: { type: 'string', default: '750' },
    seed: { type: 'string', default: '7' },
    split: { type: 'string', default: 'test' },
    json: { type: 'boolean', default: false },
  },
});

if (!options.data || !options.stream) throw new EspalierError('USAGE', 'bench:stream needs --data DIR and --stream NAME');
const seed = Number(options.seed);
const folder = await mkdtemp(join(tmpdir(), 'espalier-stream-'));
try {
  const tasks = await readStream(options.data, options.stream, seed);
  const file = await encodeTasks(tasks, folder);
  const rows: StreamRow[] = [];
  for (const strategy of options.strategies.split(',')) {
    const budgets = strategyNamed(strategy).replays ? options.budgets.split(',').map(Number) : [0];
    for (const budget of budgets) {
      const outcome = await runApart({ file, strategy, budget, seed });
      rows.push({ stream: options.stream, strategy, budget, seed, ...outcome });
      process.stderr.write(`${strategy} ${budget}: ${outcome.finalAccuracy.toFixed(1)} % after ${outcome.seconds.toFixed(1)} s\n`);
    }
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Encodes all texts once, and leaves vectors and labels where each strategy's process finds them. */
async function encodeTasks(tasks: readonly StreamTask[], target: string): Promise<string> {
  const encoder = await openEncoder(
    { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true },
    { cacheFolder: defaultCacheFolder(process.env) },
  );
  const start = performance.now();
  const index: StreamTaskFile[] = [];
  let texts = 0;
  for (const [number, task] of tasks.entries()) {
    const measured = options.split === 'val' ? task.validation : task.test;
    for (const [part, rows] of [
      ['train', task.train],
      ['measured', measured],
    ] as const) {
      const vectors = await encoder.encode(rows.map((row) => row.text));
      await writeFile(join(target, `${number}.${part}.f32`), new Uint8Array(vectors.buffer));
      texts += rows.length;
    }
    index.push({ name: task.name, train: task.train.map((row) => row.label), measured: measured.map((row) => row.label) });
  }
  process.stderr.write(`encoded ${texts} texts at ${Math.round((texts * 1000) / (performance.now() - start))} a second\n`);
  const file = join(target, 'stream.json');
  await writeFile(file, JSON.stringify({ dimension: encoder.dimension, tasks: index }));
  await encoder.close();
  return file;
}

function runApart(request: StreamRequest): Promise<StreamOutcome> {
  const child = fork(fileURLToPath(new URL('./stream-worker.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', (outcome) => resolve(outcome as StreamOutcome));
    child.once('exit', (code) => reject(new Error(`the process of ${request.strategy} ended with ${code}`)));
    child.send(request);
  });
}

function tableOf(rows: readonly StreamRow[]): string {
  const table = new Table({
    head: ['strategy', 'budget', 'final accuracy %', 'forgetting', 'seconds', 'peak MB'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    const numbers = [row.finalAccuracy.toFixed(1), row.forgetting.toFixed(1), row.seconds.toFixed(1), row.peakRssMb.toFixed(0)];
    table.push([row.strategy, row.budget === 0 ? '-' : row.budget, ...numbers]);
  }
  return table.toString();
}
