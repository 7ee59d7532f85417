/**
 * What an update takes after a short and a long history, and what a large first update takes: seconds by the clock, CPU
 * seconds of all threads and peak memory, by stage. Rows and vectors are made, the update is the real one in a process
 * of its own.
 *
 *   npm run bench:update-scale -- [--history 10000,1000000] [--held 2000] [--batch 1250] [--first 0]
 *     [--dimension 1024] [--ngrams 2048] [--width N] [--strategy analytic] [--keep] [--json]
 *
 * The champion really learns 3,000 examples; the others of its history arrived before them, so that it counts as having
 * learned them, and only its sums do not hold them. `--held` of the history are held out, or a share of it (`20%`).
 * `--first N` measures a first update of N rows instead. `--keep` leaves the workspaces and names them.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { openEspalier } from '../src/library/espalier.js';
import {
  declineHistory,
  ingestRows,
  insertHistory,
  madeRows,
  makeRoom,
  makeWorkspace,
  type Sizes,
  writeVectors,
} from './update-scale-data.js';

const { values: options } = parseArgs({
  options: {
    history: { type: 'string', default: '10000,1000000' },
    held: { type: 'string', default: '2000' },
    batch: { type: 'string', default: '1250' },
    first: { type: 'string', default: '0' },
    dimension: { type: 'string', default: '1024' },
    ngrams: { type: 'string', default: '2048' },
    width: { type: 'string' },
    strategy: { type: 'string', default: 'analytic' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

interface Stage {
  readonly stage: string;
  readonly seconds: number;
  readonly cpu: number;
  readonly peakMb: number;
}

interface Measured {
  readonly candidateId: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly peakMb: number;
  readonly stages: readonly Stage[];
}

const learnedRows = 3750;
const sizes: Sizes = {
  dimension: Number(options.dimension),
  ngrams: Number(options.ngrams),
  width: options.width === undefined ? undefined : Number(options.width),
  strategy: options.strategy,
};

async function measureUpdate(folder: string): Promise<Measured> {
  const script = fileURLToPath(new URL('./update-once.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the update ended with ${code}`);
  return JSON.parse(output) as Measured;
}

async function approve(folder: string, candidateId: number): Promise<void> {
  const espalier = await openEspalier({ workspace: folder, environment: {}, actor: 'bench' });
  await espalier.candidates.approve(candidateId, { reason: 'a bench', override: true });
  await espalier.close();
}

/** Measures in a workspace of its own, which is removed, or with `--keep` named. */
async function inWorkspace(work: (folder: string) => Promise<Measured>): Promise<Measured> {
  const folder = await makeWorkspace(sizes);
  try {
    return await work(folder);
  } finally {
    if (options.keep) process.stderr.write(`${folder}\n`);
    else await rm(folder, { recursive: true, force: true });
  }
}

async function afterHistory(folder: string, history: number): Promise<Measured> {
  await ingestRows(folder, madeRows(learnedRows, 0));
  await writeVectors(folder, sizes, 'all');
  makeRoom(folder, history);
  await approve(folder, (await measureUpdate(folder)).candidateId);
  const rows = history - learnedRows;
  await insertHistory(folder, { rows, held: heldOf(rows) });
  await declineHistory(folder, rows);
  await ingestRows(folder, madeRows(Number(options.batch), learnedRows));
  await writeVectors(folder, sizes, 'holdout');
  return measureUpdate(folder);
}

async function firstUpdate(folder: string, count: number): Promise<Measured> {
  await ingestRows(folder, madeRows(learnedRows, 0));
  makeRoom(folder, count);
  const rows = count - learnedRows;
  await insertHistory(folder, { rows, held: heldOf(rows) });
  await writeVectors(folder, sizes, 'all');
  return measureUpdate(folder);
}

function heldOf(rows: number): number {
  const held = Number.parseFloat(options.held);
  return options.held.endsWith('%') ? Math.round((rows * held) / 100) : held;
}

const cases: readonly (readonly [string, () => Promise<Measured>])[] =
  Number(options.first) > 0
    ? [[`first, ${options.first} rows`, () => inWorkspace((folder) => firstUpdate(folder, Number(options.first)))]]
    : options.history
        .split(',')
        .map((history) => [`after ${history}`, () => inWorkspace((folder) => afterHistory(folder, Number(history)))]);
const measured: (Measured & { readonly what: string })[] = [];
for (const [what, measure] of cases) measured.push({ what, ...(await measure()) });
process.stdout.write(options.json ? `${JSON.stringify(measured)}\n` : `${tableOf()}\n`);

/** A row for each stage; in each column seconds, CPU seconds and the peak of memory until its end. */
function tableOf(): string {
  const table = new Table({ head: ['', ...measured.map(({ what }) => what)], style: { head: [], border: [] } });
  const cell = ({ seconds, cpu, peakMb }: Omit<Stage, 'stage'>) =>
    `${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s CPU, ${peakMb.toFixed(0)} MB`;
  for (const [index, { stage }] of measured[0]!.stages.entries())
    table.push([stage, ...measured.map(({ stages }) => cell(stages[index]!))]);
  table.push(['all', ...measured.map(cell)]);
  return table.toString();
}
