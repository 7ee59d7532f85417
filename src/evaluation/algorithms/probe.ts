/**
 * A few-shot probe: logistic regression on the adapted embeddings of a handful of examples, as in MTEB's classification
 * (Muennighoff et al., EACL 2023). It tests whether a distinction can still be read off the embedding. It is solved to
 * convergence, so that a difference between two adapters never comes from the probe's own chance.
 */
import { largestOf } from '../../core/sequences.js';
import { dot } from '../../core/vectors.js';
import { fitLogisticRegression } from '../../training/logistic-regression.js';
import { similarities } from './similarity.js';

/** scikit-learn's default for its C, which MTEB does not change. */
const c = 1;

export interface Reading {
  /** The class of the highest probability; among equals, the first in the order of their names. */
  readonly label: string;
  readonly confidence: number;
  /** Class -> probability. */
  readonly probabilities: ReadonlyMap<string, number>;
}

export interface Probe {
  read(vector: Float32Array): Reading;
}

/** @param vectors each of length 1. @param labels at least two distinct classes */
export async function fitProbe(vectors: readonly Float32Array[], labels: readonly string[]): Promise<Probe> {
  const classes = [...new Set(labels)].sort();
  const targets = Int32Array.from(labels, (label) => classes.indexOf(label));
  const { coefficients, intercepts } = await fitLogisticRegression({
    gram: await gramOf(vectors),
    targets,
    classes: classes.length,
    // For two classes scikit-learn penalises a single vector of weights; split into two opposite vectors, its penalty
    // is half as large, so C is halved too.
    c: classes.length === 2 ? c / 2 : c,
  });
  const weights = classes.map((_, one) => weightsOf(vectors, coefficients, one, classes.length));
  return {
    read(vector) {
      const scores = weights.map((own, one) => dot(vector, own) + intercepts[one]!);
      const top = largestOf(scores);
      const shares = scores.map((score) => Math.exp(score - top));
      const total = shares.reduce((sum, share) => sum + share, 0);
      const best = scores.indexOf(top);
      const probabilities = new Map(classes.map((label, one) => [label, shares[one]! / total]));
      return { label: classes[best]!, confidence: shares[best]! / total, probabilities };
    },
  };
}

async function gramOf(vectors: readonly Float32Array[]): Promise<Float64Array> {
  const gram = new Float64Array(vectors.length ** 2);
  for (const [row, cosines] of (await similarities(vectors, vectors)).entries())
    gram.set(cosines, row * vectors.length);
  return gram;
}

/** A column of X^T A. */
function weightsOf(
  vectors: readonly Float32Array[],
  coefficients: Float64Array,
  one: number,
  classes: number,
): Float32Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const [row, vector] of vectors.entries()) {
    const coefficient = coefficients[row * classes + one]!;
    for (let index = 0; index < sum.length; index++) sum[index]! += coefficient * vector[index]!;
  }
  return Float32Array.from(sum);
}
