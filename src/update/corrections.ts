/**
 * Examples that the champion learned with a label or a weight that does not hold any more, or that were quarantined
 * since: an update takes them out as they were learned, and learns them again as they are now.
 */
import { multiLabelNames } from '../declaration/tasks.js';
import type { Store } from '../store/database.js';
import { listExamplesById } from '../store/examples.js';
import { hasLearned, readLearned } from '../store/learned.js';
import { listRevisions } from '../store/revisions.js';
import { readStandings, type StandingExample } from '../store/standings.js';
import { readManifest } from '../versions/manifest.js';
import type { Versions } from '../versions/versions.js';
import { championOf, type Plan } from './context.js';
import { standingsOf } from './fresh.js';
import { type AnswerNow, answersByColumn } from './renames.js';

export interface Corrections {
  /** As the champion learned them. Their labels are the present names of the classes of its head. */
  readonly withdrawn: readonly StandingExample[];
  /** As they are now, without those that are quarantined. */
  readonly corrected: readonly StandingExample[];
  readonly quarantinedIds: readonly number[];
}

export const noCorrections: Corrections = { withdrawn: [], corrected: [], quarantinedIds: [] };

/**
 * In order of arrival. Examples of a label that was renamed as a whole need no correction: the class of the head bears
 * the new name.
 */
export async function listCorrections(
  { store, versions }: { readonly store: Store; readonly versions: Versions },
  plan: Plan,
): Promise<Corrections> {
  const { name: adapter, tasks } = plan.declaration;
  const known = await readLearned(store.queries, championOf(plan));
  const range = { adapter, after: known.throughRevision, through: plan.throughRevision ?? 0 };
  const revised = new Set((await listRevisions(store.queries, range)).map(({ exampleId }) => exampleId));
  if (revised.size === 0 || plan.parentVersion === null || plan.reencode) return noCorrections;
  const declared = new Set(tasks.map(({ name }) => name));
  const learned = (await listExamplesById(store, [...revised])).filter(
    (example) => declared.has(example.task) && hasLearned(known, example),
  );
  const then = await readStandings(store.queries, adapter, known.throughRevision);
  const now = await standingsOf(store, plan);
  const answerNow = await readAnswers(versions, plan);
  const [withdrawn, corrected]: [StandingExample[], StandingExample[]] = [[], []];
  for (const example of learned) {
    const [was, is] = [then.of(example), now.of(example)];
    const label = answerNow(example.task, was.label);
    if (!is.quarantined && label === is.label && was.weight === is.weight) continue;
    withdrawn.push({ ...example, label, weight: was.weight });
    if (!is.quarantined) corrected.push({ ...example, label: is.label, weight: is.weight });
  }
  const kept = new Set(corrected.map(({ id }) => id));
  return { withdrawn, corrected, quarantinedIds: withdrawn.map(({ id }) => id).filter((id) => !kept.has(id)) };
}

async function readAnswers(versions: Versions, { declaration, parentVersion, renames = [] }: Plan): Promise<AnswerNow> {
  const { classes, multiLabel = [] } = await readManifest(versions, {
    adapter: declaration.name,
    version: parentVersion!,
  });
  return answersByColumn(classes, renames, new Set([...multiLabelNames(declaration.tasks), ...multiLabel]));
}
