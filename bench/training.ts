/**
 * Times an epoch of head training on fixed embeddings, 10,000 examples, AdamW, one thread: Espalier beside PyTorch,
 * TensorFlow.js on WebAssembly and loops over typed arrays. Same data, start and minibatches; contenders whose mean
 * loss differs by more than 1e-3 fail the bench.
 *
 *   npm run bench:training [-- --json --quick]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import {
  examples,
  flopsOf,
  learningRate,
  rank,
  stepsOf,
  type TrainingCase,
  weightDecay,
  writeProblem,
} from './training-problem.js';

export interface TrainingRow extends TrainingCase {
  readonly contender: string;
  /** Median of 5, the contenders taking turns. */
  readonly cpuMsPerEpoch: number;
  /** From a quarter of the steps or less. */
  readonly extrapolated: boolean;
  readonly examplesPerCpuSecond: number;
  /** Of CPU time: how many times as long as Espalier. */
  readonly ratioToOurs: number;
  /** Of the matrix products alone. */
  readonly gflops: number;
  /** Of a float32 product of 2048 x 2048 in ONNX Runtime. */
  readonly shareOfPeak: number;
  /** The same in numpy with PyTorch's BLAS. */
  readonly shareOfNumpyPeak: number | null;
}

const [rounds, peakSize, tolerance] = [5, 2048, 1e-3];
/**
 * PyTorch on a BLAS slower than this share of ONNX Runtime's peak says nothing: Debian's reference BLAS has a
 * twentieth.
 */
const slowestBlas = 0.4;
const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
});
const cases = options.quick
  ? casesOf([512], [2, 20, 150], [64, 256])
  : casesOf([384, 512, 768], [2, 20, 150], [64, 256]);
const note = (line: string) => process.stderr.write(`${line}\n`);

interface Contender {
  readonly name: string;
  /** Steps run, where an epoch takes long. */
  readonly atMost: number;
  /** What it is asked beside steps; the fastest counts. */
  readonly variants: readonly string[];
}

const all: readonly Contender[] = [
  { name: 'espalier', atMost: Number.POSITIVE_INFINITY, variants: [''] },
  { name: 'pytorch', atMost: Number.POSITIVE_INFINITY, variants: ['foreach', 'each'] },
  { name: 'pytorch, memory kept', atMost: Number.POSITIVE_INFINITY, variants: ['foreach', 'each'] },
  { name: 'tfjs-wasm', atMost: 10, variants: [''] },
  { name: 'loops', atMost: 5, variants: [''] },
];

const folder = await mkdtemp(join(tmpdir(), 'espalier-training-'));
try {
  const { peak, numpyPeak } = await measurePeaks();
  const contenders = await installed(peak, numpyPeak);
  const rows: TrainingRow[] = [];
  for (const problem of cases) {
    await writeProblem(folder, problem);
    for (const { contender, cpuMs, extrapolated } of await measure(problem, contenders)) {
      const ours = rows.find((row) => row.contender === 'espalier' && isOf(row, problem))?.cpuMsPerEpoch ?? cpuMs;
      const gflops = flopsOf(problem) / cpuMs / 1e6;
      rows.push({
        ...problem,
        contender,
        cpuMsPerEpoch: cpuMs,
        extrapolated,
        examplesPerCpuSecond: (1000 * stepsOf(problem) * problem.batch) / cpuMs,
        ratioToOurs: cpuMs / ours,
        gflops,
        shareOfPeak: gflops / peak,
        shareOfNumpyPeak: numpyPeak === null ? null : gflops / numpyPeak,
      });
    }
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function casesOf(
  dimensions: readonly number[],
  classCounts: readonly number[],
  batches: readonly number[],
): TrainingCase[] {
  const heads = ['linear', 'bottleneck'] as const;
  return dimensions.flatMap((dimension) =>
    classCounts.flatMap((classes) =>
      batches.flatMap((batch) => heads.map((head) => ({ head, dimension, classes, batch }))),
    ),
  );
}

function isOf(row: TrainingRow, { head, dimension, classes, batch }: TrainingCase): boolean {
  return row.head === head && row.dimension === dimension && row.classes === classes && row.batch === batch;
}

interface Answer {
  readonly loss: number;
  readonly cpuMs: number;
}

interface Worker {
  ask(request: object): Promise<Answer>;
  close(): void;
}

/** A process of its own, where possible on one core. */
function start(contender: string, problem: TrainingCase): Worker {
  const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const shape = JSON.stringify({ ...problem, rank, learningRate, weightDecay });
  const command = contender.startsWith('pytorch')
    ? ['/usr/bin/python3', beside('./training-torch.py'), folder, shape]
    : [process.execPath, '--import', 'tsx', beside('./training-worker.ts'), contender, folder, shape];
  // Memory that PyTorch gives back is zeroed and mapped again at each step, which here costs more than the arithmetic.
  const kept = { MALLOC_MMAP_THRESHOLD_: '1000000000', MALLOC_TRIM_THRESHOLD_: '2000000000' };
  const oneThread = { OMP_WAIT_POLICY: 'passive', OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const env = { ...process.env, ...oneThread, ...(contender === 'pytorch, memory kept' && kept) };
  const pinned = process.platform === 'linux' ? ['taskset', '-c', '1', ...command] : command;
  const child: ChildProcess = spawn(pinned[0]!, pinned.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], env });
  let trouble = '';
  child.stderr!.on('data', (text) => {
    trouble = `${trouble}${text}`.slice(-2000);
  });
  const ended = once(child, 'close').then(() => undefined);
  child.stdin!.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin!.write(`${JSON.stringify(request)}\n`);
      const line = await Promise.race([lines.next(), ended]);
      if (!line || line.done) throw new Error(`${contender} ended: ${trouble.trim().split('\n').slice(-6).join(' ')}`);
      return JSON.parse(line.value) as Answer;
    },
    close: () => child.stdin!.end(),
  };
}

/** Billions of operations a CPU second. */
async function measurePeaks(): Promise<{ peak: number; numpyPeak: number | null }> {
  await writeProblem(folder, cases[0]!);
  const rateOf = async (contender: string, request: object) => {
    const worker = start(contender, cases[0]!);
    const times: number[] = [];
    try {
      for (let run = 0; run < rounds; run++) times.push((await worker.ask(request)).cpuMs);
    } finally {
      worker.close();
    }
    return (2 * peakSize ** 3) / median(times) / 1e6;
  };
  const peak = await rateOf('product', { steps: peakSize });
  const numpyPeak = await rateOf('pytorch', { peak: peakSize }).catch(() => null);
  note(
    `float32 product of ${peakSize}: ONNX Runtime ${peak.toFixed(0)}, numpy ${numpyPeak?.toFixed(0) ?? '-'} GF/s of CPU time`,
  );
  return { peak, numpyPeak };
}

/** Those that run; the others are named with their reason. */
async function installed(peak: number, numpyPeak: number | null): Promise<Contender[]> {
  const running: Contender[] = [];
  for (const contender of all) {
    if (contender.name === 'pytorch' && numpyPeak !== null && numpyPeak < slowestBlas * peak) {
      note(
        `pytorch runs on a BLAS of ${numpyPeak.toFixed(0)} GF/s: its ratios say little without OpenBLAS (docs/benchmarks.md)`,
      );
    }
    const worker = start(contender.name, cases[0]!);
    try {
      await worker.ask({ steps: 1, variant: contender.variants[0] });
      running.push(contender);
    } catch (thrown) {
      note(`WITHOUT ${contender.name}: ${(thrown as Error).message}`);
    } finally {
      worker.close();
    }
  }
  return running;
}

interface Measured {
  readonly contender: string;
  readonly cpuMs: number;
  readonly extrapolated: boolean;
}

async function measure(problem: TrainingCase, contenders: readonly Contender[]): Promise<Measured[]> {
  const steps = stepsOf(problem);
  const running = contenders.map((contender) => ({
    contender,
    worker: start(contender.name, problem),
    times: new Map<string, number[]>(),
  }));
  try {
    const ours = running[0]!.worker;
    for (let round = 0; round <= rounds; round++) {
      for (const { contender, worker, times } of running) {
        const count = Math.min(steps, contender.atMost);
        for (const variant of contender.variants) {
          const { loss, cpuMs } = await worker.ask({ steps: count, variant });
          if (round === 0) requireSameLoss(problem, contender.name, loss, (await ours.ask({ steps: count })).loss);
          else times.set(variant, [...(times.get(variant) ?? []), (cpuMs * steps) / count]);
        }
      }
    }
  } finally {
    for (const { worker } of running) worker.close();
  }
  const found = running.map(({ contender, times }) => ({
    contender: contender.name,
    cpuMs: Math.min(...[...times.values()].map(median)),
    extrapolated: contender.atMost < steps,
  }));
  const { head, dimension, classes, batch } = problem;
  note(
    `${head} ${dimension} ${classes} ${batch}: ${found.map(({ contender, cpuMs }) => `${contender} ${cpuMs.toFixed(1)}`).join(', ')} ms`,
  );
  return found;
}

function requireSameLoss(problem: TrainingCase, contender: string, loss: number, ours: number): void {
  if (Math.abs(loss - ours) <= tolerance * Math.abs(ours)) return;
  throw new Error(
    `${contender} does other mathematics: mean loss ${loss}, not ${ours}, for ${JSON.stringify(problem)}`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function tableOf(rows: readonly TrainingRow[]): string {
  const head = ['head', 'D', 'C', 'batch', 'contender', 'CPU ms', 'ex/CPU s', 'ratio', 'GF/s', 'of peak', 'of numpy'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const row of rows) {
    const time = `${row.extrapolated ? '~' : ''}${row.cpuMsPerEpoch.toFixed(1)}`;
    const shares = [row.shareOfPeak.toFixed(2), row.shareOfNumpyPeak?.toFixed(2) ?? '-'];
    const speed = [time, row.examplesPerCpuSecond.toFixed(0), row.ratioToOurs.toFixed(2), row.gflops.toFixed(1)];
    table.push([row.head, row.dimension, row.classes, row.batch, row.contender, ...speed, ...shares]);
  }
  return `${table.toString()}\n${examples} examples; ~ from some of the steps`;
}
