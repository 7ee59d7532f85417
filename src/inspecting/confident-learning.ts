/**
 * Confident learning (Northcutt, Jiang & Chuang, "Confident learning: estimating uncertainty in dataset labels",
 * Journal of Artificial Intelligence Research 2021). A class's threshold is the mean probability of the class over the
 * examples that bear it. An example counts for the likeliest class whose threshold it reaches; where that is another
 * class than its label, it stands off the diagonal of the joint distribution of given and true labels.
 *
 * The probabilities must be those of a model that has not learned the example. Cost: two passes over them.
 */

export interface LabelledProbabilities {
  /** [n, classes] row-major */
  readonly probabilities: Float32Array;
  readonly classes: number;
  /** [n] numbers of the labels that the examples bear. */
  readonly given: Int32Array;
}

export interface Judgement {
  /** [n] the class that the example counts for, if it is not its label; otherwise the likeliest other class; -1 of one class. */
  readonly proposed: Int32Array;
  /** [n] 1 where the example counts for the proposed class. */
  readonly isConfident: Uint8Array;
  /** Estimated number of wrong labels: the mass off the diagonal of the joint, calibrated to the counts of the labels. */
  readonly estimate: number;
}

export function judgeLabels(labelled: LabelledProbabilities): Judgement {
  const { given, classes } = labelled;
  const thresholds = thresholdsOf(labelled);
  const counts = Array.from({ length: classes }, () => ({ examples: 0, on: 0, off: 0 }));
  const proposed = new Int32Array(given.length);
  const isConfident = new Uint8Array(given.length);
  for (const [row, label] of given.entries()) {
    const own = labelled.probabilities.subarray(row * classes, (row + 1) * classes);
    const confident = likeliest(own, (index) => own[index]! >= thresholds[index]!);
    const count = counts[label]!;
    count.examples++;
    if (confident === label) count.on++;
    if (confident >= 0 && confident !== label) count.off++;
    isConfident[row] = confident >= 0 && confident !== label ? 1 : 0;
    proposed[row] = isConfident[row] ? confident : likeliest(own, (index) => index !== label);
  }
  const estimate = counts.reduce(
    (sum, { examples, on, off }) => sum + (off === 0 ? 0 : (examples * off) / (on + off)),
    0,
  );
  return { proposed, isConfident, estimate };
}

/** [classes]. A class that no example bears has the mean threshold of the others. */
export function thresholdsOf({ probabilities, classes, given }: LabelledProbabilities): Float64Array {
  const sums = new Float64Array(classes);
  const counts = new Int32Array(classes);
  for (const [row, label] of given.entries()) {
    sums[label]! += probabilities[row * classes + label]!;
    counts[label]!++;
  }
  const known = [...counts.keys()].filter((label) => counts[label]! > 0);
  const mean = known.reduce((sum, label) => sum + sums[label]! / counts[label]!, 0) / known.length;
  return sums.map((sum, label) => (counts[label]! > 0 ? sum / counts[label]! : mean));
}

/** The first of the likeliest that are allowed; -1 if none is. */
function likeliest(probabilities: Float32Array, isAllowed: (index: number) => boolean): number {
  let best = -1;
  for (let index = 0; index < probabilities.length; index++)
    if ((best < 0 || probabilities[index]! > probabilities[best]!) && isAllowed(index)) best = index;
  return best;
}
