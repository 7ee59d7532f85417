/** Opens an encoder and turns texts into rows of features. */
import { availableParallelism } from 'node:os';
import { EspalierError } from '../core/errors.js';
import { bucketsOf } from '../declaration/recipe.js';
import { type BatchLimits, padBatch, planBatches, type TextBatch } from './batches.js';
import { Crew } from './crew.js';
import { checkDeclaration, type EncoderDeclaration, embeddedModel } from './declaration.js';
import { fingerprintsOf } from './fingerprint.js';
import { loadTokenizer } from './load-tokenizer.js';
import { locateModel, type ModelLocations } from './model-folder.js';
import { fillNgrams } from './ngrams.js';
import { normOf } from './normalise.js';
import { newTokeniser } from './tokenise.js';
import type { Reading, Tokeniser } from './tokeniser.js';

export interface EncodeOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

/**
 * An opened encoder. It stays open until `close` is called.
 * @example
 * const encoder = await openEncoder(declaration, { cacheFolder });
 * const rows = await encoder.encode(['where is my parcel']); // [1, encoder.dimension]
 * await encoder.close();
 */
export interface Encoder {
  readonly declaration: EncoderDeclaration;
  /** Equal fingerprints give equal rows for equal texts, on any machine. */
  readonly fingerprint: string;
  /** The same for the columns of a row that come from the model. */
  readonly denseFingerprint: string;
  /** Number of columns that come from the model; they are the first. */
  readonly dense: number;
  /** Number of columns that count n-grams; they are the last. 0 when none are declared. */
  readonly lexical: number;
  /** dense + lexical */
  readonly dimension: number;
  /** [texts, dimension] float32, row-major, in the order of the texts. Throws INTERRUPTED, ENCODER_INVALID. */
  encode(texts: readonly string[], options?: EncodeOptions): Promise<Float32Array>;
  /** [texts, dense]: like `encode`, without the columns that count n-grams. */
  encodeDense(texts: readonly string[], options?: EncodeOptions): Promise<Float32Array>;
  /** Whether the model has a specific token for any part of the text. */
  knowsAny(text: string): boolean;
  /**
   * Says whether the model knows any part of the text, and whether the text has more tokens than the model reads; the
   * excess is cut off.
   */
  readingOf(text: string): Reading;
  close(): Promise<void>;
}

export interface EncoderOptions extends ModelLocations {
  /** Threads inside one matrix product. */
  readonly threads?: number;
  /** Batches that run at once, each in its own thread with its own model; when absent, as many as the cores allow. */
  readonly workers?: number;
}

/** Number of texts that are tokenised and sorted by length together: it bounds memory and suffices for even batches. */
const window = 2048;
/** Measured: from 16 rows on the speed stays the same. An interruption takes effect between batches. */
const usualLimits: BatchLimits = { rows: 32, tokens: 2048 };
/**
 * Limits for models that quantise their activations by the range measured over the whole batch: in a larger batch, a
 * text's vector would depend on its neighbours.
 */
const oneByOne: BatchLimits = { rows: 1, tokens: 1 };
const dynamicallyQuantised = ['q8', 'int8', 'uint8'];

/**
 * Throws ENCODER_NOT_FOUND, ENCODER_HUB_UNREACHABLE, ENCODER_INVALID, ENCODER_INPUT_MISSING, ENCODER_OUTPUT_MISSING,
 * DECLARATION_INVALID.
 */
export async function openEncoder(declaration: EncoderDeclaration, options: EncoderOptions): Promise<Encoder> {
  checkDeclaration(declaration);
  const files = await locateModel(declaration, options);
  const fingerprints = await fingerprintsOf(files, declaration);
  const { tokenizer, positions } = await loadTokenizer(files.folder);
  const tokeniser = newTokeniser(tokenizer, declaration.prompt, positions);
  const threads = options.threads ?? usualThreads(declaration.model);
  const workers = options.workers ?? Math.max(1, Math.floor(availableParallelism() / threads));
  const { pooling, normalise } = declaration;
  const crew = await Crew.open({ file: files.model, threads, declaration: { pooling, normalise } }, workers);
  const limits = dynamicallyQuantised.includes(declaration.dtype) ? oneByOne : usualLimits;
  const dense = await probe(crew, tokeniser);
  const lexical = bucketsOf(pooling);

  /** Encodes texts into rows of `width` columns, of which the model fills the first `dense`. */
  async function encodeRows(
    texts: readonly string[],
    width: number,
    { signal, progress }: EncodeOptions,
  ): Promise<Float32Array> {
    const features = new Float32Array(texts.length * width);
    let done = 0;
    for (let start = 0; start < texts.length; start += window) {
      const tokens = await tokeniser.tokenise(texts.slice(start, start + window));
      const encodeBatch = async (batch: TextBatch) => {
        const inputs = batch.rows.map((row) => tokens[row]!);
        const pooled = await crew.run(
          padBatch(inputs, batch.width, tokeniser.paddingSide, tokeniser.paddingId),
          signal,
        );
        for (const [i, row] of batch.rows.entries()) {
          const vector = pooled.subarray(i * dense, (i + 1) * dense);
          requireFinite(vector, start + row);
          features.set(vector, (start + row) * width);
        }
        done += batch.rows.length;
        progress?.(done, texts.length);
      };
      await Promise.all(planBatches(lengthsOf(tokens), limits).map(encodeBatch));
    }
    return features;
  }

  return {
    declaration,
    fingerprint: fingerprints.whole,
    denseFingerprint: fingerprints.dense,
    dense,
    lexical,
    dimension: dense + lexical,
    async encode(texts, options = {}) {
      const rows = await encodeRows(texts, dense + lexical, options);
      await fillNgrams(texts, rows, { dense, lexical });
      return rows;
    },
    encodeDense: (texts, options = {}) => encodeRows(texts, dense, options),
    knowsAny: (text) => tokeniser.knowsAny(text),
    readingOf: (text) => tokeniser.readingOf(text),
    close: () => crew.close(),
  };
}

/**
 * The matrices of the embedded encoder are so small that a second thread loses in waiting as much as it gains;
 * docs/encoder.md has the numbers.
 */
function usualThreads(model: string): number {
  return model === embeddedModel ? 1 : Math.min(4, availableParallelism());
}

/** Finds the number of columns that the model fills by running it once: many models do not declare it. */
async function probe(crew: Crew, { tokenise, paddingSide, paddingId }: Tokeniser): Promise<number> {
  try {
    const [tokens] = await tokenise(['a']);
    return (await crew.run(padBatch([tokens!], Math.max(1, tokens!.length), paddingSide, paddingId))).length;
  } catch (thrown) {
    await crew.close();
    throw thrown;
  }
}

function requireFinite(vector: Float32Array, index: number): void {
  if (!Number.isFinite(normOf(vector))) {
    throw new EspalierError(
      'ENCODER_INVALID',
      `the encoder model gave a vector that is not a number, for text ${index + 1} of the list`,
      {
        hint: 'With dtype fp16 or q4f16 try fp32; otherwise the model file is damaged.',
      },
    );
  }
}

const lengthsOf = (tokens: readonly (readonly number[])[]) => tokens.map(({ length }) => length);
