/**
 * Maps values to percent of a picture's width, so that a picture can stretch while its dots and letters keep their
 * size.
 */
import { largestOf, smallestOf } from '../../core/sequences.js';

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Multiples of 1, 2 or 5 times a power of ten, including both ends. */
  readonly ticks: readonly number[];
}

/** A scale that covers all values; its ends are ticks. */
export function scaleOver(values: readonly number[], mostTicks = 7): Scale {
  const [least, most] = [smallestOf(values), largestOf(values)];
  const step = niceStep(Math.max(most - least, 1e-6) / (mostTicks - 1));
  // A value that equals a tick except for rounding needs no further step.
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

/** Position in percent of the width; values outside are placed at the end. */
export function placeOn({ low, high }: Scale, value: number): number {
  return Math.max(0, Math.min(1, (value - low) / (high - low))) * 100;
}
