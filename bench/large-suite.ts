/**
 * Memory and time of an update with a suite of many cases: two updates, the second of which compares with a champion.
 * For each stage of the second it prints the peak resident set since the process began, as the kernel counts it, and the
 * longest that the event loop was held up.
 *
 *   npm run bench:large-suite -- [cases ...]        20,000 and 200,000 unless told
 */
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { seededRandom } from '../src/core/random.js';
import { runCommand } from './command.js';

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const stages = ['encode', 'mix', 'train', 'evaluate', 'gate', 'propose'];
const labels = ['refund', 'parcel', 'login', 'invoice'];
const words = 'late money card order account address delivery chair lamp still where please week'.split(' ');

const adapterYaml = `name: bench
encoder:
  model: use-lite
tasks:
  - name: intent
strategy: analytic
training:
  width: 256
holdout:
  fraction: 0.25
suites: [many]
gate:
  margin: 0.2
  domains:
    margin: 0.3
`;

const suiteYaml = `name: many
version: 1
kind: classification
capability: Generated texts of four labels.
metric: accuracy
higher_is_better: true
chance: 0.25
licence: CC0-1.0
`;

function* texts(seed: string, count: number) {
  const random = seededRandom('large suite', seed);
  const word = () => words[Math.floor(random.uniform() * words.length)]!;
  for (let row = 0; row < count; row++) {
    const label = labels[row % labels.length]!;
    yield { text: `${word()} ${label} ${word()} ${word()} ${seed} ${row}`, label };
  }
}

function* caseLines(count: number) {
  let id = 0;
  for (const row of texts('suite', count)) yield `${JSON.stringify({ id: `case-${id++}`, ...row })}\n`;
}

async function writeWorkspace(root: string, cases: number): Promise<void> {
  for (const folder of ['replay-store', 'adapters/bench', 'evals/many'])
    await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'adapters', 'bench', 'adapter.yaml'), adapterYaml);
  for (const part of ['first', 'second'])
    await writeFile(
      join(root, `${part}.jsonl`),
      [...texts(part, 400)].map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
  await writeFile(join(root, 'evals', 'many', 'suite.yaml'), suiteYaml);
  await pipeline(Readable.from(caseLines(cases)), createWriteStream(join(root, 'evals', 'many', 'cases.jsonl')));
}

interface Played {
  /** Stage -> peak so far, in MB. */
  readonly peaks: ReadonlyMap<string, number>;
  /** Stage -> seconds since the command began, when it ended. */
  readonly ended: ReadonlyMap<string, number>;
  /** Stage -> longest stall of the event loop, in ms. */
  readonly stalls: Readonly<Record<string, number>>;
}

/** A stage prints a line when it has ended; its peak is read then. */
async function playUpdate(root: string): Promise<Played> {
  const start = performance.now();
  const stallsFile = join(root, 'stalls.json');
  const watch = new URL('stalls.mjs', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', watch, command, 'update', 'bench'], {
    cwd: root,
    env: { ...process.env, ESPALIER_BENCH_STALLS: stallsFile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const peaks = new Map<string, number>();
  const ended = new Map<string, number>();
  child.stderr.on('data', (chunk) => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    for (const stage of stages.filter((name) => new RegExp(`^\\s+${name} `, 'm').test(String(chunk)))) {
      peaks.set(stage, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
      ended.set(stage, (performance.now() - start) / 1000);
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the update ended with ${code}`);
  return { peaks, ended, stalls: JSON.parse(readFileSync(stallsFile, 'utf8')) as Played['stalls'] };
}

async function play(cases: number): Promise<Played> {
  const root = await mkdtemp(join(tmpdir(), 'espalier-large-suite-'));
  try {
    await writeWorkspace(root, cases);
    await runCommand(root, ['ingest', 'first.jsonl', '--adapter', 'bench', '--domain', 'first']);
    const { candidateId } = JSON.parse((await runCommand(root, ['update', 'bench', '--json'])).output) as {
      candidateId: number;
    };
    await runCommand(root, ['candidates', 'approve', String(candidateId), '--override', '--reason', 'benchmark']);
    await runCommand(root, ['ingest', 'second.jsonl', '--adapter', 'bench', '--domain', 'second']);
    return await playUpdate(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const sizes = process.argv.slice(2).map(Number);
const table = new Table({
  head: ['cases', 'stage', 'ended after s', 'peak MB', 'longest stall, ms'],
  style: { head: [], border: [] },
});
for (const cases of sizes.length === 0 ? [20_000, 200_000] : sizes) {
  const { peaks, ended, stalls } = await play(cases);
  for (const [stage, peak] of peaks)
    table.push([cases, stage, ended.get(stage)!.toFixed(1), peak.toFixed(0), stalls[stage] ?? '']);
  table.push([cases, 'before the run', '', '', stalls.start ?? '']);
}
process.stdout.write(`${table.toString()}\n`);
