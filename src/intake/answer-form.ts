/** A task's examples all have one label, or all have a set of labels; the two are never mixed. */
import { EspalierError } from '../core/errors.js';
import type { Task } from '../declaration/tasks.js';
import { findAnswerForm } from '../store/answer-forms.js';
import type { Queries } from '../store/database.js';
import { findSampleAnswer } from '../store/examples.js';

/** @throws DECLARATION_INVALID where the task is declared otherwise than when its first example came */
export async function requireAnswerForm(
  queries: Queries,
  adapter: string,
  { name, multiLabel = false }: Task,
): Promise<void> {
  const recorded = await findAnswerForm(queries, adapter, name);
  if (recorded === undefined || recorded === multiLabel) return;
  const first = await findSampleAnswer(queries, adapter, name);
  const what = multiLabel ? 'one label each' : 'sets of labels';
  throw new EspalierError(
    'DECLARATION_INVALID',
    `the examples of the task ${name} of ${adapter} have ${what}, such as \`${first}\``,
    {
      at: { field: 'tasks' },
      hint: `Declare it ${multiLabel ? 'without `multiLabel`' : '`multiLabel: true`'}, or bring the examples to a task of another name.`,
    },
  );
}
