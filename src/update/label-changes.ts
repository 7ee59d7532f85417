/**
 * Sentences about an update's changes to the set of labels: labels new to the champion, and labels it can answer that
 * no example or declaration supports any more.
 */
import { aliasesOf, multiLabelNames, nameWithin } from '../declaration/tasks.js';
import type { Evaluated, LabelCount, Plan } from './context.js';

const mostNamed = 5;

/** Without a champion only the declared labels can be compared. */
export function noteLabelChanges(plan: Plan, { counts = [] }: Evaluated): string[] {
  const { declaration, parentVersion } = plan;
  const name = ({ task, label }: LabelCount) => nameWithin(declaration.tasks, task, label);
  const say = (labels: readonly LabelCount[], countOf: ((count: LabelCount) => number) | null) => {
    const shown = labels
      .slice(0, mostNamed)
      .map((one) => (countOf ? `${name(one)} (${examples(countOf(one))})` : name(one)));
    const more = labels.length - shown.length;
    return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
  };
  const fresh = parentVersion === null ? [] : counts.filter(({ known, learned }) => !known && learned > 0);
  const retired = counts.filter((one) => one.known && one.retired);
  const empty = counts.filter(({ known, stored, retired: isRetired }) => known && stored === 0 && !isRetired);
  const undeclared = counts.filter((count) => count.stored > 0 && isUndeclared(count, plan));
  const notes: string[] = [];
  if (fresh.length > 0) notes.push(`New to the champion: ${say(fresh, ({ learned }) => learned)}.`);
  if (retired.length > 0)
    notes.push(
      `Retired, since no training example has it any more: ${say(retired, null)}. It is not answered any more.`,
    );
  if (empty.length > 0)
    notes.push(
      `The champion answers what no example in the store stands behind any more: ${say(empty, null)}. It can be answered still.`,
    );
  if (undeclared.length > 0)
    notes.push(
      `adapter.yaml does not declare what the candidate has learned and may answer: ${say(undeclared, ({ stored }) => stored)}. Declare it again, map it by an alias if it was renamed, or expect such answers.`,
    );
  return notes;
}

const examples = (count: number) => `${count} ${count === 1 ? 'example' : 'examples'}`;

/**
 * Whether a closed list of labels lacks it. An alias counts as the label it stands for. A task that is not declared is
 * not judged here.
 */
function isUndeclared({ task: name, label }: LabelCount, { declaration }: Plan): boolean {
  const task = declaration.tasks.find((one) => one.name === name);
  return task !== undefined && task.labels !== 'open' && !task.labels.includes(label) && !aliasesOf(task).has(label);
}

/** Labels of a single-label task that the champion cannot answer; empty for a multi-label task. */
export function newLabelsOf(plan: Plan, { counts = [] }: Evaluated, task: string): ReadonlySet<string> {
  if (plan.parentVersion === null || multiLabelNames(plan.declaration.tasks).has(task)) return new Set();
  return new Set(counts.filter((one) => one.task === task && !one.known && one.learned > 0).map(({ label }) => label));
}
