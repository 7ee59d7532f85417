/** The score of guessing on a suite's own cases. */
import { kindNamed } from './kinds.js';
import type { Suite } from './suites.js';

export function chanceOf(suite: Suite): number {
  return kindNamed(suite.kind).chance(suite.cases);
}
