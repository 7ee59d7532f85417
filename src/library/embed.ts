/** The vectors that an adapter reads. */
import { readDeclaration } from '../declaration/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import { openChampionEncoder } from '../serving/champion.js';
import type { Question } from '../serving/questions.js';
import type { Site } from './site.js';

export interface Embedding {
  readonly text: string;
  /** Null exactly where there is a `reason`. */
  readonly vector: readonly number[] | null;
  /** Why the text has none. */
  readonly reason?: string;
}

/**
 * The encoder whose vectors the adapter reads; it is closed with the workspace.
 * @throws ADAPTER_NOT_FOUND, DECLARATION_INVALID, ENCODER_MISMATCH, ADAPTER_INVALID
 */
export async function openEncoderOf(
  site: Pick<Site, 'workspace' | 'store' | 'versions' | 'openEncoder'>,
  adapter: string,
): Promise<Encoder> {
  return openChampionEncoder(site, await readDeclaration(site.workspace, adapter));
}

/** @param dense only what comes from the model, without the counts of n-grams */
export async function embedQuestions(
  encoder: Encoder,
  questions: readonly Question[],
  { dense = false }: { readonly dense?: boolean | undefined } = {},
): Promise<Embedding[]> {
  const texts = questions.flatMap(({ content }) => ('value' in content ? [content.value] : []));
  const width = dense ? encoder.dense : encoder.dimension;
  const rows = dense ? await encoder.encodeDense(texts) : await encoder.encode(texts);
  let next = 0;
  return questions.map(({ text, content }) => {
    if ('reason' in content) return { text, vector: null, reason: content.reason };
    const vector = rows.subarray(next * width, ++next * width);
    return { text, vector: Array.from(vector, shortest) };
  });
}

/** Nine significant digits give back the same float32. */
const shortest = (value: number) => Number(value.toPrecision(9));
