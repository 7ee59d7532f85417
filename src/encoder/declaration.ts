/**
 * What an adapter declares about its encoder.
 *
 * - Encoder: a frozen text model; it turns a text into one vector.
 * - Pooling: how the vectors of a text's tokens become the vector of the text.
 * - Prompt: words put before each text, which some models were trained with ("query: ").
 */
import { EspalierError } from '../core/errors.js';

/** `output:NAME` reads a model output of shape [batch, dim]; the others pool `last_hidden_state`, [batch, tokens, dim]. */
export type Pooling = 'mean' | 'cls' | 'last' | `output:${string}`;

export interface EncoderDeclaration {
  /** `use-lite`, a folder, or the name of a model on the hub. */
  readonly model: string;
  /** The pooled vectors are put one behind the other. */
  readonly pooling: readonly Pooling[];
  readonly prompt: string;
  /** A key of `dtypeSuffixes`. */
  readonly dtype: string;
  /** Whether vectors have length 1. */
  readonly normalise: boolean;
}

/** The name of the encoder that comes with Espalier. */
export const embeddedModel = 'use-lite';

/** dtype -> what stands between `model` and `.onnx` in the file's name, as transformers.js names them. */
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

/** The embedded encoder gains from both its own sentence vector and the mean of its token vectors (1,024 dimensions). */
export function defaultPooling(model: string): readonly Pooling[] {
  return model === embeddedModel ? ['output:sentence_embedding', 'mean'] : ['mean'];
}

export function modelFileName(dtype: string): string {
  return `model${dtypeSuffixes[dtype]}.onnx`;
}

/** The model output that a pooling reads. */
export function outputOf(pooling: Pooling): string {
  return pooling.startsWith('output:') ? pooling.slice('output:'.length) : 'last_hidden_state';
}

/** Throws DECLARATION_INVALID. An unknown dtype must not pass: transformers.js would silently load another file. */
export function checkDeclaration({ dtype, pooling }: EncoderDeclaration): void {
  if (!Object.hasOwn(dtypeSuffixes, dtype)) {
    throw new EspalierError('DECLARATION_INVALID', `there is no dtype "${dtype}"`, {
      at: { field: 'encoder.dtype' },
      hint: `Use one of ${Object.keys(dtypeSuffixes).join(', ')}.`,
    });
  }
  const unknown = pooling.find((way) => !/^(mean|cls|last|output:.+)$/.test(way));
  if (pooling.length === 0 || unknown !== undefined) {
    throw new EspalierError('DECLARATION_INVALID', unknown === undefined ? 'no pooling is named' : `there is no pooling "${unknown}"`, {
      at: { field: 'encoder.pooling' },
      hint: 'Use a list of mean, cls, last or output:NAME.',
    });
  }
}
