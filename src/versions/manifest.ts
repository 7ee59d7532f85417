/** The manifest of a version: its origin, the meaning of its outputs, and the hashes of its files. */
import { z } from 'zod';
import { EspalierError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { mostTelling } from '../declaration/declaration.js';
import type { Class, Domain } from '../declaration/tasks.js';
import type { HeadShape } from '../training/job.js';
import type { EncoderRecipe } from './adapter-metadata.js';
import type { VersionName, Versions } from './versions.js';

export interface Manifest extends VersionName {
  /** The version it was trained from, or null. */
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
    /** How a text becomes the input of adapter.onnx; absent in versions made before it was recorded. */
    readonly recipe?: EncoderRecipe;
  };
  /** The class of each output, in the order of the outputs. */
  readonly classes: readonly Class[];
  /** Classes that no example bears any more: their outputs are never answered; absent if there are none. */
  readonly retired?: readonly Class[];
  /** Names of the multi-label tasks, where a text may have several labels or none; absent if there are none. */
  readonly multiLabel?: readonly string[];
  /** Every domain that it or its ancestors learned from. */
  readonly domains: readonly Domain[];
  /** Examples with an arrival number in (afterExample, throughExample] were new to it. */
  readonly data: {
    readonly afterExample: number;
    readonly throughExample: number;
    readonly fresh: number;
    readonly replayed: number;
    /** Examples that its parent had learned otherwise; absent if there are none. */
    readonly withdrawn?: number;
    /** Those of them that were learned again, as they were then; absent if there are none. */
    readonly corrected?: number;
    /** What the update trained on; absent in versions made before it was recorded. */
    readonly trainedOn?: TrainedOn;
  };
  readonly bufferSnapshotHash: string;
  /**
   * Task -> the smallest confidence at which an answer is given, and how it was chosen; absent in versions of Espalier
   * 0.1.
   */
  readonly unknown?: Readonly<Record<string, UnknownThreshold>>;
  readonly facts: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  /** Name -> SHA-256, lower-case hex. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The ordered set of examples that an update trained a version on: those that were new to it, corrected ones, and those
 * that it replayed or read again. A version that continues from its parent has also learned what the parent has.
 */
export interface TrainedOn {
  readonly examples: number;
  /** SHA-256 over arrival, text hash, label and weight of each, in order of arrival. */
  readonly sha256: string;
}

/** The threshold of a task: a text whose answer has less confidence counts as unknown. */
export interface UnknownThreshold {
  /** Null if too few texts were held out to choose one. */
  readonly threshold: number | null;
  /** Share of in-scope texts that may be refused. */
  readonly share: number;
  /** Number of held-out texts it was chosen on, and of those it refuses. */
  readonly inScope: number;
  readonly refused: number;
  /** Number of out-of-scope texts, and of those that are answered nevertheless. */
  readonly outOfScope: number;
  readonly accepted: number;
}

/** Names of the files of a version; version-folder.ts describes their content. */
export const versionFiles = {
  onnx: 'adapter.onnx',
  head: 'adapter.safetensors',
  state: 'state.safetensors',
  pieces: 'pieces.safetensors',
  manifest: 'manifest.json',
} as const;

/** @throws ADAPTER_INVALID where it is missing, malformed, or belongs to another version */
export async function readManifest(versions: Versions, version: VersionName): Promise<Manifest> {
  return (await readHashedManifest(versions, version)).manifest;
}

export interface HashedManifest {
  readonly manifest: Manifest;
  /** SHA-256 of the manifest's bytes. */
  readonly sha256: string;
}

/** @throws ADAPTER_INVALID as readManifest */
export async function readHashedManifest(versions: Versions, version: VersionName): Promise<HashedManifest> {
  const found = await readManifestAt(versions, version);
  const { adapter, version: number } = found.manifest;
  if (adapter === version.adapter && number === version.version) return found;
  const file = versions.whereIs(version, versionFiles.manifest);
  const what = `is of ${adapter} version ${number}: the folder was put in another's place`;
  throw new EspalierError('ADAPTER_INVALID', `${file} ${what}`, { at: { file } });
}

/** The manifest stored under that number, whichever version it names. @throws ADAPTER_INVALID */
export async function readManifestAt(versions: Versions, version: VersionName): Promise<HashedManifest> {
  const bytes = await versions.readManifest(version);
  const file = versions.whereIs(version, versionFiles.manifest);
  if (bytes !== undefined) return { manifest: parseManifest(bytes, file), sha256: sha256(bytes) };
  throw new EspalierError('ADAPTER_INVALID', `${versions.whereIs(version)} has no manifest`, { at: { file } });
}

/** @param file the file of the bytes, for messages. @throws ADAPTER_INVALID */
export function parseManifest(bytes: Buffer, file: string): Manifest {
  const manifest = withTasks(parseJson(bytes, file));
  const { error } = schema.safeParse(manifest);
  // Returns the parsed value itself, so that keys of a later Espalier and their order are kept.
  if (error === undefined) return manifest as Manifest;
  const { path, message } = mostTelling(error.issues);
  const field = path.join('.') || 'the whole file';
  throw new EspalierError('ADAPTER_INVALID', `${file} is not a manifest: ${field}: ${message}`, {
    at: { file, field },
  });
}

function parseJson(bytes: Buffer, file: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new EspalierError('ADAPTER_INVALID', `${file} is not JSON`, { at: { file }, cause });
  }
}

const manifestOfOneTask = z.looseObject({
  task: z.string(),
  classes: z.array(z.string()),
  domains: z.array(z.string()),
});

/** Converts a manifest from the time when an adapter had one task, named only once. Any other is returned unchanged. */
function withTasks(stored: unknown): unknown {
  const old = manifestOfOneTask.safeParse(stored);
  if (!old.success) return stored;
  const { task, classes, domains, ...others } = old.data;
  return {
    ...others,
    classes: classes.map((label) => ({ task, label })),
    domains: domains.map((domain) => ({ task, domain })),
  };
}

const count = z.number().int().min(0);
const size = z.number().int().min(1);
const freeForm = z.record(z.string(), z.unknown());

const schema = z
  .looseObject({
    adapter: z.string().min(1),
    version: size,
    parent: size.nullable(),
    createdAt: z.string(),
    strategy: z.string(),
    headKind: z.string(),
    headShape: z.looseObject({ dimension: size, lexical: count.optional(), classes: size }).catchall(z.number()),
    seed: z.number(),
    hyperParameters: freeForm,
    encoder: z.looseObject({
      model: z.string(),
      fingerprint: z.string(),
      dimension: size,
      recipe: z
        .looseObject({ pooling: z.array(z.string()), prompt: z.string(), dtype: z.string(), normalise: z.boolean() })
        .optional(),
    }),
    classes: z.array(z.looseObject({ task: z.string(), label: z.string() })),
    retired: z.array(z.looseObject({ task: z.string(), label: z.string() })).optional(),
    multiLabel: z.array(z.string()).optional(),
    domains: z.array(z.looseObject({ task: z.string(), domain: z.string() })),
    data: z.looseObject({ afterExample: count, throughExample: count, fresh: count, replayed: count }),
    bufferSnapshotHash: z.string(),
    unknown: z.record(z.string(), z.looseObject({ threshold: z.number().nullable() })).optional(),
    // JSON has null for a number that is not finite.
    facts: z.record(z.string(), z.number().nullable()),
    metrics: freeForm,
    // A name must never be a path out of the version.
    files: z.record(z.string().regex(/^\w[\w.-]*$/), z.string().regex(/^[0-9a-f]{64}$/)),
  })
  .refine(({ classes, headShape }) => classes.length === headShape.classes, {
    path: ['classes'],
    message: 'as many as the outputs of the head are needed',
  });
