/**
 * Whether a share has grown: Fisher's exact test of two proportions, one-sided (Fisher, "The logic of inductive
 * inference", JRSS 1935).
 */

export interface Share {
  readonly count: number;
  readonly of: number;
}

/** P(at least as many of the fresh rows), given how many there are among all rows: hypergeometric. */
export function growthP(fresh: Share, old: Share): number {
  const [marked, all] = [fresh.count + old.count, fresh.of + old.of];
  const most = Math.min(fresh.of, marked);
  const logarithms = logFactorials(all);
  const choose = (n: number, k: number) => logarithms[n]! - logarithms[k]! - logarithms[n - k]!;
  const total = choose(all, fresh.of);
  let p = 0;
  // From the smallest terms on.
  for (let count = most; count >= fresh.count; count--)
    if (fresh.of - count <= all - marked)
      p += Math.exp(choose(marked, count) + choose(all - marked, fresh.of - count) - total);
  return Math.min(1, p);
}

/** log n! for n from 0. */
function logFactorials(largest: number): Float64Array {
  const logarithms = new Float64Array(largest + 1);
  for (let n = 2; n <= largest; n++) logarithms[n] = logarithms[n - 1]! + Math.log(n);
  return logarithms;
}
