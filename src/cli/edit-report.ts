/** Options and picture of the commands that change examples in the store. */
import type { Command } from 'commander';
import { clip } from '../core/text.js';
import type { EditReport } from '../library/curate.js';
import { type Output, tableOf } from './output.js';
import type { GlobalOptions } from './session.js';

export interface EditOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

export function withEditOptions(command: Command): Command {
  return command
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--reason <text>', 'why; kept for ever, and required without --dry-run');
}

/** Rows of the table; the others are told with --json. */
const mostRows = 20;

export function renderEdit({ edit, summary, applied, examples, changes }: EditReport, output: Output): string {
  const { colours, width } = output;
  const count = `${examples} ${examples === 1 ? 'example' : 'examples'}`;
  if (examples === 0) return `${clip(summary, width - 24)}: nothing to change.`;
  const head = applied ? `${colours.bold(`Edit ${edit}`)}: ${count} changed` : `${count} would change`;
  const rows = changes
    .slice(0, mostRows)
    .map(({ id, before, after, text }) => [String(id), clip(differenceOf(before, after), 32), clip(text, width - 46)]);
  const columns = [{ title: 'id', align: 'right' }, { title: 'change' }, { title: 'text' }] as const;
  const more = examples > rows.length ? `\nand ${examples - rows.length} more` : '';
  return `${head}: ${clip(summary, width - 30)}\n\n${tableOf(columns, rows, colours)}${more}`;
}

/** "pinned", "weight 1 -> 0.5", "billing -> invoices" */
export function differenceOf(before: EditReport['changes'][number]['before'], after: typeof before): string {
  return Object.entries(after)
    .map(([field, value]) => {
      const earlier = before[field as keyof typeof before];
      if (typeof value === 'boolean') return value ? field : `not ${field}`;
      return field === 'label' ? `${earlier} -> ${value}` : `${field} ${earlier ?? 'none'} -> ${value ?? 'none'}`;
    })
    .join(', ');
}

/** What to do after an edit that was written. */
export function noteAfterEdit({ applied, examples }: EditReport, output: Output): void {
  if (applied && examples > 0)
    output.note('The next update learns it: `espalier update`. `espalier buffer undo` takes it back.');
}
