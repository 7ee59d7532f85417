/** Examples as a table: one a line, cut to the width of the terminal. */

import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import type { ListedExample } from '../../library/examples.js';
import { type Output, tableOf } from '../output.js';

export function renderExamples(
  found: readonly ListedExample[],
  { tasks }: Pick<AdapterDeclaration, 'tasks'>,
  { colours, width }: Output,
): string {
  const ofTask = tasksShown({ tasks });
  const marked = found.map(marksOf);
  const isMarked = marked.some((marks) => marks !== '');
  const columns = [
    { title: 'id', align: 'right' },
    ...ofTask({ title: 'task' }),
    { title: 'domain' },
    { title: 'label' },
    ...(isMarked ? [{ title: 'marks' }] : []),
    { title: 'text' },
  ] as const;
  const widest = Math.max(2, String(found.at(-1)?.id ?? '').length);
  const taken = widest + 12 + 22 + (tasks.length === 1 ? 0 : 14) + (isMarked ? widestMarks + 2 : 0) + 8;

  const rows = found.map((example, row) => [
    String(example.id),
    ...ofTask(clip(example.task, 12)),
    clip(example.domain, 12),
    clip(example.label, 22),
    ...(isMarked ? [marked[row]!] : []),
    clip(example.text, Math.max(12, width - taken)),
  ]);
  return tableOf(columns, rows, colours);
}

const widestMarks = 'pinned, quarantined'.length;

/** "pinned, quarantined"; empty where neither holds. */
export function marksOf({ pinned, quarantined }: Pick<ListedExample, 'pinned' | 'quarantined'>): string {
  return [...(pinned ? ['pinned'] : []), ...(quarantined ? ['quarantined'] : [])].join(', ');
}

type TasksShown = <T>(shown: T) => T[];

/** Shows a column of tasks where there are several. */
export function tasksShown({ tasks }: Pick<AdapterDeclaration, 'tasks'>): TasksShown {
  return (shown) => (tasks.length === 1 ? [] : [shown]);
}
