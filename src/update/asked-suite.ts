/** A suite as an update scores it. */
import type { Domain } from '../declaration/tasks.js';
import type { Suite } from '../evaluation/suites.js';

export interface AskedSuite {
  readonly suite: Suite;
  /** The task whose answer is scored. */
  readonly task: string;
  /** The domain of a holdout; undefined for any other suite. */
  readonly domain: Domain | undefined;
  /** Number of cases skipped because no contender knows their label. */
  readonly leftOut: number;
}

export const holdoutPrefix = 'holdout/';
export const answersPrefix = 'answers/';

/** Whether the suite of that name is made of held-out examples rather than read from a folder. */
export const isMadeOfHoldout = (name: string) => name.startsWith(holdoutPrefix) || name.startsWith(answersPrefix);

/** The aspect that such a suite examines, whatever its task: `robustness` of `answers/intent/robustness`. */
export const aspectOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);

/** The held-out example that a case of such a suite was made from; undefined if from none. */
export function exampleOf(caseId: string): number | undefined {
  const id = Number.parseInt(caseId, 10);
  return Number.isNaN(id) ? undefined : id;
}
