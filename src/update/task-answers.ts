/**
 * Collects the held-out examples of each single-label task, in all domains, with the number of learned examples of each
 * label.
 */
import { groupBy } from '../core/grouping.js';
import type { TaskAnswers } from '../gate/majority.js';
import type { Evaluated, Plan } from './context.js';
import type { SuiteEvidence } from './suite-evidence.js';

export function taskAnswers(
  measured: readonly Pick<SuiteEvidence, 'suite' | 'taskCases'>[],
  plan: Plan,
  { counts = [] }: Evaluated,
): TaskAnswers[] {
  const held = groupBy(
    measured.filter(({ taskCases }) => taskCases.length > 0),
    ({ suite }) => suite.task,
  );
  return [...held].map(([task, own]) => ({
    task,
    learned: counts
      .filter((one) => one.task === task && one.learned > 0)
      .map(({ label, learned }) => ({ label, examples: learned })),
    cases: own.flatMap(({ taskCases }) => taskCases),
    isFirst: plan.parentVersion === null,
  }));
}
