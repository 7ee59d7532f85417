/** The classes of a version from before labels were renamed, under the names that they have now. */
import { readLabelSet, writeLabelSet } from '../core/label-sets.js';
import { type Class, classKey } from '../declaration/tasks.js';
import type { Queries } from '../store/database.js';
import { listRenames, type Rename } from '../store/edits.js';
import { readLearned } from '../store/learned.js';
import type { Manifest } from '../versions/manifest.js';
import type { VersionName } from '../versions/versions.js';

/** The renames since a version was trained. @param through number of the last revision that counts */
export async function listRenamesSince(
  queries: Queries,
  { adapter, version }: VersionName,
  through = Number.MAX_SAFE_INTEGER,
): Promise<Rename[]> {
  const { throughRevision: after } = await readLearned(queries, { adapter, version });
  return listRenames(queries, { adapter, after, through });
}

/** The name that a label has after all renames, in their order. */
export function labelNow({ task, label }: Class, renames: readonly Rename[] = []): string {
  return renames.reduce((name, { task: own, from, to }) => (own === task && from === name ? to : name), label);
}

/** The manifest, with each class under its present name. Labels that were merged share one. */
export function withAnswersNow(manifest: Manifest, renames: readonly Rename[] = []): Manifest {
  if (renames.length === 0) return manifest;
  return { ...manifest, classes: manifest.classes.map((one) => ({ ...one, label: labelNow(one, renames) })) };
}

/**
 * The classes of a head that is trained further, each under a name of its own: of labels that were merged, the class
 * that bore the name before takes it, else the first; the others keep their old names, and no example bears them.
 */
export function classesNow(classes: readonly Class[], renames: readonly Rename[] = []): Class[] {
  const taken = new Set(classes.filter((one) => labelNow(one, renames) === one.label).map(classKey));
  return classes.map((one) => {
    const now = { ...one, label: labelNow(one, renames) };
    if (now.label === one.label || taken.has(classKey(now))) return one;
    taken.add(classKey(now));
    return now;
  });
}

/** Answer as a version learned it -> the same answer, with the names that the classes of its head bear now. */
export type AnswerNow = (task: string, answer: string) => string;

/** @param multiLabel names of the tasks whose answers are sets */
export function answersByColumn(
  classes: readonly Class[],
  renames: readonly Rename[],
  multiLabel: ReadonlySet<string>,
): AnswerNow {
  if (renames.length === 0) return (_task, answer) => answer;
  const now = classesNow(classes, renames);
  const names = new Map(classes.map((one, index) => [classKey(one), now[index]!.label]));
  const nameOf = (task: string, label: string) => names.get(classKey({ task, label })) ?? label;
  return (task, answer) =>
    multiLabel.has(task)
      ? writeLabelSet(readLabelSet(answer).map((label) => nameOf(task, label)))
      : nameOf(task, answer);
}
