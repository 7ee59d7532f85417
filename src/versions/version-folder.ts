/**
 * The files of a trained version. A version is never without its manifest, and never read without checking the hashes
 * in it.
 *
 *   adapter.onnx         embedding in, logits out; what serves
 *   adapter.safetensors  the head's tensors
 *   state.safetensors    what the strategy goes on from
 *   pieces.safetensors which parts of texts it has learned (encoder/pieces.ts); absent in versions that were made
 *   before it was kept
 *   manifest.json        where it comes from, and the SHA-256 of the others
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { diskError, readText, writePrivateFile } from '../core/files.js';
import { sha256, sha256OfFile } from '../core/hash.js';
import { decodeSafetensors, encodeSafetensors, type Tensors } from '../core/safetensors.js';
import type { Class, Domain } from '../declaration/tasks.js';
import { headGraph, tensorNames } from '../training/heads/head-graph.js';
import type { Head, HeadShape, TrainedHead } from '../training/job.js';
import type { EncoderRecipe } from './adapter-metadata.js';

export interface Manifest {
  readonly adapter: string;
  readonly version: number;
  /** Version it was trained from, or null. */
  readonly parent: number | null;
  readonly createdAt: string;
  readonly strategy: string;
  readonly headKind: string;
  readonly headShape: HeadShape;
  readonly seed: number;
  readonly hyperParameters: Readonly<Record<string, unknown>>;
  readonly encoder: {
    readonly model: string;
    readonly fingerprint: string;
    readonly dimension: number;
    /** How a text becomes the input of adapter.onnx; absent in versions that were made before it was kept. */
    readonly recipe?: EncoderRecipe;
  };
  /** What each output stands for, in the order of the outputs. */
  readonly classes: readonly Class[];
  /** Names of the tasks of which a text may have several labels, or none; absent where there are none. */
  readonly multiLabel?: readonly string[];
  /** Every domain that it or its ancestors learned from. */
  readonly domains: readonly Domain[];
  /** Examples with an arrival number in (afterExample, throughExample] were new to it. */
  readonly data: {
    readonly afterExample: number;
    readonly throughExample: number;
    readonly fresh: number;
    readonly replayed: number;
  };
  readonly bufferSnapshotHash: string;
  /**
   * By task: the smallest confidence of an answer that is given, and how it was chosen; absent in versions of Espalier
   * 0.1.
   */
  readonly unknown?: Readonly<Record<string, UnknownThreshold>>;
  readonly facts: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, string>>;
}

/** A text whose answer is less sure than the threshold counts as unknown. */
export interface UnknownThreshold {
  /** Null: too few texts were held out to choose one. */
  readonly threshold: number | null;
  /** Share of in-scope texts that may be refused. */
  readonly share: number;
  /** Held-out texts that it was chosen on, and how many of them it refuses. */
  readonly inScope: number;
  readonly refused: number;
  /** Texts out of scope, and how many of them are answered all the same. */
  readonly outOfScope: number;
  readonly accepted: number;
}

/** What was written when an adapter had one task. */
interface ManifestOfOneTask extends Omit<Manifest, 'classes' | 'domains'> {
  readonly task: string;
  readonly classes: readonly string[];
  readonly domains: readonly string[];
}

export const versionFiles = {
  onnx: 'adapter.onnx',
  head: 'adapter.safetensors',
  state: 'state.safetensors',
  pieces: 'pieces.safetensors',
  manifest: 'manifest.json',
} as const;

export interface Accompanying {
  /** What adapter.onnx says of itself (adapter-metadata.ts). */
  readonly about?: Readonly<Record<string, string>>;
  /** Of all texts that were learned (encoder/pieces.ts); without them there is no such file. */
  readonly pieces?: Int32Array;
}

/**
 * @returns SHA-256 of each file, by its name
 */
export async function writeTrained(
  folder: string,
  { head, state, facts }: TrainedHead,
  { about = {}, pieces }: Accompanying = {},
): Promise<Record<string, string>> {
  const metadata = { format: 'espalier-head-2', kind: head.kind, shape: JSON.stringify(head.shape) };
  const stateFacts = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, String(value)]));
  const contents = {
    [versionFiles.onnx]: headGraph(head).encode(about),
    [versionFiles.head]: encodeSafetensors(head.tensors, metadata),
    [versionFiles.state]: encodeSafetensors(state, stateFacts),
    ...(pieces && { [versionFiles.pieces]: encodePieces(pieces) }),
  };
  const files: Record<string, string> = {};
  for (const [name, content] of Object.entries(contents)) {
    await writePrivateFile(join(folder, name), content);
    files[name] = await sha256OfFile(join(folder, name));
  }
  return files;
}

const encodePieces = (pieces: Int32Array) =>
  encodeSafetensors({ pieces: { dims: [pieces.length], data: pieces } }, { format: 'espalier-pieces-1' });

/**
 * Last of all: a folder with a manifest is whole.
 * @throws ADAPTER_INVALID where a file is not the one that was written
 */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  for (const name of Object.keys(manifest.files)) await verifiedFile(folder, manifest, name);
  await writePrivateFile(join(folder, versionFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** @throws ADAPTER_INVALID */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, versionFiles.manifest);
  if (!existsSync(file)) throw new EspalierError('ADAPTER_INVALID', `${folder} has no manifest`, { at: { file } });
  try {
    return manifestOf(JSON.parse(await readText(file)) as Manifest | ManifestOfOneTask);
  } catch (cause) {
    throw cause instanceof EspalierError
      ? cause
      : new EspalierError('ADAPTER_INVALID', `${file} is not JSON`, { at: { file }, cause });
  }
}

function manifestOf(stored: Manifest | ManifestOfOneTask): Manifest {
  if (!('task' in stored)) return stored;
  const { task, classes, domains, ...rest } = stored;
  return {
    ...rest,
    classes: classes.map((label) => ({ task, label })),
    domains: domains.map((domain) => ({ task, domain })),
  };
}

/** The path of one of the version's files, its content checked against the manifest. @throws ADAPTER_INVALID */
export async function verifiedFile(folder: string, manifest: Manifest, name: string): Promise<string> {
  const file = presentFile(folder, name);
  requireHash(await sha256OfFile(file), manifest, name, file);
  return file;
}

async function readVerified(folder: string, manifest: Manifest, name: string): Promise<Tensors> {
  const file = presentFile(folder, name);
  const bytes = await readFile(file).catch((thrown) => {
    throw diskError(thrown, file);
  });
  requireHash(sha256(bytes), manifest, name, file);
  return decodeSafetensors(bytes, file);
}

function presentFile(folder: string, name: string): string {
  const file = join(folder, name);
  if (!existsSync(file)) throw new EspalierError('ADAPTER_INVALID', `${file} is missing`, { at: { file } });
  return file;
}

function requireHash(hash: string, { files }: Manifest, name: string, file: string): void {
  if (hash === files[name]) return;
  const message = `${file} is not the file that was written: its SHA-256 differs from the manifest's`;
  throw new EspalierError('ADAPTER_INVALID', message, { at: { file } });
}

/** What an update goes on from. @throws ADAPTER_INVALID */
export async function readTrained(folder: string, manifest: Manifest): Promise<TrainedHead> {
  const tensors = await readVerified(folder, manifest, versionFiles.head);
  const head: Head = { kind: manifest.headKind, shape: manifest.headShape, tensors };
  const missing = tensorNames(head).find((name) => !tensors[name]);
  if (missing !== undefined)
    throw new EspalierError('ADAPTER_INVALID', `${folder} lacks the tensor ${missing} of its head`);
  return { head, state: await readVerified(folder, manifest, versionFiles.state), facts: manifest.facts };
}

/** Undefined where the version has no such file. @throws ADAPTER_INVALID */
export async function readPieces(folder: string, manifest: Manifest): Promise<Int32Array | undefined> {
  if (!Object.hasOwn(manifest.files, versionFiles.pieces)) return undefined;
  const { pieces } = await readVerified(folder, manifest, versionFiles.pieces);
  if (pieces?.data instanceof Int32Array) return pieces.data;
  throw new EspalierError('ADAPTER_INVALID', `${join(folder, versionFiles.pieces)} has no tensor of pieces`);
}
