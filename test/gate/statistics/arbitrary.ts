/** What the property tests and simulations of the statistics draw from. */
import fc from 'fast-check';
import type { Random } from '#espalier/core/random.js';
import type { Flips } from '#espalier/gate/statistics/flips.js';

/** Any outcome of up to 400 cases. */
export const anyFlips: fc.Arbitrary<Flips> = fc
  .tuple(fc.nat(400), fc.nat(400), fc.nat(400))
  .filter(([gained, lost, rest]) => gained + lost + rest > 0)
  .map(([gained, lost, rest]) => ({ cases: gained + lost + rest, gained, lost }));

export const anyConfidence = fc.double({ min: 0.51, max: 0.9999, noNaN: true });

/** The flips of a candidate that truly gains and loses these shares. */
export function drawFlips(cases: number, truth: { gained: number; lost: number }, random: Random): Flips {
  let [gained, lost] = [0, 0];
  for (let index = 0; index < cases; index++) {
    const place = random.uniform();
    if (place < truth.gained) gained++;
    else if (place < truth.gained + truth.lost) lost++;
  }
  return { cases, gained, lost };
}

/** The share of `trials` in which `isMiss` holds. */
export function shareOfMisses(trials: number, isMiss: (trial: number) => boolean): number {
  let misses = 0;
  for (let trial = 0; trial < trials; trial++) if (isMiss(trial)) misses++;
  return misses / trials;
}
