/** The score of guessing, as a suite's own cases give it. */
import { kindNamed } from './kinds.js';
import type { Suite } from './suites.js';

export function chanceOf(suite: Suite): number {
  return kindNamed(suite.kind).chance(suite.cases);
}
