/**
 * Answers under the present names of labels: if `aliases` in adapter.yaml say that a learned label stands for another,
 * the other is answered. Probabilities of classes that become one in this way are added; in a multi-label task, where
 * they do not exclude each other, the largest is used.
 */
import { aliasesOf, type Class, classKey, distinctClasses, type Task } from '../declaration/tasks.js';
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
  const answered = distinctClasses(names);
  const placeOf = new Map(answered.map((one, place) => [classKey(one), place]));
  const places = names.map((one) => placeOf.get(classKey(one))!);
  const read = answerReader(answered, multiLabel);
  return ({ probabilities }) => {
    const merged = new Float32Array(answered.length);
    for (const [index, place] of places.entries()) {
      const probability = probabilities[index]!;
      const isFree = multiLabel.includes(answered[place]!.task);
      merged[place] = isFree ? Math.max(merged[place]!, probability) : merged[place]! + probability;
    }
    return read(merged);
  };
}
