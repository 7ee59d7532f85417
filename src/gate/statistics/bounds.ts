/** The words of every interval of this folder. Each end is one-sided, at a confidence of its own. */

/** Each in (0.5, 1): 0.95 is a bound that the truth lies beyond once in 20 times. */
export interface Confidences {
  readonly lower: number;
  readonly upper: number;
}

/** On a difference, candidate minus champion; a share, so that 0.01 is a point. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** The bounds of a difference of shares of which nothing is known. No margin below 1 is passed by them. */
export const anyShare: Bounds = { lower: -1, upper: 1 };
