/**
 * Calibration: whether answers given with confidence 0.8 are right 8 times in 10, and whether confidence separates
 * right answers from wrong ones.
 */

/** The answer to one case. */
export interface Answer {
  /** The probability that the adapter gave its own answer, in [0, 1]. */
  readonly confidence: number;
  readonly correct: boolean;
}

export interface ReliabilityBin {
  /** The bin holds confidences above `from` and up to `to`; the first one also holds 0. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Null if the bin is empty. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

/**
 * The number of bins of Guo et al. 2017, so that figures compare with published ones: the measure grows with the number
 * of bins.
 */
const guoBins = 15;

/** Equal-width bins, for a reliability diagram (Niculescu-Mizil & Caruana, ICML 2005). */
export function reliabilityBins(answers: readonly Answer[], count = guoBins): ReliabilityBin[] {
  const bins = Array.from({ length: count }, (): Answer[] => []);
  for (const answer of answers) bins[binOf(answer.confidence, count)]!.push(answer);
  return bins.map((members, index) => ({
    from: index / count,
    to: (index + 1) / count,
    count: members.length,
    confidence: members.length === 0 ? null : mean(members, ({ confidence }) => confidence),
    accuracy: members.length === 0 ? null : mean(members, outcomeOf),
  }));
}

/**
 * Expected calibration error: the mean gap between confidence and accuracy over 15 equal-width bins, weighted by their
 * answers (Naeini et al., AAAI 2015; Guo et al., "On calibration of modern neural networks", ICML 2017, eq. 5). In [0,
 * 1]; NaN if there are no answers. It is biased upwards if bins hold few answers: to compare two adapters use
 * `brierLosses`.
 */
export function expectedCalibrationError(answers: readonly Answer[]): number {
  return weightedCalibrationError(answers)(new Float64Array(answers.length).fill(1));
}

/** The same for weighted cases, for the bootstrap. The cost is linear in the cases. */
export function weightedCalibrationError(answers: readonly Answer[]): (weights: Float64Array) => number {
  const bins = Int32Array.from(answers, ({ confidence }) => binOf(confidence, guoBins));
  const gaps = Float64Array.from(answers, (answer) => outcomeOf(answer) - answer.confidence);
  const sums = new Float64Array(guoBins);
  return (weights) => {
    sums.fill(0);
    let total = 0;
    for (let index = 0; index < gaps.length; index++) {
      sums[bins[index]!]! += weights[index]! * gaps[index]!;
      total += weights[index]!;
    }
    return sums.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
  };
}

/**
 * [cases] The squared gap between confidence and outcome (Brier, Mon. Weather Rev. 1950) of the given answer. It is a
 * proper score of each single case, so a paired bound on "calibration got worse" is a bound on the mean difference of
 * two such arrays.
 */
export function brierLosses(answers: readonly Answer[]): Float64Array {
  return Float64Array.from(answers, (answer) => (answer.confidence - outcomeOf(answer)) ** 2);
}

/** Mean of the Brier losses, in [0, 1]; NaN if there are no answers. */
export function brierScore(answers: readonly Answer[]): number {
  return brierLosses(answers).reduce((sum, loss) => sum + loss, 0) / answers.length;
}

/** Clamps the bin, since rounding may leave a confidence slightly above 1. */
function binOf(confidence: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1));
}

function outcomeOf({ correct }: Answer): number {
  return correct ? 1 : 0;
}

function mean<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0) / items.length;
}
