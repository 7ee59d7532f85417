/** Summarises a suite as one number over its scored cases, even when cases are drawn several times or not at all. */

export interface Metric {
  readonly name: string;
  /** Whether each case scores 0 or 1 and the metric is their mean. */
  readonly isProportion: boolean;
  /** Whether the metric is the mean of the cases' scores. */
  readonly isMean: boolean;
  /**
   * @param scores of the cases
   * @param gold reference of each case, null when the score is already right or wrong
   * @returns the metric as a function of each case's weight: weights of 1 give the metric itself, multiplicities give a
   * bootstrap draw. The cases are sorted once; a call takes time linear in their number. NaN if the drawn cases leave
   * it undefined.
   */
  statistic(scores: ArrayLike<number>, gold: ArrayLike<number | null>): (weights: Float64Array) => number;
}

/** Cases sorted by value. Cases of equal value form a run: [start, end) of `order`. */
export interface SortedCases {
  /** Numbers of the cases, ascending by value. */
  readonly order: Int32Array;
  /** Start of each run of equal values, followed by the number of cases. */
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

/** @throws RangeError if a case has no gold: its kind and its metric do not fit together */
export function requireGold(gold: ArrayLike<number | null>): Float64Array {
  return Float64Array.from(gold, (value, index) => {
    if (value === null) throw new RangeError(`case ${index} has nothing that its score is held against`);
    return value;
  });
}
