/**
 * Whether the scores of a classifier have changed: a Kolmogorov-Smirnov test of each score, with Bonferroni's bound over
 * the scores. Rabanser, Günnemann & Lipton, "Failing loudly: an empirical study of methods for detecting dataset shift",
 * NeurIPS 2019 ("BBSDs"), found it the most powerful of the cheap tests.
 */
import { distanceP, largestDistance } from './kolmogorov-smirnov.js';

export interface ScoresTest {
  /** The smallest p of a score, times the number of scores. */
  readonly p: number;
  /** The largest distance between the distribution functions of a score, from 0 to 1. */
  readonly distance: number;
  /** Index of the score with that distance. */
  readonly score: number;
}

/**
 * @param fresh, old [n, scores] row-major. Both sets have the same sizes for each score, so that the score with the
 * largest distance has the smallest p.
 */
export function testScores(fresh: Float64Array, old: Float64Array, scores: number): ScoresTest {
  let largest = { distance: 0, score: 0 };
  for (let score = 0; score < scores; score++) {
    const distance = largestDistance(columnOf(fresh, scores, score), columnOf(old, scores, score));
    if (distance > largest.distance) largest = { distance, score };
  }
  const p = distanceP(largest.distance, fresh.length / scores, old.length / scores);
  return { ...largest, p: Math.min(1, p * scores) };
}

function columnOf(rows: Float64Array, width: number, column: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, row) => rows[row * width + column]!);
}
