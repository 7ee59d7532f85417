/** Types of every interval in this folder. Each end is one-sided, with a confidence of its own. */

/** Each is in (0.5, 1): with 0.95 the true value lies beyond the bound once in 20 times. */
export interface Confidences {
  readonly lower: number;
  readonly upper: number;
}

/** Bounds on a difference of shares, candidate minus champion: 0.01 is one point. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** Bounds of a difference of shares about which nothing is known. They meet no margin below 1. */
export const anyShare: Bounds = { lower: -1, upper: 1 };
