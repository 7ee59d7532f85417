/**
 * The files of a trained version. A version always has a manifest, and is never read without checking the hashes in it.
 *
 *   adapter.onnx         embedding in, logits out; the file that serves
 *   adapter.safetensors  the head's tensors
 *   state.safetensors    the state that the strategy continues from
 *   pieces.safetensors   the parts of texts it has learned (encoder/pieces.ts); absent in versions made before
 *                        they were stored
 *   manifest.json        the version's origin, and the SHA-256 of the other files
 */
import { stat } from 'node:fs/promises';
import { EspalierError } from '../core/errors.js';
import { diskError } from '../core/files.js';
import { sha256, sha256OfFile } from '../core/hash.js';
import { decodeSafetensors, encodeSafetensors, type Tensors } from '../core/safetensors.js';
import { headGraph, tensorNames } from '../training/heads/head-graph.js';
import type { Head, TrainedHead } from '../training/job.js';
import { type Manifest, parseManifest, versionFiles } from './manifest.js';
import type { ContenderName, Owner, VersionName, Versions } from './versions.js';

/** A version with its manifest, or a contender: the owner of files, and the SHA-256 of each file by its name. */
export type Filed = Owner & { readonly files: Readonly<Record<string, string>> };

export interface Accompanying {
  /** Metadata of adapter.onnx (adapter-metadata.ts). */
  readonly about?: Readonly<Record<string, string>>;
  /** Pieces of all learned texts (encoder/pieces.ts); without them no such file is written. */
  readonly pieces?: Int32Array;
}

/**
 * Stages the files of a training.
 * @returns SHA-256 of each file, by its name
 */
export async function writeTrained(
  versions: Versions,
  contender: ContenderName,
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
  for (const [name, content] of Object.entries(contents)) files[name] = await versions.stage(contender, name, content);
  return files;
}

const encodePieces = (pieces: Int32Array) =>
  encodeSafetensors({ pieces: { dims: [pieces.length], data: pieces } }, { format: 'espalier-pieces-1' });

/** Path of adapter.onnx on this machine, for code that opens it by its path. @throws ADAPTER_INVALID */
export function adapterFile(versions: Versions, filed: Filed): Promise<string> {
  return verifiedFile(versions, filed, versionFiles.onnx);
}

/** Checks every file that the manifest names, or that was staged; each is read once. @throws ADAPTER_INVALID */
export async function requireSoundFiles(versions: Versions, filed: Filed): Promise<void> {
  for (const name of Object.keys(filed.files)) await verifiedFile(versions, filed, name);
}

/** Path of a file on this machine, after checking its content. @throws ADAPTER_INVALID */
async function verifiedFile(versions: Versions, filed: Filed, name: string): Promise<string> {
  const path = await versions.localFile(filed, { name, sha256: filed.files[name] ?? '' });
  if (path === undefined) throw missing(versions, filed, name);
  const hash = await sha256OfFile(path).catch((thrown) => {
    throw diskError(thrown, path);
  });
  requireHash(hash, versions, filed, name);
  return path;
}

async function readVerified(versions: Versions, filed: Filed, name: string): Promise<Tensors> {
  const bytes = await versions.read(filed, { name, sha256: filed.files[name] ?? '' });
  if (bytes === undefined) throw missing(versions, filed, name);
  requireHash(sha256(bytes), versions, filed, name);
  return decodeSafetensors(bytes, versions.whereIs(filed, name));
}

function missing(versions: Versions, owner: Owner, name: string): EspalierError {
  const file = versions.whereIs(owner, name);
  return new EspalierError('ADAPTER_INVALID', `${file} is missing`, { at: { file } });
}

function requireHash(hash: string, versions: Versions, filed: Filed, name: string): void {
  if (hash === filed.files[name]) return;
  const file = versions.whereIs(filed, name);
  const message = `${file} is not the file that was written: its SHA-256 differs from the manifest's`;
  throw new EspalierError('ADAPTER_INVALID', message, { at: { file } });
}

/** The state that an update continues from. @throws ADAPTER_INVALID */
export async function readTrained(versions: Versions, manifest: Manifest): Promise<TrainedHead> {
  const tensors = await readVerified(versions, manifest, versionFiles.head);
  const head: Head = { kind: manifest.headKind, shape: manifest.headShape, tensors };
  const lacking = tensorNames(head).find((name) => !tensors[name]);
  if (lacking !== undefined) {
    const what = `${versions.whereIs(manifest)} lacks the tensor ${lacking} of its head`;
    throw new EspalierError('ADAPTER_INVALID', what);
  }
  return { head, state: await readVerified(versions, manifest, versionFiles.state), facts: manifest.facts };
}

/** Undefined if the version has no such file. @throws ADAPTER_INVALID */
export async function readPieces(versions: Versions, manifest: Manifest): Promise<Int32Array | undefined> {
  if (!Object.hasOwn(manifest.files, versionFiles.pieces)) return undefined;
  const { pieces } = await readVerified(versions, manifest, versionFiles.pieces);
  if (pieces?.data instanceof Int32Array) return pieces.data;
  const file = versions.whereIs(manifest, versionFiles.pieces);
  throw new EspalierError('ADAPTER_INVALID', `${file} has no tensor of pieces`);
}

export interface VersionFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Yields every file of a version, the manifest last; only one is in memory at a time. @throws ADAPTER_INVALID */
export async function* listVersionFiles(versions: Versions, version: VersionName): AsyncGenerator<VersionFile> {
  const bytes = await versions.readManifest(version);
  if (bytes === undefined) throw missing(versions, version, versionFiles.manifest);
  const manifest = parseManifest(bytes, versions.whereIs(version, versionFiles.manifest));
  for (const [name, sha256] of Object.entries(manifest.files)) {
    const content = await versions.read(version, { name, sha256 });
    if (content === undefined) throw missing(versions, version, name);
    yield { name, content };
  }
  yield { name: versionFiles.manifest, content: bytes };
}

/** Total size in bytes of the files that its manifest names; missing files are not counted. */
export async function sizeOfVersion(versions: Versions, version: VersionName): Promise<number> {
  const manifest = await versions.readManifest(version);
  if (manifest === undefined) return 0;
  const files = Object.entries(parseManifest(manifest, versions.whereIs(version, versionFiles.manifest)).files);
  let bytes = manifest.byteLength;
  for (const [name, sha256] of files) {
    const path = await versions.localFile(version, { name, sha256 });
    if (path !== undefined) bytes += (await stat(path)).size;
  }
  return bytes;
}
