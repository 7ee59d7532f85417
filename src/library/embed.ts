/** The vectors that an adapter reads. */
import type { Encoder } from '../encoder/encoder.js';
import type { Question } from '../serving/questions.js';

export interface Embedding {
  readonly text: string;
  /** Null exactly where there is a `reason`. */
  readonly vector: readonly number[] | null;
  /** Why the text has none. */
  readonly reason?: string;
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
