/** Temperature scaling (Guo et al., "On calibration of modern neural networks", ICML 2017): one number that makes scores probabilities. */

/** Mean negative log-likelihood of softmax(scores / temperature), scores [n, classes]. */
export function negativeLogLikelihood(scores: Floats, targets: Int32Array, classes: number, temperature: number): number {
  const costs = negativeLogLikelihoods(scores, targets, classes, temperature);
  return costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
}

/** Of each row. [n] */
export function negativeLogLikelihoods(scores: Floats, targets: Int32Array, classes: number, temperature: number): Float64Array {
  const costs = new Float64Array(targets.length);
  for (let row = 0; row < targets.length; row++) {
    const start = row * classes;
    let largest = Number.NEGATIVE_INFINITY;
    for (let index = start; index < start + classes; index++) largest = Math.max(largest, scores[index]!);
    let sum = 0;
    for (let index = start; index < start + classes; index++) sum += Math.exp((scores[index]! - largest) / temperature);
    costs[row] = Math.log(sum) - (scores[start + targets[row]!]! - largest) / temperature;
  }
  return costs;
}

type Floats = Float32Array | Float64Array;

const [coolest, hottest] = [0.01, 100];
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/** Narrows the search to a factor of 1 + 2e-6. */
const searchSteps = 32;

/** The temperature of least negative log-likelihood, by golden-section search on its logarithm (Kiefer 1953): one cost a step. */
export function fitTemperature(scores: Floats, targets: Int32Array, classes: number): number {
  const cost = (logarithm: number) => negativeLogLikelihood(scores, targets, classes, Math.exp(logarithm));
  let [low, high] = [Math.log(coolest), Math.log(hottest)];
  let [left, right] = [high - goldenRatio * (high - low), low + goldenRatio * (high - low)];
  let [leftCost, rightCost] = [cost(left), cost(right)];
  for (let step = 0; step < searchSteps; step++) {
    if (leftCost <= rightCost) {
      [high, right, rightCost] = [right, left, leftCost];
      left = high - goldenRatio * (high - low);
      leftCost = cost(left);
    } else {
      [low, left, leftCost] = [left, right, rightCost];
      right = low + goldenRatio * (high - low);
      rightCost = cost(right);
    }
  }
  return Math.exp((low + high) / 2);
}
