/** The binomial distribution, with a relative error of about 1e-12 up to a million tosses. */

/** P(X >= count) among `tosses` with chance `p` each, summed from the side on which terms shrink. */
export function upperTail(count: number, tosses: number, p = 0.5): number {
  if (count <= 0) return 1;
  if (count > tosses || p <= 0) return 0;
  if (p >= 1) return 1;
  if (count <= p * tosses) return 1 - upperTail(tosses - count + 1, tosses, 1 - p);
  const odds = p / (1 - p);
  let [sum, term] = [1, 1];
  for (let heads = count; heads < tosses && term > Number.EPSILON * 1e-2 * sum; heads++) {
    term *= ((tosses - heads) / (heads + 1)) * odds;
    sum += term;
  }
  return Math.exp(logMass(count, tosses, p)) * sum;
}

/**
 * log P(X = count), by Stirling's formula with its error (Loader, "Fast and accurate computation of binomial
 * probabilities", 2000): a difference of log-gammas would lose ten digits at a million tosses.
 */
function logMass(count: number, tosses: number, p: number): number {
  const rest = tosses - count;
  if (rest === 0) return tosses * Math.log(p);
  if (count === 0) return tosses * Math.log1p(-p);
  const excess = count - tosses * p;
  const deviance = count * Math.log1p(excess / (tosses * p)) + rest * Math.log1p(-excess / (tosses * (1 - p)));
  const spread = Math.log((2 * Math.PI * count * rest) / tosses) / 2;
  return stirlingError(tosses) - stirlingError(count) - stirlingError(rest) - deviance - spread;
}

/** log n! minus Stirling's formula. The series is exact to 1e-14 from n = 16; below that, factorials are used. */
function stirlingError(n: number): number {
  if (n >= 16) return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * n * n)) / (n * n)) / (n * n)) / n;
  let factorial = 1;
  for (let factor = 2; factor <= n; factor++) factorial *= factor;
  return Math.log(factorial) - ((n + 0.5) * Math.log(n) - n + Math.log(2 * Math.PI) / 2);
}
