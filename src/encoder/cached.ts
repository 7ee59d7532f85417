/**
 * The encoder behind the store's cache: a text goes through the model only once per dense fingerprint. Counts of
 * n-grams are not cached: counting takes about as long as reading a vector, and the declared n-grams can change without
 * encoding anything again.
 */
import { setImmediate as letEventsThrough } from 'node:timers/promises';
import { EspalierError, messageOf } from '../core/errors.js';
import { appendAll } from '../core/sequences.js';
import { normaliseText, textHash } from '../core/text.js';
import type { Store } from '../store/database.js';
import { type EmbeddingSpace, findEmbeddings, listEmbedded, saveEmbeddings } from '../store/embeddings.js';
import { findUnreadable, saveUnreadable, type UnreadableText } from '../store/unreadable.js';
import type { EncodeOptions, Encoder } from './encoder.js';
import { fillNgrams } from './ngrams.js';
import { type PackedRows, RowPacker } from './packed-rows.js';

/** New texts are stored in slices of this size, so that an interrupted run keeps the finished slices. */
const sliceSize = 1024;

export interface Warmed {
  /** Number of texts that went through the model. */
  readonly encoded: number;
  /** Text hash -> reason, for each text that the encoder cannot read. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/**
 * Encodes the texts that are not cached yet. A text that breaks the encoder is recorded with its reason and is not
 * tried again.
 */
export async function warmCache(
  store: Store,
  encoder: Encoder,
  texts: readonly string[],
  { signal, progress }: EncodeOptions = {},
): Promise<Warmed> {
  const { missing, unreadable } = await findMissing(store, encoder, texts);
  for (let start = 0; start < missing.length; start += sliceSize) {
    const slice = missing.slice(start, start + sliceSize);
    const options = { ...(signal && { signal }), progress: (done: number) => progress?.(start + done, missing.length) };
    const { rows, broken } = await encodeSlice(encoder, slice, options);
    await saveEmbeddings(store, encoder.denseFingerprint, rows);
    await saveUnreadable(store.queries, encoder.denseFingerprint, broken);
    for (const { hash, reason } of broken) unreadable.set(hash, reason);
  }
  return { encoded: missing.length, unreadable };
}

/** Texts are looked up in parts of this size, so that the vectors found in the cache are not all held in memory. */
const lookUpSize = 16 * sliceSize;

/** Finds the distinct texts that are not cached. */
async function findMissing(
  store: Store,
  encoder: Encoder,
  texts: readonly string[],
): Promise<{ missing: HashedText[]; unreadable: Map<string, string> }> {
  const missing = new Map<string, string>();
  const unreadable = new Map<string, string>();
  for (let start = 0; start < texts.length; start += lookUpSize) {
    const byHash = new Map(texts.slice(start, start + lookUpSize).map((text) => [textHash(text), text]));
    for (const hash of await listEmbedded(store, spaceOf(encoder), [...byHash.keys()])) byHash.delete(hash);
    const known = await findUnreadable(store.queries, encoder.denseFingerprint, [...byHash.keys()]);
    for (const [hash, text] of byHash) {
      const reason = known.get(hash);
      if (reason === undefined) missing.set(hash, normaliseText(text));
      else unreadable.set(hash, reason);
    }
  }
  return { missing: [...missing].map(([hash, text]) => ({ hash, text })), unreadable };
}

/**
 * Gives the same as `encode`, [texts, dimension] float32, using the cached vectors.
 * @throws TEXT_UNREADABLE
 */
export async function encodeCached(
  store: Store,
  encoder: Encoder,
  texts: readonly string[],
  options: EncodeOptions = {},
): Promise<Float32Array> {
  const known = await readVectors(store, encoder, texts, options);
  const rows = new Float32Array(texts.length * encoder.dimension);
  for (const [row, text] of texts.entries()) rows.set(known.get(textHash(text))!, row * encoder.dimension);
  await fillNgrams(texts, rows, encoder);
  return rows;
}

/**
 * The same rows, packed, for many texts: the vectors are read from the cache slice by slice, and are never all in memory
 * in full.
 * @throws TEXT_UNREADABLE
 */
export async function encodePacked(
  store: Store,
  encoder: Encoder,
  texts: readonly string[],
  options: EncodeOptions = {},
): Promise<PackedRows> {
  const packer = new RowPacker(texts.length, encoder);
  for (let start = 0; start < texts.length; start += sliceSize) {
    const slice = texts.slice(start, start + sliceSize);
    const known = await readVectors(store, encoder, slice, options);
    for (const text of slice) packer.add(known.get(textHash(text))!, text);
    await letEventsThrough();
  }
  return packer.rows();
}

/** The dense vectors of texts by hash. Those that are cached are read once; the others are encoded first. */
async function readVectors(
  store: Store,
  encoder: Encoder,
  texts: readonly string[],
  options: EncodeOptions,
): Promise<ReadonlyMap<string, Float32Array>> {
  const wanted = new Map(texts.map((text) => [textHash(text), text]));
  const known = await findEmbeddings(store, spaceOf(encoder), [...wanted.keys()]);
  const missing = [...wanted].filter(([hash]) => !known.has(hash));
  if (missing.length === 0) return known;
  const { unreadable } = await warmCache(
    store,
    encoder,
    missing.map(([, text]) => text),
    options,
  );
  for (const [hash, text] of missing) if (unreadable.has(hash)) throw unreadableText(text, unreadable.get(hash)!);
  const encoded = await findEmbeddings(
    store,
    spaceOf(encoder),
    missing.map(([hash]) => hash),
  );
  return new Map([...known, ...encoded]);
}

interface HashedText {
  readonly hash: string;
  readonly text: string;
}

interface EncodedSlice {
  readonly rows: readonly { readonly hash: string; readonly vector: Float32Array }[];
  readonly broken: readonly UnreadableText[];
}

/**
 * Encodes the slice in one call; if that fails, encodes text by text to find those that fail.
 * @throws the encoder's error, if every text fails
 */
async function encodeSlice(
  encoder: Encoder,
  slice: readonly HashedText[],
  options: EncodeOptions,
): Promise<EncodedSlice> {
  try {
    return { rows: await encodeTogether(encoder, slice, options), broken: [] };
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown;
    const rows: { hash: string; vector: Float32Array }[] = [];
    const broken: UnreadableText[] = [];
    for (const one of slice) {
      try {
        appendAll(rows, await encodeTogether(encoder, [one], options.signal ? { signal: options.signal } : {}));
      } catch (reason) {
        if (options.signal?.aborted) throw reason;
        broken.push({ hash: one.hash, reason: messageOf(reason) });
      }
    }
    // An encoder that reads no text at all is broken itself; a single text does not show which of the two is broken.
    if (rows.length === 0 && slice.length > 1) throw thrown;
    return { rows, broken };
  }
}

async function encodeTogether(encoder: Encoder, texts: readonly HashedText[], options: EncodeOptions) {
  const vectors = await encoder.encodeDense(
    texts.map(({ text }) => text),
    options,
  );
  return texts.map(({ hash }, row) => ({
    hash,
    vector: vectors.subarray(row * encoder.dense, (row + 1) * encoder.dense),
  }));
}

/** The embedding space in which the store keeps an encoder's vectors. */
export function spaceOf({ denseFingerprint, dense }: Pick<Encoder, 'denseFingerprint' | 'dense'>): EmbeddingSpace {
  return { fingerprint: denseFingerprint, dimension: dense };
}

function unreadableText(text: string, reason: string): EspalierError {
  return new EspalierError('TEXT_UNREADABLE', `the encoder cannot read the text \`${text.slice(0, 40)}\`: ${reason}`);
}
