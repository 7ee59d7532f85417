/** How many cases are needed to show that a head does better than guessing. */
import { proportionLowerBound } from './statistics/proportion.js';

/**
 * Above this number of cases, nearly every chance level can be distinguished from a head halfway between guessing and
 * always right.
 */
const mostNeeded = 2000;

/**
 * Whether a head halfway between guessing and always right is expected to be shown above guessing by the exact bound
 * (Clopper & Pearson 1934). A chance of 4 % needs 4 cases, a quarter 8, a half 16. False if guessing is always right,
 * as with a single label.
 */
export function isEnoughToShow(cases: number, chance: number, confidence: number): boolean {
  if (chance >= 1) return false;
  const halfway = (1 + Math.max(0, chance)) / 2;
  const asked = Math.min(cases, mostNeeded);
  return proportionLowerBound(Math.floor(asked * halfway), Math.max(1, asked), confidence) >= chance;
}
