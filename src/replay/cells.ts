/** The buffer cell by cell, as people read it. */
import { labelsShown } from '../core/label-sets.js';
import { multiLabelNames, type Task } from '../declaration/tasks.js';
import type { BufferCell } from '../store/buffer.js';

/**
 * One cell a label: an example of a multi-label task is counted for each of its labels, one without any for none. By
 * task, domain and label.
 */
export function cellsByLabel(tasks: readonly Task[], cells: readonly BufferCell[]): BufferCell[] {
  const multiLabel = multiLabelNames(tasks);
  const joined = new Map<string, BufferCell>();
  for (const cell of cells)
    for (const label of multiLabel.has(cell.task) ? labelsShown(cell.label) : [cell.label]) {
      const key = JSON.stringify([cell.task, cell.domain, label]);
      joined.set(key, sum({ ...cell, label }, joined.get(key)));
    }
  return [...joined.values()].sort(
    (a, b) => compare(a.task, b.task) || compare(a.domain, b.domain) || compare(a.label, b.label),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function sum(one: BufferCell, other: BufferCell | undefined): BufferCell {
  if (!other) return one;
  const both = (count: 'members' | 'bytes' | 'evicted' | 'declined') => one[count] + other[count];
  return {
    ...one,
    members: both('members'),
    bytes: both('bytes'),
    evicted: both('evicted'),
    declined: both('declined'),
  };
}
