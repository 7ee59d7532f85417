/** From values to percent of a picture's width, so that a picture stretches and its dots and letters do not. */
import { largestOf, smallestOf } from '../../core/sequences.js';

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Multiples of 1, 2 or 5 times a power of ten, ends included. */
  readonly ticks: readonly number[];
}

/** A scale that holds all values; its ends are ticks. */
export function scaleOver(values: readonly number[], mostTicks = 7): Scale {
  const [least, most] = [smallestOf(values), largestOf(values)];
  const step = niceStep(Math.max(most - least, 1e-6) / (mostTicks - 1));
  // A value that is a tick but for rounding needs no step of its own.
  const [first, last] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)];
  const ticks = Array.from({ length: Math.max(1, last - first) + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return { low: ticks[0]!, high: ticks.at(-1)!, ticks };
}

function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= atLeast * (1 - 1e-9))!;
}

/** In percent of the width; what lies outside is put at the end. */
export function placeOn({ low, high }: Scale, value: number): number {
  return Math.max(0, Math.min(1, (value - low) / (high - low))) * 100;
}
