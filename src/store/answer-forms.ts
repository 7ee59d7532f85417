/**
 * The tables `answer_forms` and `adapters`: whether a task has single labels or label sets, and which adapters have
 * examples.
 */
import type { Queries, Transaction } from './store.js';

/** Whether the task's examples have label sets; undefined if it has no example yet. */
export async function findAnswerForm(queries: Queries, adapter: string, task: string): Promise<boolean | undefined> {
  const form = queries
    .selectFrom('answer_forms')
    .select('multi_label')
    .where('adapter', '=', adapter)
    .where('task', '=', task);
  const row = await form.executeTakeFirst();
  return row && row.multi_label === 1;
}

export async function saveAnswerForm(
  transaction: Transaction,
  adapter: string,
  { name, multiLabel }: { readonly name: string; readonly multiLabel: boolean },
): Promise<void> {
  const row = { adapter, task: name, multi_label: multiLabel ? 1 : 0 } as const;
  await transaction
    .insertInto('answer_forms')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function registerAdapter(transaction: Transaction, name: string, now: Date): Promise<void> {
  const row = { name, champion_version: null, created_at: now.toISOString() };
  await transaction
    .insertInto('adapters')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
