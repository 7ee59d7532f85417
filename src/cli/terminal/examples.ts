/** Examples as a table: one a line, cut to the width of the terminal. */
import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import type { FoundExample } from '../../store/find-examples.js';
import { type Output, tableOf } from '../output.js';

export function renderExamples(
  found: readonly FoundExample[],
  { tasks }: Pick<AdapterDeclaration, 'tasks'>,
  { colours, width }: Output,
): string {
  const ofTask = tasksShown({ tasks });
  const columns = [
    { title: 'id', align: 'right' },
    ...ofTask({ title: 'task' }),
    { title: 'domain' },
    { title: 'label' },
    { title: 'text' },
  ] as const;
  const widest = Math.max(2, String(found.at(-1)?.id ?? '').length);
  const taken = widest + 12 + 22 + (tasks.length === 1 ? 0 : 14) + 8;
  const rows = found.map((example) => [
    String(example.id),
    ...ofTask(clip(example.task, 12)),
    clip(example.domain, 12),
    clip(example.label, 22),
    clip(example.text, Math.max(12, width - taken)),
  ]);
  return tableOf(columns, rows, colours);
}

type TasksShown = <T>(shown: T) => T[];

/** Shows a column of tasks where there are several. */
export function tasksShown({ tasks }: Pick<AdapterDeclaration, 'tasks'>): TasksShown {
  return (shown) => (tasks.length === 1 ? [] : [shown]);
}
