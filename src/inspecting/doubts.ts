/**
 * Doubts about the answers that examples bear, and how strong they are. Two witnesses are asked: a model that has not
 * learned the example (confident-learning.ts), and the nearest other examples (neighbour-votes.ts). docs/benchmarks.md
 * compares the score with others.
 */
import { judgeLabels } from './confident-learning.js';
import { votesOf } from './neighbour-votes.js';

/** Answers are numbers from 0. */
export interface Near {
  /** Answers of an example's nearest neighbours, the nearest first. */
  readonly answers: readonly number[];
  readonly cosines: readonly number[];
}

export interface Answered {
  /** [n] the answers that the examples bear. */
  readonly given: Int32Array;
  /** [n] */
  readonly near: readonly Near[];
}

export interface Probabilities {
  /** [n, classes] of a model that has not learned the example. */
  readonly probabilities: Float32Array;
  readonly classes: number;
}

export interface Doubt {
  /** Number of the example. */
  readonly row: number;
  readonly proposed: number;
  /** Null if only neighbours were asked. */
  readonly labelProbability: number | null;
  readonly proposedProbability: number | null;
  /** Share of the neighbours that bear another answer; null without neighbours. */
  readonly disagreement: number | null;
  /** Whether the example counts for the proposed class by confident learning. */
  readonly isConfident: boolean;
  readonly score: number;
}

export interface Doubts {
  /** In the order of the examples. */
  readonly doubts: readonly Doubt[];
  /** Estimated number of wrong answers; null if only neighbours were asked. */
  readonly estimate: number | null;
}

/** Float32 probabilities may be 0. */
const leastProbability = 1e-6;
/** In natural logarithms: neighbours that all disagree count as seven to one. */
const neighbourWeight = 2;

/**
 * Examples that count for another class, or of which another class is likelier. The score is the logarithm of how much
 * likelier the proposed answer is than the given one, plus twice the share of the neighbours that disagree.
 */
export function doubtsByBoth({ given, near }: Answered, { probabilities, classes }: Probabilities): Doubts {
  const judged = judgeLabels({ probabilities, classes, given });
  const doubts: Doubt[] = [];
  for (const [row, own] of given.entries()) {
    const proposed = judged.proposed[row]!;
    if (proposed < 0) continue;
    const isConfident = judged.isConfident[row] === 1;
    const labelProbability = probabilities[row * classes + own]!;
    const proposedProbability = probabilities[row * classes + proposed]!;
    if (!isConfident && proposedProbability <= labelProbability) continue;
    const { disagreement } = votesIn(near[row]!, own);
    const odds = Math.max(proposedProbability, leastProbability) / Math.max(labelProbability, leastProbability);
    const score = Math.log(odds) + neighbourWeight * (disagreement ?? 0);
    doubts.push({ row, proposed, labelProbability, proposedProbability, disagreement, isConfident, score });
  }
  return { doubts, estimate: judged.estimate };
}

/** Examples of which another answer has more votes. The score is by how much, from 0 to 1. */
export function doubtsByNeighbours({ given, near }: Answered): Doubts {
  const doubts: Doubt[] = [];
  for (const [row, own] of given.entries()) {
    const { disagreement, proposed, margin } = votesIn(near[row]!, own);
    if (margin <= 0) continue;
    const alone = { labelProbability: null, proposedProbability: null, isConfident: false };
    doubts.push(Object.assign(alone, { row, proposed, disagreement, score: margin }));
  }
  return { doubts, estimate: null };
}

const votesIn = ({ answers, cosines }: Near, own: number) => votesOf(own, answers, cosines);
