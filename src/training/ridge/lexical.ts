/**
 * The lexical scores of the classes, added to those of the features: multinomial naive Bayes (McCallum & Nigam, AAAI
 * workshop 1998) on counts of hashed n-grams,
 *
 *   score(text)[c] = sum_b f_b V[b, c] / sqrt(sum_b f_b),
 *   V[b, c] = ln ((N[b, c] + a) / (N[., c] + a B)) - ln ((T_b + a) / (T + a B)),
 *
 * with N the summed counts of a class, N[., c] all tokens of the class, B the number of buckets, and T the same of all
 * examples. A class is divided by its tokens, not by its examples: otherwise words that occur in no text of a class
 * favour the class with the fewest examples. For a multi-label task T is counted separately, since an example belongs
 * to several classes there, or to none. Like the ridge statistics N is an exact sum, to which an example adds its counts
 * times its weight: order does not matter, nothing is forgotten, and an example can be removed again. (V has no learned weight of its own; its weight relative
 * to the scores of the features is chosen by leave-group-out, lexical-share.ts.) Rare words decide where vectors are
 * similar: on CLINC150 they add a point of accuracy without any width.
 *
 * Memory: 4 bytes for each bucket and class. Cost: microseconds per example, and a logarithm for each bucket and class.
 */
import type { Tensors } from '../../core/safetensors.js';
import { trueClasses } from '../answers.js';
import { totalWeight, weightAt } from '../rows.js';
import { narrowestNumbers } from './gram.js';
import type { Groups } from './groups.js';

export interface LexicalStatistics {
  readonly buckets: number;
  readonly classes: number;
  /** [buckets, classes], whole numbers, or quarters where examples are weighed. */
  readonly counts: Float64Array;
  /** [classes] Sum of the weights of each class's examples. */
  readonly examples: Float64Array;
  /** Counts of all examples of a multi-label task. For other tasks they are the sums over the classes. */
  readonly all?: AllExamples;
}

interface AllExamples {
  /** [buckets], whole numbers, or quarters. */
  readonly counts: Float64Array;
  readonly examples: number;
}

/** Rows with counts of n-grams among other columns. */
export interface CountedRows {
  /** [n, stride], the counts in the last `buckets` columns. */
  readonly vectors: Float32Array;
  readonly stride: number;
  /** [n] */
  readonly targets: Int32Array;
  /**
   * Label sets of the targets from the number of classes on, in a multi-label task: a text counts once for each of its
   * labels.
   */
  readonly sets?: readonly (readonly number[])[] | undefined;
  /** [n] How much each row counts; absent if each counts once. */
  readonly weights?: Float32Array | undefined;
}

/** Number added to the count of every bucket in every class. */
const smoothing = 0.1;

export function emptyLexical(buckets: number, classes: number): LexicalStatistics {
  return { buckets, classes, counts: new Float64Array(buckets * classes), examples: new Float64Array(classes) };
}

/** Adds examples, or removes them with sign -1; returns new statistics with room for `classes`. */
export function countLexical(
  before: LexicalStatistics,
  rows: CountedRows,
  classes: number,
  sign: 1 | -1 = 1,
): LexicalStatistics {
  const { buckets } = before;
  const all = rows.sets && countAll(before, rows, sign);
  const after = { ...emptyLexical(buckets, classes), ...(all && { all }) };
  after.examples.set(before.examples);
  for (let bucket = 0; bucket < buckets; bucket++)
    after.counts.set(before.counts.subarray(bucket * before.classes, (bucket + 1) * before.classes), bucket * classes);
  for (const row of rows.targets.keys()) {
    const factor = sign * weightAt(rows, row);
    for (const own of trueClasses(rows.targets[row]!, classes, rows.sets)) {
      after.examples[own]! += factor;
      for (const { bucket, count } of countsOf(rows, row, buckets))
        after.counts[bucket * classes + own]! += factor * count;
    }
  }
  return after;
}

function countAll({ buckets, all }: LexicalStatistics, rows: CountedRows, sign: 1 | -1): AllExamples {
  const counts = all ? all.counts.slice() : new Float64Array(buckets);
  for (const row of rows.targets.keys()) {
    const factor = sign * weightAt(rows, row);
    for (const { bucket, count } of countsOf(rows, row, buckets)) counts[bucket]! += factor * count;
  }
  return { counts, examples: (all?.examples ?? 0) + sign * totalWeight(rows) };
}

/** V, [buckets, classes]; 0 for a class without examples, of which no word tells anything. */
export function lexicalWeights(statistics: LexicalStatistics): Float64Array {
  const { buckets, classes, counts, examples, all } = statistics;
  const weights = new Float64Array(buckets * classes);
  const tokens = tokensOf(statistics);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const own = counts.subarray(bucket * classes, (bucket + 1) * classes);
    const background = surprise(all?.counts[bucket] ?? sumOf(own), tokens.all, buckets);
    for (let index = 0; index < classes; index++)
      if (examples[index]! > 0)
        weights[bucket * classes + index] = surprise(own[index]!, tokens.classes[index]!, buckets) - background;
  }
  return weights;
}

/**
 * Scores of learned rows by a V that learned neither them nor any other row of their group: each group is removed from
 * the counts while its rows are scored. [n, classes]
 * @param groups positions of the rows, each row in one group; rows in no group are not scored, and their scores are 0
 */
export function leaveGroupsOutLexical(statistics: LexicalStatistics, rows: CountedRows, groups: Groups): Float64Array {
  const { buckets, classes } = statistics;
  const scores = new Float64Array(rows.targets.length * classes);
  const all = statistics.all && { ...statistics.all, counts: statistics.all.counts.slice() };
  const left = { ...statistics, counts: statistics.counts.slice(), ...(all && { all }) };
  const tokens = tokensOf(left);
  for (const group of groups) {
    const texts = group.map((row) => ({ row, found: countsOf(rows, row, buckets) }));
    for (const { row, found } of texts)
      countText(left, tokens, { found, labels: labelsOf(rows, row, classes), factor: -weightAt(rows, row) });
    for (const { row, found } of texts)
      readText(left, tokens, found, scores.subarray(row * classes, (row + 1) * classes));
    for (const { row, found } of texts)
      countText(left, tokens, { found, labels: labelsOf(rows, row, classes), factor: weightAt(rows, row) });
  }
  return scores;
}

const labelsOf = ({ targets, sets }: CountedRows, row: number, classes: number) =>
  trueClasses(targets[row]!, classes, sets);

interface Tokens {
  /** [classes] */
  readonly classes: Float64Array;
  all: number;
}

function tokensOf({ buckets, classes, counts, all }: LexicalStatistics): Tokens {
  const tokens = new Float64Array(classes);
  for (let bucket = 0; bucket < buckets; bucket++)
    for (let index = 0; index < classes; index++) tokens[index]! += counts[bucket * classes + index]!;
  return { classes: tokens, all: sumOf(all?.counts ?? tokens) };
}

interface Text {
  readonly found: readonly BucketCount[];
  readonly labels: readonly number[];
  /** Its weight, negative if it is removed. */
  readonly factor: number;
}

/** Adds a text to the counts and tokens, or removes it, in place. */
function countText({ classes, counts, all }: LexicalStatistics, tokens: Tokens, { found, labels, factor }: Text): void {
  for (const { bucket, count } of found) {
    for (const own of labels) {
      counts[bucket * classes + own]! += factor * count;
      tokens.classes[own]! += factor * count;
    }
    if (all) all.counts[bucket]! += factor * count;
    tokens.all += factor * count * (all ? 1 : labels.length);
  }
}

/** Writes the scores of one text, [classes]. */
function readText(
  { buckets, classes, counts, all }: LexicalStatistics,
  tokens: Tokens,
  found: readonly BucketCount[],
  scores: Float64Array,
) {
  let length = 0;
  for (const { bucket, count } of found) {
    const own = counts.subarray(bucket * classes, (bucket + 1) * classes);
    const background = surprise(all?.counts[bucket] ?? sumOf(own), tokens.all, buckets);
    for (let index = 0; index < classes; index++)
      scores[index]! += count * (surprise(own[index]!, tokens.classes[index]!, buckets) - background);
    length += count;
  }
  for (let index = 0; index < classes; index++) scores[index]! /= Math.sqrt(Math.max(length, 1));
}

export function packLexical({ buckets, classes, counts, examples, all }: LexicalStatistics): Tensors {
  return {
    'lexical.counts': { dims: [buckets, classes], data: narrowestNumbers(counts) },
    'lexical.examples': { dims: [classes], data: narrowestNumbers(examples) },
    ...(all && {
      'lexical.all.counts': { dims: [buckets], data: narrowestNumbers(all.counts) },
      'lexical.all.examples': { dims: [1], data: narrowestNumbers(Float64Array.of(all.examples)) },
    }),
  };
}

/** Reads the statistics written by packLexical; undefined if the state has none. */
export function unpackLexical(state: Tensors): LexicalStatistics | undefined {
  const {
    'lexical.counts': counts,
    'lexical.examples': examples,
    'lexical.all.counts': allCounts,
    'lexical.all.examples': number,
  } = state;
  if (!counts || !examples) return undefined;
  const [buckets, classes] = [counts.dims[0]!, counts.dims[1]!];
  const all = allCounts && number && { counts: new Float64Array(allCounts.data), examples: number.data[0]! };
  return {
    buckets,
    classes,
    counts: new Float64Array(counts.data),
    examples: new Float64Array(examples.data),
    ...(all && { all }),
  };
}

function surprise(count: number, tokens: number, buckets: number): number {
  return Math.log((count + smoothing) / (tokens + buckets * smoothing));
}

const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

interface BucketCount {
  readonly bucket: number;
  readonly count: number;
}

/** The buckets of a row with a count above 0. */
function countsOf({ vectors, stride }: CountedRows, row: number, buckets: number): BucketCount[] {
  const counts = vectors.subarray((row + 1) * stride - buckets, (row + 1) * stride);
  const found: BucketCount[] = [];
  for (let bucket = 0; bucket < buckets; bucket++)
    if (counts[bucket] !== 0) found.push({ bucket, count: counts[bucket]! });
  return found;
}
