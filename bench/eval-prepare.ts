/** What bench/eval.ts measures on, made in a process of its own: the texts of the suites as vectors, and two heads. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../src/core/random.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { defaultCacheFolder, packageRoot } from '../src/declaration/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { readSuites, textsOf } from '../src/evaluation/suites.js';
import { headGraph } from '../src/training/heads/head-graph.js';
import { headSettings } from '../src/training/heads.js';
import type { LabelledVectors } from '../src/training/job.js';
import { strategyNamed } from '../src/training/strategies.js';

export interface EvalRequest {
  readonly folder: string;
  readonly suites: readonly string[];
  /** Files `<head>.onnx` are left in the folder, `<suite>.f32` beside them. */
  readonly heads: readonly string[];
  readonly classes: readonly string[];
}

export interface EvalReply {
  readonly dimension: number;
}

const trained = 3000;

process.once('message', async (request: EvalRequest) => {
  const reply = await prepare(request);
  process.send?.(reply, () => process.exit(0));
});

async function prepare({ folder, suites, heads, classes }: EvalRequest): Promise<EvalReply> {
  const declaration = {
    model: embeddedModel,
    pooling: defaultPooling(embeddedModel),
    prompt: '',
    dtype: 'fp32',
    normalise: true,
  };
  const encoder = await openEncoder(declaration, { cacheFolder: defaultCacheFolder(process.env) });
  const { dimension, lexical } = encoder;
  const seen: Float32Array[] = [];
  for (const suite of await readSuites([join(packageRoot, 'evals')], suites)) {
    const vectors = await encoder.encode(textsOf(suite));
    await writeFile(join(folder, `${suite.name}.f32`), vectors);
    for (let start = 0; start < vectors.length && seen.length < trained; start += dimension)
      seen.push(vectors.slice(start, start + dimension));
  }
  await encoder.close();
  for (const [seed, name] of heads.entries())
    await writeFile(join(folder, `${name}.onnx`), await trainHead(seen, { dimension, lexical, classes, seed }));
  return { dimension };
}

/** A head that has learned something of this size; what, is no matter. */
async function trainHead(
  seen: readonly Float32Array[],
  {
    dimension,
    lexical,
    classes,
    seed,
  }: { dimension: number; lexical: number; classes: readonly string[]; seed: number },
): Promise<Uint8Array> {
  const { training: settings } = parseDeclaration(
    'name: bench\ntasks: [{ name: label }]\n',
    'adapter.yaml',
    headSettings,
  );
  const random = seededRandom('bench head', seed);
  const vectors = new Float32Array(seen.length * dimension);
  for (const [row, vector] of seen.entries()) vectors.set(vector, row * dimension);
  const targets = Int32Array.from(seen, () => random.integer(classes.length));
  const fresh: LabelledVectors = { vectors, targets, ids: Int32Array.from(seen.keys()) };
  const replayed: LabelledVectors = {
    vectors: new Float32Array(0),
    targets: new Int32Array(0),
    ids: new Int32Array(0),
  };
  const sizes = { dimension, lexical, classes, tasks: new Int32Array(classes.length) };
  const job = { strategy: 'analytic', settings, ...sizes, fresh, replayed, budget: 750, parent: undefined };
  const { head } = await strategyNamed('analytic').train(job, () => undefined);
  return headGraph(head).encode();
}
