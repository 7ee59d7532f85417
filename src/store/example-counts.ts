/** Counts an adapter's examples of each answer. */
import { sql } from 'kysely';
import type { Queries } from './store.js';

export interface AnswerCount {
  readonly task: string;
  /** A label, or a label set. */
  readonly answer: string;
  readonly train: number;
  readonly held: number;
}

/** @param throughArrival arrival number of the last example that counts; without it an index alone is read */
export async function countAnswers(queries: Queries, adapter: string, throughArrival?: number): Promise<AnswerCount[]> {
  const query = queries
    .selectFrom('examples')
    .select(['task', 'label as answer'])
    .select(sql<number>`count(*) filter (where split = 'train')`.as('train'))
    .select(sql<number>`count(*) filter (where split = 'holdout')`.as('held'))
    .where('adapter', '=', adapter)
    .groupBy(['task', 'label'])
    .orderBy('task')
    .orderBy('label');
  return (throughArrival === undefined ? query : query.where('arrival', '<=', throughArrival)).execute();
}
