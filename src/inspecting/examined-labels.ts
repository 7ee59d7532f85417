/** The learned examples of a task whose labels are examined, with their labels as numbers of the champion's classes. */
import { readLabelSet, writeLabelSet } from '../core/label-sets.js';
import { listExamples } from '../store/examples.js';
import { hasLearned } from '../store/learned.js';
import { readStandings, type StandingExample } from '../store/standings.js';
import { labelNow } from '../update/renames.js';
import type { InspectedChampion } from './inspected.js';

export interface ExaminedTask {
  readonly name: string;
  readonly isMultiLabel: boolean;
  /** Of the champion's classes those of the task, in the order of its outputs, as it learned them. */
  readonly labels: readonly string[];
  /** As it learned them, in order of arrival. */
  readonly examples: readonly StandingExample[];
  /** Examples whose label was changed, or that were quarantined, since the champion learned them: they need no review. */
  readonly revised: ReadonlySet<number>;
}

export async function readExamined(champion: InspectedChampion, name: string): Promise<ExaminedTask> {
  const { declaration, manifest, learned, store } = champion;
  const { name: adapter } = declaration;
  const isMultiLabel = manifest.multiLabel?.includes(name) ?? false;
  const labels = manifest.classes.flatMap(({ task, label }) => (task === name ? [label] : []));
  const known = new Set(labels);
  const isKnown = (label: string) => (isMultiLabel ? readLabelSet(label) : [label]).every((own) => known.has(own));
  const shown = await listExamples(store, {
    ...{ adapter, tasks: [name], split: 'train', afterArrival: 0 },
    throughArrival: learned.through.get(name) ?? 0,
  });
  const then = await readStandings(store.queries, adapter, learned.throughRevision);
  const now = await readStandings(store.queries, adapter);
  const examples = then
    .among(shown.filter((example) => hasLearned(learned, example)))
    .filter(({ label }) => isKnown(label));
  const task = { name, isMultiLabel };
  const currentLabel = new Map(shown.map(({ id, label }) => [id, label]));
  const isRevised = (example: StandingExample) =>
    now.of(example).quarantined || currentLabel.get(example.id) !== presentAnswer(champion, task, example.label);
  return { ...task, labels, examples, revised: new Set(examples.filter(isRevised).map(({ id }) => id)) };
}

/** An answer as the champion learned it, under the names that its labels have now. */
export function presentAnswer(
  { renames }: Pick<InspectedChampion, 'renames'>,
  { name: task, isMultiLabel }: Pick<ExaminedTask, 'name' | 'isMultiLabel'>,
  answer: string,
): string {
  if (!isMultiLabel) return labelNow({ task, label: answer }, renames);
  return writeLabelSet(readLabelSet(answer).map((label) => labelNow({ task, label }, renames)));
}
