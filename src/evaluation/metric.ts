/** What sums up a suite: a number over its scored cases, also over cases that are drawn several times or not at all. */

export interface Metric {
  readonly name: string;
  /** The score of a case is 0 or 1, and the metric is their mean. */
  readonly isProportion: boolean;
  /** The metric is the mean of the cases' scores. */
  readonly isMean: boolean;
  /**
   * @param scores of the cases. @param gold what each is compared with, null where the score is already right or wrong
   * @returns the metric as a function of how often each case counts: all 1 is the metric itself, multiplicities are a
   * bootstrap draw. The cases are sorted once; a call takes time linear in their number. NaN where the drawn cases
   * leave it undefined.
   */
  statistic(scores: ArrayLike<number>, gold: ArrayLike<number | null>): (weights: Float64Array) => number;
}

/** Cases of one value, which no order tells apart: [start, end) of `order`. */
export interface SortedCases {
  /** Numbers of the cases, ascending by value. */
  readonly order: Int32Array;
  /** Where each run of equal values begins, and the number of cases at the end. */
  readonly starts: Int32Array;
}

export function sortCases(values: ArrayLike<number>): SortedCases {
  const order = Int32Array.from(values, (_, index) => index).sort((a, b) => values[a]! - values[b]! || a - b);
  const starts: number[] = [];
  for (let place = 0; place < order.length; place++) {
    if (place === 0 || values[order[place]!] !== values[order[place - 1]!]) starts.push(place);
  }
  return { order, starts: Int32Array.from([...starts, order.length]) };
}

/** @throws RangeError where a case has none: its kind and its metric do not belong together */
export function requireGold(gold: ArrayLike<number | null>): Float64Array {
  return Float64Array.from(gold, (value, index) => {
    if (value === null) throw new RangeError(`case ${index} has nothing that its score is held against`);
    return value;
  });
}
