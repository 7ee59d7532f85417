/** The held-out examples of each task whose labels exclude each other, whatever their domain, beside what was learned of it. */
import { groupBy } from '../core/grouping.js';
import { multiLabelNames } from '../declaration/tasks.js';
import type { TaskAnswers } from '../gate/majority.js';
import type { Evaluated, Plan } from './context.js';
import type { Measured } from './measured.js';

export function taskAnswers(measured: readonly Measured[], plan: Plan, { counts = [] }: Evaluated): TaskAnswers[] {
  const multiLabel = multiLabelNames(plan.declaration.tasks);
  const held = groupBy(
    measured.filter(({ suite }) => suite.domain !== null && !multiLabel.has(suite.task)),
    ({ suite }) => suite.task,
  );
  return [...held].map(([task, own]) => ({
    task,
    learned: counts.filter((one) => one.task === task && one.learned > 0).map(({ label, learned }) => ({ label, examples: learned })),
    cases: own.flatMap(({ suite, results }) =>
      results.map(({ tags, cluster, candidateScore }) => ({
        ...{ suite: suite.suite, label: tags.label!, cluster: cluster ?? null, score: candidateScore },
      })),
    ),
    isFirst: plan.parentVersion === null,
  }));
}
