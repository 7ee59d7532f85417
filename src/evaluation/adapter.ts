/** Runs an adapter.onnx: what is evaluated and what serves are the same file. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EspalierError } from '../core/errors.js';
import { sessionOptions } from '../training/native.js';

export interface AdapterOutput {
  /** The class of the highest score. */
  readonly label: string;
  /** Its probability. */
  readonly confidence: number;
  /** The adapted embedding, of length 1. */
  readonly adapted: Float32Array;
}

export interface Adapter {
  readonly classes: readonly string[];
  /** @param vectors [n, dimension] float32. @throws ADAPTER_INVALID where an output is not a number: its label would be a guess */
  run(vectors: Float32Array, dimension: number): Promise<AdapterOutput[]>;
  close(): Promise<void>;
}

const sliceRows = 512;

/** @throws ADAPTER_INVALID */
export async function openAdapter(file: string, classes: readonly string[]): Promise<Adapter> {
  const session = await InferenceSession.create(file, sessionOptions(1)).catch((cause) => {
    throw new EspalierError('ADAPTER_INVALID', `${file} cannot be loaded: it may be truncated`, { at: { file }, cause });
  });
  return {
    classes,
    async run(vectors, dimension) {
      const outputs: AdapterOutput[] = [];
      for (let start = 0; start < vectors.length; start += sliceRows * dimension) {
        const slice = vectors.subarray(start, start + sliceRows * dimension);
        const results = await session.run({ embedding: new Tensor('float32', slice, [slice.length / dimension, dimension]) });
        requireNumbers(results, file);
        outputs.push(...readOutputs(results, classes));
      }
      return outputs;
    },
    close: () => session.release(),
  };
}

function requireNumbers({ probabilities, adapted }: InferenceSession.OnnxValueMapType, file: string): void {
  const isSound = [probabilities, adapted].every((output) => (output!.data as Float32Array).every(Number.isFinite));
  if (!isSound) throw new EspalierError('ADAPTER_INVALID', `${file} gives values that are not numbers`, { at: { file } });
}

function readOutputs(results: InferenceSession.OnnxValueMapType, classes: readonly string[]): AdapterOutput[] {
  const probabilities = results.probabilities!.data as Float32Array;
  const adapted = results.adapted!.data as Float32Array;
  const count = probabilities.length / classes.length;
  const width = adapted.length / count;
  return Array.from({ length: count }, (_, row) => {
    const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    const best = own.reduce((winner, value, index) => (value > own[winner]! ? index : winner), 0);
    return { label: classes[best]!, confidence: own[best]!, adapted: adapted.subarray(row * width, (row + 1) * width) };
  });
}
