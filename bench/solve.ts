/**
 * Times what the analytic strategy does: the Gram matrix of 1,500 examples and a factorisation with 150 columns solved,
 * beside numpy and LAPACK on one thread, and whole updates with more and more examples already learned, each in a
 * process of its own.
 *
 *   npm run bench:solve [-- --json]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { runApart } from './apart.js';
import type { SolveOutcome, SolveRequest } from './solve-worker.js';

export interface SolveRow {
  readonly measure: 'gram of 1500' | 'factor and solve 150' | 'float32 product of 2048' | 'update of 1530';
  readonly width: number;
  /** Examples in the statistics before. */
  readonly history: number;
  /** training.threads; all else is measured with one. */
  readonly threads: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** CPU seconds of numpy, one thread. */
  readonly numpySeconds: number | null;
  readonly ratio: number | null;
  /** Multiply-adds a CPU second, as a share of the float32 product's. */
  readonly shareOfPeak: number | null;
  readonly peakRssMb: number;
}

interface NumpyTimes {
  readonly width: number;
  readonly gram: number;
  readonly solve: number;
}

const widths = [512, 1024, 2048, 4096];
const histories = [0, 15_000, 60_000];
const threadCounts = [1, 2];
const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const numpy = await timeNumpy();
const rows = [...(await measureParts()), ...(await measureUpdates())];
process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);

async function timeNumpy(): Promise<readonly NumpyTimes[]> {
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  const script = fileURLToPath(new URL('./lapack.py', import.meta.url));
  try {
    return JSON.parse(
      (await promisify(execFile)('python3', [script, ...widths.map(String)], { env })).stdout,
    ) as NumpyTimes[];
  } catch (thrown) {
    process.stderr.write(
      `without numpy: python3 with numpy did not run (${String((thrown as Error).message).split('\n')[0]})\n`,
    );
    return [];
  }
}

async function measureParts(): Promise<SolveRow[]> {
  const peak = await measureApart({ part: 'product', size: 2048 });
  const peakRate = 2048 ** 3 / peak.cpuSeconds;
  const rows: SolveRow[] = [rowOf(peak, { measure: 'float32 product of 2048', width: 2048, shareOfPeak: 1 })];
  for (const width of widths) {
    const beside = numpy.find((times) => times.width === width);
    const gram = await measureApart({ part: 'gram', width, examples: 1500 });
    const gramRate = (1500 * width * (width + 256)) / 2 / gram.cpuSeconds;
    rows.push(
      rowOf(gram, {
        measure: 'gram of 1500',
        width,
        numpySeconds: beside?.gram ?? null,
        shareOfPeak: gramRate / peakRate,
      }),
    );
    const solve = await measureApart({ part: 'solve', width, columns: 150 });
    const solveRate = (width ** 3 / 6 + 150 * width ** 2) / solve.cpuSeconds;
    rows.push(
      rowOf(solve, {
        measure: 'factor and solve 150',
        width,
        numpySeconds: beside?.solve ?? null,
        shareOfPeak: solveRate / peakRate,
      }),
    );
  }
  return rows;
}

async function measureUpdates(): Promise<SolveRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-solve-'));
  const rows: SolveRow[] = [];
  try {
    for (const history of histories) {
      await measureApart({ part: 'prepare', folder, history });
      for (const threads of threadCounts) rows.push(await measureUpdate(folder, history, threads));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

/** Medians of 5, and the highest peak. */
async function measureUpdate(folder: string, history: number, threads: number): Promise<SolveRow> {
  const outcomes: SolveOutcome[] = [];
  for (let run = 0; run < 5; run++)
    outcomes.push(await measureApart({ part: 'update', folder, examples: 1530, threads }));
  const median = (of: 'seconds' | 'cpuSeconds') => outcomes.map((outcome) => outcome[of]).sort((a, b) => a - b)[2]!;
  const peakRssMb = Math.max(...outcomes.map((outcome) => outcome.peakRssMb));
  const about = { measure: 'update of 1530', width: 4096, history, threads } as const;
  return rowOf({ seconds: median('seconds'), cpuSeconds: median('cpuSeconds'), peakRssMb }, about);
}

type About = Pick<SolveRow, 'measure' | 'width'> &
  Partial<Pick<SolveRow, 'history' | 'threads' | 'numpySeconds' | 'shareOfPeak'>>;

function rowOf(
  outcome: SolveOutcome,
  { measure, width, history = 0, threads = 1, numpySeconds = null, shareOfPeak = null }: About,
): SolveRow {
  process.stderr.write(
    `${measure} ${width} ${history} ${threads}: ${outcome.cpuSeconds.toFixed(3)} s CPU, ${outcome.seconds.toFixed(3)} s\n`,
  );
  const ratio = numpySeconds === null ? null : outcome.cpuSeconds / numpySeconds;
  return { measure, width, history, threads, ...outcome, numpySeconds, ratio, shareOfPeak };
}

/** In a process of its own. */
function measureApart(request: SolveRequest): Promise<SolveOutcome> {
  return runApart('./solve-worker.ts', request, request.part);
}

function tableOf(rows: readonly SolveRow[]): string {
  const table = new Table({
    head: ['measure', 'width', 'history', 'threads', 'seconds', 'CPU s', 'numpy CPU s', 'ratio', 'of peak', 'peak MB'],
    style: { head: [], border: [] },
  });
  const shown = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits));
  for (const {
    measure,
    width,
    history,
    threads,
    seconds,
    cpuSeconds,
    numpySeconds,
    ratio,
    shareOfPeak,
    peakRssMb,
  } of rows) {
    const beside = [shown(numpySeconds, 3), shown(ratio, 2), shown(shareOfPeak, 2), shown(peakRssMb, 0)];
    table.push([measure, width, history, threads, shown(seconds, 3), shown(cpuSeconds, 3), ...beside]);
  }
  return table.toString();
}
