/** Which labels an operation on the buffer brought in and put out. */
import { clip } from '../../core/text.js';
import type { ReselectedLabel } from '../../library/reselect.js';
import { type Colours, tableOf } from '../output.js';

/** Rows of the table; the others are told with --json. */
const mostLabels = 30;

export function tableOfLabels(labels: readonly ReselectedLabel[], colours: Colours): string {
  const rows = labels
    .slice(0, mostLabels)
    .map(({ label, ...counts }) => [clip(label, 44), String(counts.in), String(counts.out)]);
  const columns = [{ title: 'label' }, { title: 'in', align: 'right' }, { title: 'out', align: 'right' }] as const;
  const more = labels.length > mostLabels ? `\nand ${labels.length - mostLabels} more labels` : '';
  return `${tableOf(columns, rows, colours)}${more}`;
}

/** "3 came in, 2 went out" */
export const comeAndGone = ({ applied, in: come, out }: { applied: boolean; in: number; out: number }) =>
  applied ? `${come} came in, ${out} went out` : `${come} would come in, ${out} go out`;
