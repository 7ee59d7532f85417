/** Counts the examples of each label that champion or candidate can answer with, for the report. */
import { labelsIn } from '../core/label-sets.js';
import { type Class, classKey, multiLabelNames } from '../declaration/tasks.js';
import type { Store } from '../store/database.js';
import { countAnswers } from '../store/example-counts.js';
import { listExamplesById } from '../store/examples.js';
import type { LabelCount, Mixes, Plan } from './context.js';

/** Counts the labels that some contender learned or the champion knows; the champion's first, in its order. */
export async function countLabels(
  store: Store,
  plan: Plan,
  mixes: Mixes,
  known: readonly Class[],
): Promise<LabelCount[]> {
  const { declaration, throughExample } = plan;
  const all = Object.values(mixes);
  const multiLabel = new Set([...multiLabelNames(declaration.tasks), ...all.flatMap((mix) => mix.multiLabel ?? [])]);
  const counts = new Map<string, { learned: number; stored: number }>();
  const count = (task: string, answer: string, { learned, stored }: { learned: number; stored: number }) => {
    for (const label of labelsIn({ multiLabel: multiLabel.has(task) }, answer)) {
      const before = counts.get(classKey({ task, label }));
      counts.set(classKey({ task, label }), {
        learned: (before?.learned ?? 0) + learned,
        stored: (before?.stored ?? 0) + stored,
      });
    }
  };
  for (const { task, answer, train, held } of await countAnswers(store.queries, declaration.name, throughExample))
    count(task, answer, { learned: train, stored: train + held });
  const leftOut = new Set(
    all.flatMap(({ leakedIds, unreadableIds, quarantinedIds = [] }) => [
      ...leakedIds,
      ...unreadableIds,
      ...quarantinedIds,
    ]),
  );
  for (const { task, label } of await listExamplesById(store, [...leftOut]))
    count(task, label, { learned: -1, stored: 0 });
  const knownKeys = new Set(known.map(classKey));
  const classes = new Map([...known, ...all.flatMap((mix) => mix.classes)].map((one) => [classKey(one), one]));
  return [...classes].map(([key, { task, label }]) => ({
    ...{ task, label, learned: 0, stored: 0 },
    ...counts.get(key),
    known: knownKeys.has(key),
    ...(all.every((mix) => mix.retired?.some((one) => classKey(one) === key)) && { retired: true as const }),
  }));
}
