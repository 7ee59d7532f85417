/**
 * Selective prediction: the coverage lost, and the accuracy gained, when answers of low confidence are left to a
 * person.
 */
import type { Answer } from './calibration.js';

/** The share of wrong answers among the most confident ones. */
export interface RiskAtCoverage {
  /** Share of all cases that are answered, in (0, 1]. */
  readonly coverage: number;
  readonly risk: number;
  /** Smallest confidence at which answers are given. */
  readonly confidence: number;
}

/** Risk-coverage curve (El-Yaniv & Wiener, JMLR 2010): one point for each distinct confidence, the highest first. */
export function riskCoverage(answers: readonly Answer[]): RiskAtCoverage[] {
  let [answered, wrong] = [0, 0];
  return tiesByConfidence(answers).map((tie) => {
    answered += tie.length;
    wrong += countWrong(tie);
    return { coverage: answered / answers.length, risk: wrong / answered, confidence: tie[0]!.confidence };
  });
}

/**
 * Area under the risk-coverage curve (AURC): the mean, over k, of the risk of the k most confident answers (Geifman &
 * El-Yaniv, "Selective classification for deep neural networks", NeurIPS 2017; Geifman et al., ICLR 2019, eq. 1).
 * Within a tie, wrong answers are spread evenly: the expectation over all orders of the tied answers. Lower is better.
 * NaN if there are no answers.
 */
export function areaUnderRiskCoverage(answers: readonly Answer[]): number {
  let [answered, wrong, area] = [0, 0, 0];
  for (const tie of tiesByConfidence(answers)) {
    const share = countWrong(tie) / tie.length;
    for (const _ of tie) {
      answered++;
      wrong += share;
      area += wrong / answered;
    }
  }
  return area / answers.length;
}

/** Groups of equal confidence, the most confident first. */
function tiesByConfidence(answers: readonly Answer[]): Answer[][] {
  const ties: Answer[][] = [];
  for (const answer of [...answers].sort((a, b) => b.confidence - a.confidence)) {
    const last = ties.at(-1);
    if (last?.[0]?.confidence === answer.confidence) last.push(answer);
    else ties.push([answer]);
  }
  return ties;
}

function countWrong(answers: readonly Answer[]): number {
  return answers.filter(({ correct }) => !correct).length;
}
