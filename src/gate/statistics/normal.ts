/**
 * The standard normal distribution. Both functions are exact to 1e-13, in the tails relative to the tail, so that they
 * do not limit the precision of any bound.
 */

/** The point where the continued fraction replaces the series; each converges fast on its side. */
const tail = 2.5;

/**
 * P(Z <= x), by a series about 0 (Marsaglia, "Evaluating the normal distribution", J. Stat. Softw. 2004, eq. 3), and
 * Laplace's continued fraction beyond.
 */
export function normalCdf(x: number): number {
  if (x < -tail) return normalDensity(x) * millsRatio(-x);
  if (x > tail) return 1 - normalDensity(x) * millsRatio(x);
  return 0.5 + normalDensity(x) * oddSeries(x);
}

/**
 * The x with P(Z <= x) = probability. Starts from Hastings' approximation (Abramowitz & Stegun 1964, 26.2.23; error
 * below 4.5e-4) and takes two steps of Halley's method, each of which cubes the error.
 * @returns -Infinity for 0 and Infinity for 1
 */
export function normalQuantile(probability: number): number {
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  const start = hastings(probability);
  return refine(refine(start, probability), probability);
}

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** x + x^3/3 + x^5/(3*5) + ... */
function oddSeries(x: number): number {
  let [sum, term] = [x, x];
  for (let odd = 3; Math.abs(term) > Number.EPSILON * 1e-3 * Math.abs(sum); odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return sum;
}

/** (1 - cdf) / density for x > 0: 1/(x + 1/(x + 2/(x + 3/(x + ...)))), 100 terms from the innermost. */
function millsRatio(x: number): number {
  let denominator = x;
  for (let level = 100; level > 0; level--) denominator = x + level / denominator;
  return 1 / denominator;
}

function hastings(lowerTail: number): number {
  const t = Math.sqrt(-2 * Math.log(lowerTail));
  return (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
}

function refine(x: number, probability: number): number {
  const newton = (normalCdf(x) - probability) / normalDensity(x);
  return x - newton / (1 + (x * newton) / 2);
}
