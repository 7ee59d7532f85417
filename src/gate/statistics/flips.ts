/**
 * The flips of right-or-wrong answers: all that a paired comparison learns from. A case that both answer alike says
 * nothing of the difference.
 */

/** Counts. In a forecast they may be fractions. */
export interface Flips {
  readonly cases: number;
  /** Champion wrong, candidate right. */
  readonly gained: number;
  /** Champion right, candidate wrong. */
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
