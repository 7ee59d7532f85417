/** How many cases it takes to show that a head does better than guessing. */
import { proportionLowerBound } from './statistics/proportion.js';

/** Beyond so many cases nearly every chance level can be told apart from a head that is halfway to always right. */
const mostNeeded = 2000;

/**
 * Whether a head halfway between guessing and always right is expected to be shown above guessing by the exact bound
 * (Clopper & Pearson 1934). Guessing at 4 % takes 4 cases, at a quarter 8, at a half 16. False where guessing is always
 * right: one label alone.
 */
export function isEnoughToShow(cases: number, chance: number, confidence: number): boolean {
  if (chance >= 1) return false;
  const halfway = (1 + Math.max(0, chance)) / 2;
  const asked = Math.min(cases, mostNeeded);
  return proportionLowerBound(Math.floor(asked * halfway), Math.max(1, asked), confidence) >= chance;
}
