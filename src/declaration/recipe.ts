/**
 * The feature recipe: the list `encoder.pooling` of adapter.yaml. The features of its parts are concatenated.
 *
 * - Pooling: a dense part; it makes one vector of the vectors of a text's tokens, or takes one that the model outputs.
 * - N-grams: the lexical part; it counts n-grams of the text itself, without the model.
 */

export const waysToPool = ['mean', 'max', 'sqrt', 'cls', 'last'] as const;
export type PoolingKind = (typeof waysToPool)[number];

/**
 * `mean` pools `last_hidden_state`, `mean:NAME` another output of shape [batch, tokens, dim]; `output:NAME` reads one
 * of shape [batch, dim].
 */
export type Pooling = PoolingKind | `${PoolingKind}:${string}` | `output:${string}`;
/** `ngrams:N`, with N buckets: a power of two. */
export type NgramsPart = `ngrams:${number}`;
export type RecipePart = Pooling | NgramsPart;

const fewestBuckets = 256;
const mostBuckets = 65_536;

export interface RecipeFault {
  /** Index of the part; absent if the fault concerns the whole list. */
  readonly index?: number;
  readonly message: string;
  readonly hint: string;
}

/** The first fault in a list of parts. */
export function findRecipeFault(parts: readonly string[]): RecipeFault | undefined {
  const unknown = unknownPart(parts);
  if (unknown) return unknown;
  if (!parts.some(isPooling)) return { message: 'no pooling is named', hint: `Name at least one of ${poolingNames}.` };
  const [first, second] = parts.flatMap((part, index) => (isPooling(part) ? [] : [index]));
  if (second !== undefined)
    return { index: second, message: 'ngrams is named twice', hint: 'Keep one ngrams:N, as the last of the list.' };
  if (first === undefined || first === parts.length - 1) return undefined;
  return {
    index: first,
    message: `${parts[first]} is not the last of the list`,
    hint: `Move ${parts[first]} to the end of the list.`,
  };
}

/** The recipe without its lexical part: the parts that the model computes. */
export function poolingsOf(parts: readonly RecipePart[]): Pooling[] {
  return parts.filter(isPooling);
}

/** N of `ngrams:N`; 0 if there is no such part. */
export function bucketsOf(parts: readonly RecipePart[]): number {
  const part = parts.find((one) => !isPooling(one));
  return part === undefined ? 0 : Number(part.slice('ngrams:'.length));
}

export function poolingKindOf(pooling: Pooling): PoolingKind | 'output' {
  return pooling.split(':', 1)[0] as PoolingKind | 'output';
}

/** The model output that a pooling reads. */
export function outputOf(pooling: Pooling): string {
  const colon = pooling.indexOf(':');
  return colon < 0 ? 'last_hidden_state' : pooling.slice(colon + 1);
}

const poolingNames = `${waysToPool.join(', ')}, one of them with :NAME, output:NAME`;

function isPooling(part: string): part is Pooling {
  return /^(?:(?:mean|max|sqrt|cls|last)(?::.+)?|output:.+)$/s.test(part);
}

function isNgrams(part: string): part is NgramsPart {
  const buckets = Number(/^ngrams:([1-9]\d{2,4})$/.exec(part)?.[1]);
  return buckets >= fewestBuckets && buckets <= mostBuckets && Number.isInteger(Math.log2(buckets));
}

function unknownPart(parts: readonly string[]): RecipeFault | undefined {
  const index = parts.findIndex((part) => !isPooling(part) && !isNgrams(part));
  if (index < 0) return undefined;
  const part = parts[index]!;
  if (part === 'ngrams' || part.startsWith('ngrams:')) {
    const hint = `N of ngrams:N is a power of two from ${fewestBuckets} to ${mostBuckets}, such as ngrams:4096.`;
    return { index, message: `"${part}" does not say into how many buckets`, hint };
  }
  return { index, message: `there is no pooling "${part}"`, hint: `Use ${poolingNames}, and ngrams:N at the end.` };
}
