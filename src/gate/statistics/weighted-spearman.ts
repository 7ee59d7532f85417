/** Spearman's correlation of weighted cases, for the bootstrap: sorted once, then linear in the cases at each draw. */
import type { WeightedStatistic } from './bootstrap.js';

export interface RankedSides {
  /** [cases] scores of either side, in the order of `gold`. */
  readonly champion: ArrayLike<number>;
  readonly candidate: ArrayLike<number>;
  /** [cases] what both are held against. */
  readonly gold: ArrayLike<number>;
}

/** The candidate's correlation with `gold` minus the champion's, in [-2, 2]; NaN where a side or `gold` is constant over the weighted cases. */
export function spearmanDifference({ champion, candidate, gold }: RankedSides): WeightedStatistic {
  const [ofChampion, ofCandidate, ofGold] = [weightedRanks(champion), weightedRanks(candidate), weightedRanks(gold)];
  return (weights) => {
    let total = 0;
    for (let index = 0; index < weights.length; index++) total += weights[index]!;
    const ranks = ofGold(weights, total);
    return correlation(ofCandidate(weights, total), ranks, weights) - correlation(ofChampion(weights, total), ranks, weights);
  };
}

/** Ranks as if every case stood there as often as its weight says, minus their mean; ties share their mean rank. */
function weightedRanks(values: ArrayLike<number>): (weights: Float64Array, total: number) => Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const places = Array.from(order.keys(), (place) => place + 1);
  const tieEnds = Int32Array.from(places.filter((place) => values[order[place - 1]!] !== values[order[place] ?? -1]));
  const ranks = new Float64Array(values.length);
  return (weights, total) => {
    let [start, before] = [0, 0];
    for (let tie = 0; tie < tieEnds.length; tie++) {
      const end = tieEnds[tie]!;
      let tied = 0;
      for (let place = start; place < end; place++) tied += weights[order[place]!]!;
      const rank = before + (tied - total) / 2;
      for (; start < end; start++) ranks[order[start]!] = rank;
      before += tied;
    }
    return ranks;
  };
}

/** @param a centred under `weights`, as b is */
function correlation(a: Float64Array, b: Float64Array, weights: Float64Array): number {
  let [both, ofA, ofB] = [0, 0, 0];
  for (let index = 0; index < weights.length; index++) {
    const weighted = weights[index]! * a[index]!;
    const other = b[index]!;
    both += weighted * other;
    ofA += weighted * a[index]!;
    ofB += weights[index]! * other * other;
  }
  return both / Math.sqrt(ofA * ofB);
}
