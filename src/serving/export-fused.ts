/**
 * Exports encoder, pooling and adapter as one ONNX model, from token ids to labels, with the files that a Python
 * program needs to run it.
 */
import { copyFile, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { diskError, writeFileAtomic } from '../core/files.js';
import { appendModel, decodeModel, encodeModel, type OnnxModel } from '../core/join-onnx.js';
import { type Graph, int64, metadataOf, newGraph, opset } from '../core/onnx.js';
import { appendAll } from '../core/sequences.js';
import { bucketsOf } from '../declaration/recipe.js';
import type { Encoder } from '../encoder/encoder.js';
import { loadTokenizer } from '../encoder/load-tokenizer.js';
import { locateModel, type ModelFiles, type ModelLocations } from '../encoder/model-folder.js';
import { poolingGraph } from '../encoder/pooling-graph.js';
import { newTokeniser } from '../encoder/tokenise.js';
import { adapterMetadata } from '../versions/adapter-metadata.js';
import type { Manifest } from '../versions/manifest.js';
import { fusedReadme, fusedScript } from './fused-files.js';

export interface FusedRequest {
  readonly encoder: Encoder;
  readonly where: ModelLocations;
  readonly manifest: Manifest;
  /** Path of the version's adapter.onnx. */
  readonly adapter: string;
  /** The ONNX file to write; the other files are written next to it. */
  readonly file: string;
}

export interface FusedExport {
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Maximum size of a protobuf message (https://protobuf.dev/programming-guides/encoding/#size-limit). */
const mostBytes = 2 ** 31 - 1;
/**
 * The oldest opset that can be raised to ours: since then no operator that text encoders use has changed its meaning.
 */
const oldestOpset = 13;

/** @throws EXPORT_IMPOSSIBLE, ADAPTER_INVALID, DISK_FULL */
export async function exportFused({ encoder, where, manifest, adapter, file }: FusedRequest): Promise<FusedExport> {
  const { declaration } = encoder;
  const files = await locateModel(declaration, where);
  await requireOneFile(files, adapter);
  const model = decodeModel(await readFile(files.model));
  requireOpset(model, files.model);
  joinAll(model, decodeModel(await readFile(adapter)), encoder, manifest);
  model.metadataProps = metadataOf({ ...(await metadata(encoder, manifest, files)) });
  const bytes = encodeModel(model);
  const stem = join(dirname(file), basename(file).replace(/\.onnx$/, ''));
  const tokenizer = `${stem}.tokenizer.json`;
  await writeFileAtomic(file, bytes);
  await copyFile(files.tokenizer, tokenizer).catch((thrown) => {
    throw diskError(thrown, tokenizer);
  });
  await writeFileAtomic(`${stem}.py`, fusedScript);
  await writeFileAtomic(
    `${stem}.README.md`,
    fusedReadme({ stem: basename(stem), onnx: basename(file), manifest, declaration }),
  );
  return { files: [file, tokenizer, `${stem}.py`, `${stem}.README.md`], bytes: bytes.length };
}

async function requireOneFile({ model, externalData }: ModelFiles, adapter: string): Promise<void> {
  const details = { at: { file: model } };
  if (externalData.length > 0)
    throw new EspalierError(
      'EXPORT_IMPOSSIBLE',
      `${model} keeps its weights in other files (${externalData.map((path) => basename(path)).join(', ')})`,
      details,
    );
  const bytes = (await stat(model)).size + (await stat(adapter)).size;
  if (bytes > mostBytes)
    throw new EspalierError(
      'EXPORT_IMPOSSIBLE',
      `encoder and adapter have ${bytes} bytes; one file holds ${mostBytes}`,
      details,
    );
}

/**
 * Raises the model's opset to ours, since the joined model has a single opset; refuses a model where that is
 * impossible.
 */
function requireOpset(model: OnnxModel, file: string): void {
  const own = model.opsetImport!.find(({ domain }) => !domain || domain === 'ai.onnx')!;
  const version = Number(own.version);
  if (version < oldestOpset || version > opset)
    throw new EspalierError(
      'EXPORT_IMPOSSIBLE',
      `${file} has opset ${version}; ${oldestOpset} to ${opset} can be joined with an adapter`,
      {
        at: { file },
      },
    );
  own.version = opset;
}

/** Joins encoder, pooling, adapter, and the choice of the label. */
function joinAll(model: OnnxModel, adapter: OnnxModel, { declaration, dimension }: Encoder, manifest: Manifest): void {
  const own = Object.fromEntries(model.graph!.output!.map(({ name }) => [name!, name!]));
  const inputs = { attention_mask: 'attention_mask', ngram_counts: 'ngram_counts' };
  const pooling = decodeModel(poolingGraph(declaration, dimension).encode());
  const added = pooling.graph!.input!.filter(({ name }) => {
    const isGiven = name! in own || model.graph!.input!.some((input) => input.name === name);
    return !isGiven;
  });
  const choice = decodeModel(choiceGraph(manifest).encode());
  const outputs = [...adapter.graph!.output!.filter(({ name }) => name === 'probabilities'), ...choice.graph!.output!];
  appendModel(model, pooling, { prefix: 'pooling/', names: { ...own, ...inputs, embedding: 'espalier/embedding' } });
  appendModel(model, adapter, {
    prefix: 'adapter/',
    names: { embedding: 'espalier/embedding', probabilities: 'probabilities' },
  });
  appendModel(model, choice, {
    prefix: 'choice/',
    names: { probabilities: 'probabilities', label_index: 'label_index' },
  });
  appendAll(model.graph!.input!, added);
  model.graph!.output = outputs;
}

/** Names of single-label tasks, in the order of the classes. */
function exclusiveTasks({ classes, multiLabel = [] }: Manifest): string[] {
  return [...new Set(classes.map(({ task }) => task))].filter((task) => !multiLabel.includes(task));
}

/** `probabilities` [batch, classes] -> `label_index` int64 [batch, exclusive tasks]: indexes among all classes. */
function choiceGraph(manifest: Manifest): Graph {
  const { classes } = manifest;
  const graph = newGraph('choice');
  const probabilities = graph.input('probabilities', 'float32', ['batch', classes.length]);
  const tasks = exclusiveTasks(manifest);
  if (tasks.length === 0) return graph;
  const indices = tasks.map((asked) => {
    const others = Float32Array.from(classes, ({ task }) => (task === asked ? 0 : -2));
    const own = graph.node('Add', [
      probabilities,
      graph.constant({ type: 'float32', dims: [classes.length], data: others }),
    ]);
    return graph.node('ArgMax', [own], { axis: 1, keepdims: 1 });
  });
  const joined =
    indices.length === 1
      ? graph.node('Reshape', [indices[0]!, graph.constant(int64([-1, 1]))])
      : graph.node('Concat', indices, { axis: 1 });
  graph.output(joined, 'label_index', 'int64', ['batch', tasks.length]);
  return graph;
}

async function metadata(encoder: Encoder, manifest: Manifest, files: ModelFiles): Promise<Record<string, string>> {
  const { tokenizer, positions } = await loadTokenizer(files.folder);
  const { maximum, closing, paddingSide, paddingId } = newTokeniser(tokenizer, '', positions);
  const thresholds = Object.entries(manifest.unknown ?? {}).map(([task, { threshold }]) => [task, threshold]);
  const unknownId = typeof tokenizer.unk_token_id === 'number' ? tokenizer.unk_token_id : null;
  return {
    ...adapterMetadata({ ...manifest, encoder }),
    'espalier.version': String(manifest.version),
    'espalier.label_tasks': JSON.stringify(exclusiveTasks(manifest)),
    'espalier.thresholds': JSON.stringify(Object.fromEntries(thresholds)),
    'espalier.ngram_buckets': String(bucketsOf(encoder.declaration.pooling)),
    'espalier.tokens': JSON.stringify({
      maximum,
      closing,
      padding_side: paddingSide,
      padding_id: paddingId,
      unknown_id: unknownId,
    }),
  };
}
