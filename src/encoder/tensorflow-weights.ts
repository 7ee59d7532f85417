/** Reads the weights of a TensorFlow.js graph model: `model.json` and the shards listed in its weight manifest. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EspalierError } from '../core/errors.js';

export interface WeightTensor {
  readonly dims: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** Looks up a float32 weight by its name. Throws ENCODER_INVALID when there is none. */
export type Weights = (name: string) => WeightTensor;

interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly quantization?: unknown;
  }[];
}

/** Format: https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts (WeightsManifestConfig). */
export async function readTensorflowWeights(modelJson: string): Promise<Weights> {
  const { weightsManifest } = JSON.parse(await readFile(modelJson, 'utf8')) as {
    weightsManifest: readonly ManifestGroup[];
  };
  const found = new Map<string, WeightTensor>();
  for (const group of weightsManifest) {
    const shards = await Promise.all(group.paths.map((path) => readFile(join(dirname(modelJson), path))));
    for (const [name, tensor] of tensorsOf(group, Buffer.concat(shards), modelJson)) found.set(name, tensor);
  }
  return (name) => {
    const tensor = found.get(name);
    if (!tensor)
      throw new EspalierError('ENCODER_INVALID', `${modelJson} has no float32 weight ${name}`, {
        at: { file: modelJson },
      });
    return tensor;
  };
}

/** A group's tensors are stored consecutively in its joined shards, in the order of the manifest. */
function* tensorsOf(group: ManifestGroup, bytes: Buffer, file: string): Generator<[string, WeightTensor]> {
  let offset = 0;
  for (const { name, shape, dtype, quantization } of group.weights) {
    if (quantization || (dtype !== 'float32' && dtype !== 'int32')) {
      throw new EspalierError('ENCODER_INVALID', `weight ${name} is stored in a way that is not read here (${dtype})`, {
        at: { file },
      });
    }
    const byteLength = 4 * shape.reduce((product, size) => product * size, 1);
    if (offset + byteLength > bytes.length)
      throw new EspalierError('ENCODER_INVALID', `the weight shards beside ${file} are too short`, { at: { file } });
    // Copied, since a typed array must begin at a multiple of 4 bytes. Tensors of int32 are shapes of the original
    // graph.
    const data = new Float32Array(Uint8Array.from(bytes.subarray(offset, offset + byteLength)).buffer);
    if (dtype === 'float32') yield [name, { dims: shape, data }];
    offset += byteLength;
  }
}
