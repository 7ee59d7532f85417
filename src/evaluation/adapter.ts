/** Runs an adapter.onnx: what is evaluated and what serves are the same file. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EspalierError } from '../core/errors.js';
import { groupBy } from '../core/grouping.js';
import type { Class } from '../core/tasks.js';
import { sessionOptions } from '../training/native.js';
import { type Manifest, verifiedFile, versionFiles } from '../training/versions.js';

/** Of one task: the classes of others do not compete. */
export interface Answer {
  /** The label of the highest score. */
  readonly label: string;
  /** Its probability. */
  readonly confidence: number;
}

export interface AdapterOutput {
  /** By task, of every task that it has learned. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** The adapted embedding, of length 1. */
  readonly adapted: Float32Array;
}

export interface Adapter {
  /** @param vectors [n, dimension] float32. @throws ADAPTER_INVALID where an output is not a number: its label would be a guess */
  run(vectors: Float32Array, dimension: number): Promise<AdapterOutput[]>;
  close(): Promise<void>;
}

const sliceRows = 512;

/** @param threads of one product; the scores are the same to the bit (adapter.test.ts). @throws ADAPTER_INVALID */
export async function openAdapter(file: string, classes: readonly Class[], threads = 1): Promise<Adapter> {
  const session = await InferenceSession.create(file, sessionOptions(threads)).catch((cause) => {
    throw new EspalierError('ADAPTER_INVALID', `${file} cannot be loaded: it may be truncated`, { at: { file }, cause });
  });
  const tasks = columnsByTask(classes);
  return {
    async run(vectors, dimension) {
      const outputs: AdapterOutput[] = [];
      for (let start = 0; start < vectors.length; start += sliceRows * dimension) {
        const slice = vectors.subarray(start, start + sliceRows * dimension);
        const results = await session.run({ embedding: new Tensor('float32', slice, [slice.length / dimension, dimension]) });
        requireNumbers(results, file);
        outputs.push(...readOutputs(results, tasks, classes));
      }
      return outputs;
    },
    close: () => session.release(),
  };
}

/** Of a version, whose file must be what its manifest says. @throws ADAPTER_INVALID */
export async function openVersionAdapter(folder: string, manifest: Manifest, threads?: number): Promise<Adapter> {
  return openAdapter(await verifiedFile(folder, manifest, versionFiles.onnx), manifest.classes, threads);
}

function requireNumbers({ probabilities, adapted }: InferenceSession.OnnxValueMapType, file: string): void {
  const isSound = [probabilities, adapted].every((output) => allFinite(output!.data as Float32Array));
  if (!isSound) throw new EspalierError('ADAPTER_INVALID', `${file} gives values that are not numbers`, { at: { file } });
}

/** A loop: a call for each of millions of numbers would cost as much as the products. */
function allFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index]!)) return false;
  return true;
}

/** The numbers of the classes of each task. */
function columnsByTask(classes: readonly Class[]): ReadonlyMap<string, number[]> {
  return groupBy(classes.keys(), (index) => classes[index]!.task);
}

function readOutputs(
  results: InferenceSession.OnnxValueMapType,
  tasks: ReadonlyMap<string, readonly number[]>,
  classes: readonly Class[],
): AdapterOutput[] {
  const probabilities = results.probabilities!.data as Float32Array;
  const adapted = results.adapted!.data as Float32Array;
  const count = probabilities.length / classes.length;
  const width = adapted.length / count;
  return Array.from({ length: count }, (_, row) => {
    const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    return {
      // Most suites ask for the vector alone.
      get answers() {
        return new Map([...tasks].map(([task, columns]) => [task, answerAmong(columns, own, classes)]));
      },
      adapted: adapted.subarray(row * width, (row + 1) * width),
    };
  });
}

function answerAmong(columns: readonly number[], probabilities: Float32Array, classes: readonly Class[]): Answer {
  const best = columns.reduce((winner, column) => (probabilities[column]! > probabilities[winner]! ? column : winner));
  return { label: classes[best]!.label, confidence: probabilities[best]! };
}
