/**
 * Flips of right-or-wrong answers, the only cases that inform a paired comparison: a case with equal scores on both
 * sides says nothing about the difference.
 */

/** Counts; in a forecast they may be fractions. */
export interface Flips {
  readonly cases: number;
  /** Cases with champion wrong and candidate right. */
  readonly gained: number;
  /** Cases with champion right and candidate wrong. */
  readonly lost: number;
}

/**
 * @param champion score of each case, 0 or 1; as many as the candidate's, in the same order
 * @throws RangeError where a score is not a number, which would compare as a tie
 */
export function countFlips(champion: ArrayLike<number>, candidate: ArrayLike<number>): Flips {
  let [gained, lost] = [0, 0];
  for (let index = 0; index < champion.length; index++) {
    if (Number.isNaN(candidate[index]! - champion[index]!))
      throw new RangeError(`the score of case ${index} is not a number`);
    if (candidate[index]! > champion[index]!) gained++;
    if (candidate[index]! < champion[index]!) lost++;
  }
  return { cases: champion.length, gained, lost };
}

/** The same cases with the sides exchanged. */
export function exchangeSides({ cases, gained, lost }: Flips): Flips {
  return { cases, gained: lost, lost: gained };
}
