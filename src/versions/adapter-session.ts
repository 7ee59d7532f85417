/** Runs an adapter.onnx: evaluation and serving use the same file. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EspalierError } from '../core/errors.js';
import { groupBy } from '../core/grouping.js';
import { writeLabelSet } from '../core/label-sets.js';
import { appendAll } from '../core/sequences.js';
import { unitLength } from '../core/vectors.js';
import { type Class, classKey, distinctClasses } from '../declaration/tasks.js';
import { sessionOptions } from '../training/native.js';
import type { Manifest } from './manifest.js';
import { adapterFile } from './version-folder.js';
import type { Versions } from './versions.js';

/** The answer for one task: classes of other tasks do not compete. */
export interface Answer {
  /**
   * The label with the highest score; for a multi-label task the set of labels with a probability of at least one half,
   * as writeLabelSet writes it.
   */
  readonly label: string;
  /** Its probability; for a set the product over all labels, as if they were independent. */
  readonly confidence: number;
  /** For a multi-label task: the probability of each label, the likeliest first. */
  readonly probabilities?: readonly LabelProbability[];
}

export interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

export interface AdapterOutput {
  /** Probability of every class, in the order of the version's classes. */
  readonly probabilities: Float32Array;
  /** Task -> answer, for every task that it has learned. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** [dense] The adapted embedding, of length 1. */
  readonly adapted: Float32Array;
}

/** An opened adapter.onnx, usable until it is closed. */
export interface AdapterSession {
  /**
   * @param vectors [n, dimension] float32.
   * @throws ADAPTER_INVALID where an output is not a number, since its label would be arbitrary
   */
  run(vectors: Float32Array, dimension: number): Promise<AdapterOutput[]>;
  close(): Promise<void>;
}

const sliceRows = 512;

export interface AdapterOptions {
  /** Threads of one matrix product; the scores are equal to the bit for any number (adapter.test.ts). */
  readonly threads?: number | undefined;
  /** Names of the tasks whose classes do not exclude each other. */
  readonly multiLabel?: readonly string[] | undefined;
  /**
   * Number of columns of the dense part of a vector. Versions of Espalier 0.1 append class scores to the adapted
   * embedding; columns beyond `dense` are cut off.
   */
  readonly dense?: number | undefined;
}

/** @throws ADAPTER_INVALID */
export async function openAdapter(
  file: string,
  classes: readonly Class[],
  { threads = 1, multiLabel = [], dense }: AdapterOptions = {},
): Promise<AdapterSession> {
  const session = await InferenceSession.create(file, sessionOptions(threads)).catch((cause) => {
    throw new EspalierError('ADAPTER_INVALID', `${file} cannot be loaded: it may be truncated`, {
      at: { file },
      cause,
    });
  });
  const answersOf = answerReader(classes, multiLabel);
  return {
    async run(vectors, dimension) {
      const outputs: AdapterOutput[] = [];
      for (let start = 0; start < vectors.length; start += sliceRows * dimension) {
        const slice = vectors.subarray(start, start + sliceRows * dimension);
        const results = await session.run({
          embedding: new Tensor('float32', slice, [slice.length / dimension, dimension]),
        });
        requireNumbers(results, file);
        appendAll(outputs, readOutputs(results, { classes: classes.length, dense, answersOf }));
      }
      return outputs;
    },
    close: () => session.release(),
  };
}

/** Opens the file of a version, which must be the one that its manifest describes. @throws ADAPTER_INVALID */
export async function openVersionAdapter(
  versions: Versions,
  manifest: Manifest,
  threads?: number,
): Promise<AdapterSession> {
  const { dimension, lexical = 0 } = manifest.headShape;
  const options = { threads, multiLabel: manifest.multiLabel, dense: dimension - lexical };
  return openAdapter(await adapterFile(versions, manifest), manifest.classes, options);
}

/**
 * Reads the answer for each task from the probabilities of one text, [classes]. Classes may share a name, since labels
 * were merged: their probabilities are added; in a multi-label task, where they do not exclude each other, the largest
 * is used.
 */
export function answerReader(
  classes: readonly Class[],
  multiLabel: readonly string[],
): (probabilities: Float32Array) => ReadonlyMap<string, Answer> {
  const names = distinctClasses(classes);
  const tasks = columnsByTask(names);
  const answer = (task: string, columns: readonly number[], probabilities: Float32Array) =>
    multiLabel.includes(task) ? setAmong(columns, probabilities, names) : answerAmong(columns, probabilities, names);
  const answersOf = (probabilities: Float32Array) =>
    new Map([...tasks].map(([task, columns]) => [task, answer(task, columns, probabilities)]));
  if (names.length === classes.length) return answersOf;
  const placeOf = new Map(names.map((one, place) => [classKey(one), place]));
  const places = classes.map((one) => placeOf.get(classKey(one))!);
  return (probabilities) => {
    const merged = new Float32Array(names.length);
    for (const [index, place] of places.entries()) {
      const probability = probabilities[index]!;
      const isFree = multiLabel.includes(names[place]!.task);
      merged[place] = isFree ? Math.max(merged[place]!, probability) : merged[place]! + probability;
    }
    return answersOf(merged);
  };
}

function requireNumbers({ probabilities, adapted }: InferenceSession.OnnxValueMapType, file: string): void {
  const isSound = [probabilities, adapted].every((output) => allFinite(output!.data as Float32Array));
  if (!isSound)
    throw new EspalierError('ADAPTER_INVALID', `${file} gives values that are not numbers`, { at: { file } });
}

/** Uses a loop, since a function call for each of millions of numbers would cost as much as the matrix products. */
function allFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index]!)) return false;
  return true;
}

/** Task -> indexes of its classes. */
function columnsByTask(classes: readonly Class[]): ReadonlyMap<string, number[]> {
  return groupBy(classes.keys(), (index) => classes[index]!.task);
}

interface OutputReader {
  readonly classes: number;
  readonly dense: number | undefined;
  readonly answersOf: (probabilities: Float32Array) => AdapterOutput['answers'];
}

function readOutputs(
  results: InferenceSession.OnnxValueMapType,
  { classes, dense, answersOf }: OutputReader,
): AdapterOutput[] {
  const probabilities = results.probabilities!.data as Float32Array;
  const adapted = results.adapted!.data as Float32Array;
  const count = probabilities.length / classes;
  const width = adapted.length / count;
  return Array.from({ length: count }, (_, row) => {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    const vector = adapted.subarray(row * width, row * width + (dense ?? width));
    return {
      probabilities: own,
      // Computed on demand, since many suites read only the vector.
      get answers() {
        return answersOf(own);
      },
      adapted: vector.length === width ? vector : unitLength(vector),
    };
  });
}

function answerAmong(columns: readonly number[], probabilities: Float32Array, classes: readonly Class[]): Answer {
  const best = columns.reduce((winner, column) => (probabilities[column]! > probabilities[winner]! ? column : winner));
  return { label: classes[best]!.label, confidence: probabilities[best]! };
}

/** Probability from which a label belongs to the set. */
const threshold = 0.5;

function setAmong(columns: readonly number[], probabilities: Float32Array, classes: readonly Class[]): Answer {
  const all = columns.map((column) => ({ label: classes[column]!.label, probability: probabilities[column]! }));
  const given = all.filter(({ probability }) => probability >= threshold).map(({ label }) => label);
  const confidence = all.reduce((product, { probability }) => product * Math.max(probability, 1 - probability), 1);
  return { label: writeLabelSet(given), confidence, probabilities: all.sort((a, b) => b.probability - a.probability) };
}
