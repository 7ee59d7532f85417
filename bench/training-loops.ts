/**
 * The contender without a library: loops over typed arrays. Sums are in float64, since Math.fround on every term takes
 * 2.4 times as long; the inner loops run along rows, four products at a time.
 */
import { learningRate, type ProblemData, rank, type TrainingCase, weightDecay } from './training-problem.js';

type Sizes = readonly [n: number, k: number, m: number];

export const loops = async ({ head, dimension, classes, batch }: TrainingCase, { x, y, order, start }: ProblemData) => {
  return async (steps: number) => {
    const parameters = Object.entries(start).map(([name, value]) => [name, carried(value)] as const);
    const of = Object.fromEntries(parameters) as Record<string, ReturnType<typeof carried>>;
    const [weight, bias, down, up] = [of.weight!, of.bias!, of.down!, of.up!];
    const matrix = (columns: number) => new Float32Array(batch * columns);
    const [rows, scores] = [matrix(dimension), matrix(classes)];
    const [normal, inner, hidden, ofHidden, ofRows] = [dimension, rank, rank, rank, dimension].map(matrix) as [
      F,
      F,
      F,
      F,
      F,
    ];
    const adapted = matrix(dimension);
    const step = (at: number): number => {
      for (let row = 0; row < batch; row++)
        rows.set(x.subarray(order[at + row]! * dimension, (order[at + row]! + 1) * dimension), row * dimension);
      let features = rows;
      if (head === 'bottleneck') {
        normalise(rows, normal, dimension);
        product(normal, down.value, inner, [batch, dimension, rank]);
        for (let i = 0; i < inner.length; i++) hidden[i] = inner[i]! * distribution(inner[i]!);
        product(hidden, up.value, adapted, [batch, rank, dimension]);
        for (let i = 0; i < adapted.length; i++) adapted[i]! += rows[i]!;
        features = adapted;
      }
      product(features, weight.value, scores, [batch, dimension, classes]);
      const loss = softmaxGradient(scores, bias.value, (row) => y[order[at + row]!]!);
      product(features, scores, weight.gradient, [dimension, batch, classes], true);
      bias.gradient.fill(0);
      for (let i = 0; i < scores.length; i++) bias.gradient[i % classes]! += scores[i]!;
      if (head === 'bottleneck') {
        product(scores, turned(weight.value, dimension, classes), ofRows, [batch, classes, dimension]);
        product(hidden, ofRows, up.gradient, [rank, batch, dimension], true);
        product(ofRows, turned(up.value, rank, dimension), ofHidden, [batch, dimension, rank]);
        for (let i = 0; i < inner.length; i++) ofHidden[i]! *= distribution(inner[i]!) + inner[i]! * density(inner[i]!);
        product(normal, ofHidden, down.gradient, [dimension, batch, rank], true);
      }
      return loss;
    };
    return async () => {
      let total = 0;
      for (let done = 0; done < steps; done++) {
        total += step(done * batch);
        for (const [, parameter] of parameters) adamW(parameter, done + 1);
      }
      return total / steps;
    };
  };

  /** Scores become the gradient of the mean cross-entropy, which is returned. */
  function softmaxGradient(scores: F, bias: F, targetOf: (row: number) => number): number {
    let loss = 0;
    for (let row = 0; row < batch; row++) {
      const from = row * classes;
      let largest = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < classes; j++) {
        scores[from + j]! += bias[j]!;
        largest = Math.max(largest, scores[from + j]!);
      }
      let sum = 0;
      const target = from + targetOf(row);
      const ofTarget = scores[target]! - largest;
      for (let j = from; j < from + classes; j++) {
        scores[j] = Math.exp(scores[j]! - largest);
        sum += scores[j]!;
      }
      loss += (Math.log(sum) - ofTarget) / batch;
      for (let j = from; j < from + classes; j++) scores[j]! /= sum * batch;
      scores[target]! -= 1 / batch;
    }
    return loss;
  }
};

type F = Float32Array;

const carried = (value: ArrayLike<number>) => {
  const [gradient, m, v] = [0, 0, 0].map(() => new Float32Array(value.length)) as [F, F, F];
  return { value: Float32Array.from(value), gradient, m, v };
};

/**
 * out [n, m] = a [n, k] b [k, m]; with `transposed`, a is [k, n]. k is a multiple of 4, or the rest goes one by one.
 */
function product(a: F, b: F, out: F, [n, k, m]: Sizes, transposed = false): void {
  const [across, along] = transposed ? [1, n] : [k, 1];
  const sums = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    sums.fill(0);
    let p = 0;
    for (; p + 3 < k; p += 4) {
      const at = i * across + p * along;
      const [a0, a1, a2, a3] = [a[at]!, a[at + along]!, a[at + 2 * along]!, a[at + 3 * along]!];
      const [b0, b1, b2, b3] = [p * m, (p + 1) * m, (p + 2) * m, (p + 3) * m];
      for (let j = 0; j < m; j++) sums[j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
    }
    for (; p < k; p++) for (let j = 0; j < m; j++) sums[j]! += a[i * across + p * along]! * b[p * m + j]!;
    for (let j = 0; j < m; j++) out[i * m + j] = sums[j]!;
  }
}

function turned(matrix: F, rows: number, columns: number): F {
  const result = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j]!;
  return result;
}

function normalise(rows: F, out: F, width: number): void {
  for (let from = 0; from < rows.length; from += width) {
    let [sum, squares] = [0, 0];
    for (let j = from; j < from + width; j++) sum += rows[j]!;
    const mean = sum / width;
    for (let j = from; j < from + width; j++) squares += (rows[j]! - mean) ** 2;
    const inverse = 1 / Math.sqrt(squares / width + 1e-5);
    for (let j = from; j < from + width; j++) out[j] = (rows[j]! - mean) * inverse;
  }
}

/** Of the standard normal, to 1.5e-7 (Abramowitz & Stegun 7.1.26). */
function distribution(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp((-x * x) / 2)) / 2;
  return x < 0 ? tail : 1 - tail;
}

const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

function adamW({ value, gradient, m, v }: ReturnType<typeof carried>, time: number): void {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const [rate, root, decay] = [
    learningRate / (1 - beta1 ** time),
    Math.sqrt(1 - beta2 ** time),
    1 - learningRate * weightDecay,
  ];
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i]!;
    const [first, second] = [beta1 * m[i]! + (1 - beta1) * g, beta2 * v[i]! + (1 - beta2) * g * g];
    m[i] = first;
    v[i] = second;
    value[i] = value[i]! * decay - (rate * first) / (Math.sqrt(second) / root + epsilon);
  }
}
