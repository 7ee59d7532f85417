/**
 * An adapter has one or several tasks: questions about a text that it answers. A class is a label of one task, and a
 * domain is a slice of the data of one task: the same name in two tasks means two different labels or domains.
 */

import { EspalierError } from '../core/errors.js';
import { labelsIn } from '../core/label-sets.js';
import { cleanText, nearestName, normaliseText } from '../core/text.js';
import type { AdapterDeclaration } from './declaration.js';

export type Task = AdapterDeclaration['tasks'][number];

/** The unit of classification: a label of a task. */
export interface Class {
  readonly task: string;
  readonly label: string;
}

/** The unit of learning and forgetting: a part of a task's data. */
export interface Domain {
  readonly task: string;
  readonly domain: string;
}

/** Names of tasks contain no slash, so that all keys are distinct. */
export const classKey = ({ task, label }: Class) => `${task}/${label}`;
export const domainKey = ({ task, domain }: Domain) => `${task}/${domain}`;

export function multiLabelNames(tasks: readonly Task[]): ReadonlySet<string> {
  return new Set(tasks.filter((task) => task.multiLabel).map(({ name }) => name));
}

/** Alias -> label, both normalised as rows are. */
export function aliasesOf({ aliases = {} }: Pick<Task, 'aliases'>): ReadonlyMap<string, string> {
  return new Map(Object.entries(aliases).map(([alias, label]) => [normaliseText(cleanText(alias)), label]));
}

/** The classes of examples; an example of a multi-label task has one class for each label of its set. */
export function classesAmong(tasks: readonly Task[], examples: Iterable<Class>): Class[] {
  const multiLabel = multiLabelNames(tasks);
  if (multiLabel.size === 0) return distinctClasses(examples);
  return distinctClasses(
    [...examples].flatMap(({ task, label }) =>
      labelsIn({ multiLabel: multiLabel.has(task) }, label).map((own) => ({ task, label: own })),
    ),
  );
}

/** Removes duplicates and keeps first-seen order. */
export function distinctClasses(classes: Iterable<Class>): Class[] {
  const known = new Map<string, Class>();
  for (const { task, label } of classes)
    if (!known.has(classKey({ task, label }))) known.set(classKey({ task, label }), { task, label });
  return [...known.values()];
}

/** Removes duplicates and keeps first-seen order. */
export function distinctDomains(domains: Iterable<Domain>): Domain[] {
  const known = new Map<string, Domain>();
  for (const { task, domain } of domains)
    if (!known.has(domainKey({ task, domain }))) known.set(domainKey({ task, domain }), { task, domain });
  return [...known.values()];
}

/** [classes] The index of each class's task, in first-seen order of the tasks. */
export function taskNumbers(classes: readonly Class[], names = taskNamesIn(classes)): Int32Array {
  return Int32Array.from(classes, ({ task }) => names.indexOf(task));
}

/** Task names in first-seen order. */
export function taskNamesIn(classes: readonly Class[]): readonly string[] {
  return [...new Set(classes.map(({ task }) => task))];
}

/** Display name of a label or a domain: with its task if the adapter has several. */
export function nameWithin(tasks: readonly Task[], task: string, name: string): string {
  return tasks.length === 1 ? name : `${task}/${name}`;
}

/** The named task, or the only one. @throws TASK_MISSING, TASK_UNKNOWN */
export function taskNamed(
  { name: adapter, tasks }: Pick<AdapterDeclaration, 'name' | 'tasks'>,
  name: string | undefined,
): Task {
  const names = tasks.map((task) => task.name);
  if (name === undefined) {
    if (tasks.length === 1) return tasks[0]!;
    throw new EspalierError('TASK_MISSING', `${adapter} has several tasks`, {
      ...{ hint: `Name one with \`task\`: ${names.join(', ')}.`, parameters: ['task'], choices: names },
    });
  }
  const task = tasks.find((one) => one.name === name);
  if (task) return task;
  const near = nearestName(name, names);
  const hint =
    near === undefined ? `There is: ${names.join(', ')}.` : `Did you mean \`${near}\`? There is: ${names.join(', ')}.`;
  throw new EspalierError('TASK_UNKNOWN', `${adapter} declares no task \`${name}\``, {
    hint,
    parameters: ['task'],
    choices: names,
  });
}

/**
 * A task with a single class has nothing to distinguish, unless a text may be without it.
 * @throws TOO_FEW_CLASSES, naming it
 */
export function requireRivals(
  { name, tasks }: Pick<AdapterDeclaration, 'name' | 'tasks'>,
  classes: readonly Class[],
): void {
  for (const task of new Set(classes.map((one) => one.task))) {
    const own = classes.filter((one) => one.task === task);
    if (own.length > 1 || tasks.some((declared) => declared.name === task && declared.multiLabel)) continue;
    const what = `${name} has examples of \`${own[0]!.label}\` only in its task ${task}`;
    throw new EspalierError('TOO_FEW_CLASSES', what);
  }
}
