/** A suite as an update asks it. */
import type { Domain } from '../declaration/tasks.js';
import type { Suite } from '../evaluation/suites.js';

export interface AskedSuite {
  readonly suite: Suite;
  /** Which answer counts, where it asks for one. */
  readonly task: string;
  /** Whose holdout it is; undefined: it is no holdout. */
  readonly domain: Domain | undefined;
  /** Cases that are not asked, since no contender knows their label. */
  readonly leftOut: number;
}

export const holdoutPrefix = 'holdout/';
export const answersPrefix = 'answers/';

/** Whether the suite of that name is made of held-out examples, and stands in no folder. */
export const isMadeOfHoldout = (name: string) => name.startsWith(holdoutPrefix) || name.startsWith(answersPrefix);

/** What such a suite is about, whatever task it is of: `robustness` of `answers/intent/robustness`. */
export const aspectOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);

/** The held-out example that a case of such a suite was made of; undefined: of none. */
export function exampleOf(caseId: string): number | undefined {
  const id = Number.parseInt(caseId, 10);
  return Number.isNaN(id) ? undefined : id;
}
