/** Classes of a head that no example bears any more: they stay in the head, and are not answered. */
import { labelsIn } from '../core/label-sets.js';
import { type Class, classKey } from '../declaration/tasks.js';
import type { Store } from '../store/database.js';
import { isBorne } from '../store/label-bearers.js';
import type { StandingExample } from '../store/standings.js';
import type { Plan } from './context.js';
import { labelNow } from './renames.js';

export interface Doubtful {
  /** The classes of the head before the update, under their present names. */
  readonly classes: readonly Class[];
  /** Those that were retired before. */
  readonly retired?: readonly Class[] | undefined;
  readonly withdrawn: readonly StandingExample[];
  /** Names of the tasks whose answers are sets. */
  readonly multiLabel: readonly string[];
}

/**
 * Of the classes that were retired already, that were merged into another, or of which examples are withdrawn, the ones
 * without a training example. A class that has lost its examples otherwise stays as it is.
 */
export async function retiredAmong(
  store: Store,
  { declaration, renames }: Plan,
  { classes, retired = [], withdrawn, multiLabel }: Doubtful,
): Promise<Class[]> {
  const left = withdrawn.flatMap(({ task, label }) =>
    labelsIn({ multiLabel: multiLabel.includes(task) }, label).map((own) => ({ task, label: own })),
  );
  const doubtful = new Set([...retired, ...left].map(classKey));
  const emptied: Class[] = [];
  for (const one of classes) {
    if (!doubtful.has(classKey(one)) && labelNow(one, renames) === one.label) continue;
    if (!(await isBorne(store, { adapter: declaration.name, ...one }))) emptied.push(one);
  }
  return emptied;
}
