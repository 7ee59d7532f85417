/** Whether any example bears a label, and which do. */
import { hasLabel } from './example-filter.js';
import type { Store } from './store.js';

export interface LabelAsked {
  readonly adapter: string;
  readonly task: string;
  readonly label: string;
}

/** Whether a training example that is not quarantined has the label, alone or in a set. */
export async function isBorne(store: Store, { adapter, task, label }: LabelAsked): Promise<boolean> {
  const row = await store.queries
    .selectFrom('examples')
    .leftJoin('curation', 'curation.example_id', 'examples.id')
    .select('examples.id')
    .where('examples.adapter', '=', adapter)
    .where('task', '=', task)
    .where('split', '=', 'train')
    .where(({ fn, ref, val, eb }) => eb(fn.coalesce(ref('quarantined'), val(0)), '=', 0))
    .where(hasLabel(store.engine, adapter, label))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Numbers of the examples of both splits that have the label, alone or in a set, in order of arrival. */
export async function listBearers(store: Store, { adapter, task, label }: LabelAsked): Promise<number[]> {
  const rows = await store.queries
    .selectFrom('examples')
    .select('id')
    .where('adapter', '=', adapter)
    .where('task', '=', task)
    .where(hasLabel(store.engine, adapter, label))
    .orderBy('arrival')
    .execute();
  return rows.map(({ id }) => id);
}

/** Number of quarantined examples of each answer, in both splits. */
export async function countQuarantined(
  { queries }: Store,
  adapter: string,
): Promise<{ readonly task: string; readonly answer: string; readonly count: number }[]> {
  return queries
    .selectFrom('curation')
    .innerJoin('examples', 'examples.id', 'curation.example_id')
    .select(({ fn }) => ['task', 'label as answer', fn.countAll<number>().as('count')])
    .where('curation.adapter', '=', adapter)
    .where('quarantined', '=', 1)
    .groupBy(['task', 'label'])
    .orderBy('task')
    .orderBy('label')
    .execute();
}
