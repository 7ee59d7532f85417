/**
 * Answers under the present names of labels: if `aliases` in adapter.yaml say that a learned label stands for another,
 * the other is answered.
 */
import { aliasesOf, type Class, type Task } from '../declaration/tasks.js';
import { type AdapterOutput, answerReader } from '../versions/adapter-session.js';
import type { Manifest } from '../versions/manifest.js';

type ReadAnswers = (output: Pick<AdapterOutput, 'answers' | 'probabilities'>) => AdapterOutput['answers'];

/** @returns a function that reads the answers of an output of the version */
export function renamedAnswers(
  tasks: readonly Task[],
  { classes, multiLabel = [] }: Pick<Manifest, 'classes' | 'multiLabel'>,
): ReadAnswers {
  const aliases = new Map(tasks.map((task) => [task.name, aliasesOf(task)]));
  const names: Class[] = classes.map(({ task, label }) => ({ task, label: aliases.get(task)?.get(label) ?? label }));
  if (names.every(({ label }, index) => label === classes[index]!.label)) return ({ answers }) => answers;
  const read = answerReader(names, multiLabel);
  return ({ probabilities }) => read(probabilities);
}
