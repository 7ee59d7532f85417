/** Everything the command line prints. Results go to standard output, progress and notes to standard error. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { appendAll } from '../core/sequences.js';
import { jsonOf } from '../core/text.js';

export type Colours = ReturnType<typeof pc.createColors>;

export interface Output {
  readonly format: 'text' | 'json';
  readonly colours: Colours;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /** The one result of a command: as JSON, or as its picture. */
  result(value: unknown, render: () => string): void;
  /** A remark beside the result. */
  note(text: string): void;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
}

export function openOutput(format: Output['format'], { stdout, stderr, environment }: OutputStreams): Output {
  const coloured = stdout.isTTY === true && environment.NO_COLOR === undefined && environment.TERM !== 'dumb';
  return {
    format,
    colours: pc.createColors(coloured),
    width: Math.min(stdout.columns ?? 80, 120),
    result(value, render) {
      stdout.write(`${format === 'json' ? jsonOf(value, 2) : render()}\n`);
    },
    note(text) {
      stderr.write(`${text}\n`);
    },
  };
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const plain = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
};
const bare = { left: ' ', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' };

/** Columns side by side, without lines. Cells must be printable already. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[], colours: Colours): string {
  const table = new Table({
    head: columns.map(({ title }) => colours.dim(title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: { ...plain, ...bare },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  appendAll(
    table,
    rows.map((row) => [...row]),
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
