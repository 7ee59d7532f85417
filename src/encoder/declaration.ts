/**
 * The encoder that an adapter declares.
 *
 * - Encoder: a frozen text model; it turns a text into one vector.
 * - Recipe: the parts of a text's features (core/recipe.ts): poolings of the model's vectors, and counts of n-grams.
 * - Prompt: words put before each text, which some models were trained with ("query: ").
 */
import { EspalierError } from '../core/errors.js';
import { findRecipeFault, type RecipePart } from '../declaration/recipe.js';

export interface EncoderDeclaration {
  /** `use-lite`, a folder, or the name of a model on the hub. */
  readonly model: string;
  /** The recipe; the features of its parts are concatenated. */
  readonly pooling: readonly RecipePart[];
  readonly prompt: string;
  /** A key of `dtypeSuffixes`. */
  readonly dtype: string;
  /** Whether the vectors from the model are scaled to length 1. Counts of n-grams stay counts. */
  readonly normalise: boolean;
}

/** The name of the encoder bundled with Espalier. */
export const embeddedModel = 'use-lite';

/** dtype -> the part of the file's name between `model` and `.onnx`, as transformers.js names the files. */
export const dtypeSuffixes: Readonly<Record<string, string>> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
};

/**
 * The embedded encoder gains from using both its own sentence vector and the mean of its token vectors (1,024
 * dimensions).
 */
export function defaultPooling(model: string): readonly RecipePart[] {
  return model === embeddedModel ? ['output:sentence_embedding', 'mean', 'ngrams:2048'] : ['mean'];
}

export function modelFileName(dtype: string): string {
  return `model${dtypeSuffixes[dtype]}.onnx`;
}

/** Throws DECLARATION_INVALID. An unknown dtype must be refused: transformers.js would silently load another file. */
export function checkDeclaration({ dtype, pooling }: EncoderDeclaration): void {
  if (!Object.hasOwn(dtypeSuffixes, dtype)) {
    throw new EspalierError('DECLARATION_INVALID', `there is no dtype "${dtype}"`, {
      at: { field: 'encoder.dtype' },
      hint: `Use one of ${Object.keys(dtypeSuffixes).join(', ')}.`,
    });
  }
  const fault = findRecipeFault(pooling);
  if (fault)
    throw new EspalierError('DECLARATION_INVALID', fault.message, {
      at: { field: 'encoder.pooling' },
      hint: fault.hint,
    });
}
