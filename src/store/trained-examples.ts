/** Training examples without their texts, as the record of what an update trained on needs them. */
import { byArrival, type Example } from './examples.js';
import type { Queries } from './store.js';

export type TrainedExample = Pick<Example, 'id' | 'arrival' | 'task' | 'hash' | 'label'>;

const columns = ['id', 'arrival', 'task', 'hash', 'label'] as const;
const sliceSize = 1000;

export interface ArrivalRange {
  readonly adapter: string;
  /** Exclusive. */
  readonly afterArrival: number;
  /** Inclusive. */
  readonly throughArrival: number;
}

/** Yields them in order of arrival, of all tasks; a thousand are held at a time. */
export async function* readTrainingExamples(
  queries: Queries,
  { adapter, afterArrival, throughArrival }: ArrivalRange,
): AsyncGenerator<TrainedExample> {
  for (let after = afterArrival; ; ) {
    const rows = await queries
      .selectFrom('examples')
      .select(columns)
      .select('split')
      .where('adapter', '=', adapter)
      .where('arrival', '>', after)
      .where('arrival', '<=', throughArrival)
      .orderBy('arrival')
      .limit(sliceSize)
      .execute();
    for (const { split, ...row } of rows) if (split === 'train') yield row;
    if (rows.length < sliceSize) return;
    after = rows.at(-1)!.arrival;
  }
}

/** Those of `ids` that are there, in order of arrival. */
export async function listTrainingExamples(queries: Queries, ids: readonly number[]): Promise<TrainedExample[]> {
  const found: TrainedExample[] = [];
  for (let start = 0; start < ids.length; start += sliceSize) {
    const slice = ids.slice(start, start + sliceSize);
    for (const row of await queries.selectFrom('examples').select(columns).where('id', 'in', slice).execute())
      found.push(row);
  }
  return found.sort(byArrival);
}
