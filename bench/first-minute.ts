/**
 * What a newcomer waits for: seconds of the first commands in a new workspace, and of those that are typed often. With
 * another built checkout beside it, both play it in turns.
 *
 *   npm run bench:first-minute -- [--before CHECKOUT [--before-node NODE]] [--rounds N]        3 rounds unless told; medians
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';

const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    'before-node': { type: 'string', default: process.execPath },
    rounds: { type: 'string', default: '3' },
  },
});
const { before, 'before-node': beforeNode } = values;
const root = fileURLToPath(new URL('..', import.meta.url));
const rowCount = 600;

interface Contender {
  /** A built checkout, and the Node.js that it was installed with. */
  readonly checkout: string;
  readonly node: string;
}

/** Seconds of one command, which must succeed. */
async function time({ checkout, node }: Contender, folder: string, words: readonly string[]): Promise<number> {
  const start = performance.now();
  const entry = join(checkout, 'dist', 'cli', 'main.js');
  const child = spawn(node, [entry, ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`espalier ${words.join(' ')} of ${checkout} ended with ${code}`);
  return (performance.now() - start) / 1000;
}

async function sampleRows(): Promise<string> {
  const folder = join(root, 'adapters', 'support-triage', 'data');
  const files = (await readdir(folder)).sort();
  const rows = (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('').split('\n');
  return `${rows.slice(0, rowCount).join('\n')}\n`;
}

/** Step -> seconds. */
async function play(contender: Contender): Promise<Map<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-first-minute-'));
  const run = (...words: string[]) => time(contender, folder, words);
  try {
    await writeFile(join(folder, 'rows.jsonl'), await sampleRows());
    const steps = new Map<string, number>();
    const init = await run('init', '.', '--adapter', 'triage');
    const ingest = await run('ingest', 'rows.jsonl', '--adapter', 'triage', '--domain', 'first');
    const update = await run('update', 'triage');
    steps.set(`init, ingest of ${rowCount} rows and the first update`, init + ingest + update);
    await run('candidates', 'approve', '1', '--override', '--reason', 'benchmark');
    steps.set('status', await run('status'));
    steps.set('buffer list', await run('buffer', 'list'));
    steps.set('predict of one text', await run('predict', 'triage', 'where is my parcel'));
    steps.set('demo', await run('demo'));
    return steps;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const earlier = before === undefined ? [] : [{ checkout: before, node: beforeNode }];
const contenders: readonly Contender[] = [...earlier, { checkout: root, node: process.execPath }];
for (const { checkout } of contenders)
  if (!existsSync(join(checkout, 'dist', 'cli', 'main.js'))) throw new Error(`${checkout} has not been built`);
const played = contenders.map(() => [] as Map<string, number>[]);
// The first round of each converts the encoder where that has never happened, and is not counted.
for (let round = 0; round <= Number(values.rounds); round++)
  for (const [place, contender] of contenders.entries()) {
    const steps = await play(contender);
    if (round > 0) played[place]!.push(steps);
  }
function medianOf(rounds: readonly Map<string, number>[], step: string): number {
  const seconds = rounds.map((steps) => steps.get(step)!).sort((a, b) => a - b);
  return seconds[Math.floor(seconds.length / 2)]!;
}

const table = new Table({
  head: ['', ...earlier.map(() => 'before, s'), 'now, s'],
  style: { head: [], border: [] },
});
for (const step of played[0]![0]!.keys())
  table.push([step, ...played.map((rounds) => medianOf(rounds, step).toFixed(2))]);
process.stdout.write(`${table.toString()}\n`);
