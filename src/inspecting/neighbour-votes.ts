/** What the labels of an example's nearest neighbours say of its own. */

export interface Votes {
  /** Share of the neighbours whose label differs; null without neighbours. */
  readonly disagreement: number | null;
  /** The commonest other label among them, weighed by nearness; -1 if all agree. */
  readonly proposed: number;
  /** Weighed share of the neighbours with the proposed label, less that with the example's own: from -1 to 1. */
  readonly margin: number;
}

/** The fourth power: a neighbour with a cosine of 0.8 counts four times as much as one with 0.57. */
const steepness = 4;

/**
 * @param labels of the neighbours
 * @param cosines of the neighbours, in the same order
 */
export function votesOf(own: number, labels: ArrayLike<number>, cosines: ArrayLike<number>): Votes {
  if (labels.length === 0) return { disagreement: null, proposed: -1, margin: 0 };
  const weights = new Map<number, number>();
  let [different, total] = [0, 0];
  for (let index = 0; index < labels.length; index++) {
    const weight = Math.max(1e-6, cosines[index]!) ** steepness;
    total += weight;
    weights.set(labels[index]!, (weights.get(labels[index]!) ?? 0) + weight);
    if (labels[index] !== own) different++;
  }
  const others = [...weights].filter(([label]) => label !== own);
  const [proposed, weight] = others.reduce((best, other) => (other[1] > best[1] ? other : best), [-1, 0]);
  return {
    disagreement: different / labels.length,
    proposed,
    margin: (weight - (weights.get(own) ?? 0)) / total,
  };
}
