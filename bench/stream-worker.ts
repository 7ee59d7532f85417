/** One strategy over one stream, in a process of its own. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseDeclaration } from '../src/core/declaration.js';
import { seededRandom } from '../src/core/random.js';
import { continualMetrics } from '../src/evaluation/continual.js';
import { type Offer, openReservoir } from '../src/replay/reservoir.js';
import { headGraph } from '../src/training/heads/head-graph.js';
import type { Batch, Head, TrainedHead } from '../src/training/job.js';
import { compile } from '../src/training/native.js';
import { strategyNamed } from '../src/training/strategies.js';

export interface StreamRequest {
  readonly file: string;
  readonly strategy: string;
  readonly budget: number;
  readonly seed: number;
}

export interface StreamTaskFile {
  readonly name: string;
  /** Labels, row by row of the vector file `<number>.<part>.f32`. */
  readonly train: readonly string[];
  readonly measured: readonly string[];
}

export interface StreamOutcome {
  /** Percent. */
  readonly finalAccuracy: number;
  /** Percentage points. */
  readonly forgetting: number;
  /** Training only. */
  readonly seconds: number;
  readonly peakRssMb: number;
}

interface Slice {
  readonly vectors: Float32Array;
  readonly labels: readonly string[];
}

process.once('message', async (request: StreamRequest) => {
  const outcome = await playStream(request);
  process.send?.(outcome, () => process.exit(0));
});

async function playStream({ file, strategy: name, budget, seed }: StreamRequest): Promise<StreamOutcome> {
  const { dimension, tasks } = JSON.parse(await readFile(file, 'utf8')) as { dimension: number; tasks: StreamTaskFile[] };
  const slices = await Promise.all(tasks.map((task, number) => readSlices(dirname(file), task, number)));
  const settings = { ...parseDeclaration('name: bench\ntasks: [{ name: task }]\n', 'bench').training, seed };
  const strategy = strategyNamed(name);
  const memory = openMemory(budget, seed, dimension);
  const matrix: (number | undefined)[][] = [];
  let classes: string[] = [];
  let parent: TrainedHead | undefined;
  let milliseconds = 0;
  for (const [number, slice] of slices.entries()) {
    classes = [...new Set([...classes, ...slice.train.labels])];
    const job = {
      strategy: name,
      settings,
      dimension,
      classes,
      fresh: batchOf(slice.train, classes),
      replayed: batchOf(memory.slice(), classes),
      parent,
    };
    const start = performance.now();
    parent = await strategy.train(job, () => undefined);
    milliseconds += performance.now() - start;
    memory.add(slice.train, tasks[number]!.name);
    matrix.push(
      await measure(
        parent.head,
        slices.slice(0, number + 1).map((known) => known.measured),
        classes,
      ),
    );
  }
  const { averageAccuracy, forgetting } = continualMetrics(matrix);
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  return { finalAccuracy: averageAccuracy * 100, forgetting: forgetting * 100, seconds: milliseconds / 1000, peakRssMb };
}

async function readSlices(folder: string, task: StreamTaskFile, number: number): Promise<{ train: Slice; measured: Slice }> {
  const read = async (part: 'train' | 'measured'): Promise<Slice> => {
    const bytes = await readFile(join(folder, `${number}.${part}.f32`));
    return { vectors: new Float32Array(Uint8Array.from(bytes).buffer), labels: task[part] };
  };
  return { train: await read('train'), measured: await read('measured') };
}

function batchOf({ vectors, labels }: Slice, classes: readonly string[]): Batch {
  const index = new Map(classes.map((label, position) => [label, position]));
  return { vectors, targets: Int32Array.from(labels, (label) => index.get(label)!) };
}

/** The product's own reservoir, over rows of vectors. */
function openMemory(budget: number, seed: number, dimension: number) {
  const rows: { vector: Float32Array; label: string; member: boolean }[] = [];
  const reservoir = budget > 0 ? openReservoir({ examples: budget }, seed, [], new Date(0)) : undefined;
  return {
    add({ vectors, labels }: Slice, domain: string): void {
      for (const [row, label] of labels.entries()) {
        const exampleId = rows.push({ vector: vectors.subarray(row * dimension, (row + 1) * dimension), label, member: false }) - 1;
        const offer: Offer = { exampleId, hash: `${seededRandom(seed, exampleId).uniform()}`, label, domain, bytes: 1 };
        for (const change of reservoir?.offer(offer) ?? []) rows[change.exampleId]!.member = change.state === 'member';
      }
    },
    slice(): Slice {
      const members = rows.filter((row) => row.member);
      const vectors = new Float32Array(members.length * dimension);
      for (const [index, { vector }] of members.entries()) vectors.set(vector, index * dimension);
      return { vectors, labels: members.map((member) => member.label) };
    },
  };
}

async function measure(head: Head, known: readonly Slice[], classes: readonly string[]): Promise<number[]> {
  const adapter = await compile(headGraph(head), 1);
  const accuracies: number[] = [];
  for (const slice of known) {
    const { vectors, targets } = batchOf(slice, classes);
    const dims = [targets.length, vectors.length / targets.length];
    const logits = (await adapter.run({ embedding: { data: vectors, dims } })).logits as Float32Array;
    const right = targets.filter((target, row) => target === argmax(logits.subarray(row * classes.length, (row + 1) * classes.length)));
    accuracies.push(right.length / targets.length);
  }
  await adapter.close();
  return accuracies;
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
