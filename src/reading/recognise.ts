/**
 * Tells the format of an input from what was said, from its name and from its beginning. What is neither JSON nor CSV
 * is named, and refused.
 */
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { diskError } from '../core/files.js';
import type { InputFile, InputFormat } from './check-input.js';

export interface SaidFormat {
  readonly format?: string | undefined;
  /** CSV: a character, or its name. */
  readonly delimiter?: string | undefined;
}

const delimiters: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  bar: '|',
  ',': ',',
  ';': ';',
  '\t': '\t',
  '\\t': '\t',
  '|': '|',
};

/** @throws USAGE, INPUT_FORMAT, FILE_UNREADABLE */
export async function recogniseInput(
  path: string,
  name: string,
  said: SaidFormat,
  columns: readonly string[],
): Promise<InputFile> {
  const delimiter = delimiterSaid(said.delimiter);
  const start = await startOf(path);
  const format = formatSaid(said.format) ?? (delimiter === undefined ? formatByName(name) : 'csv');
  const shape = shapeOf(start);
  if (format === 'csv' || (format === undefined && shape === 'none')) {
    if (said.format === undefined && delimiter === undefined) refuseOtherTools(start, name);
    return { path, name, format: 'csv', delimiter: delimiter ?? delimiterOf(start, columns) };
  }
  return { path, name, format: shape === 'values' ? 'json' : (format ?? 'jsonl') };
}

function delimiterSaid(said: string | undefined): string | undefined {
  if (said === undefined) return undefined;
  const delimiter = Object.hasOwn(delimiters, said) ? delimiters[said] : undefined;
  if (delimiter !== undefined) return delimiter;
  throw new EspalierError('USAGE', `\`delimiter\` is comma, semicolon, tab or bar, not ${said}`, {
    ...{ parameters: ['delimiter'], choices: ['comma', 'semicolon', 'tab', 'bar'] },
  });
}

function formatSaid(said: string | undefined): InputFormat | undefined {
  if (said === undefined || said === 'jsonl' || said === 'json' || said === 'csv') return said;
  throw new EspalierError('USAGE', `\`format\` is jsonl, json or csv, not ${said}`, {
    ...{ parameters: ['format'], choices: ['jsonl', 'json', 'csv'] },
  });
}

function formatByName(name: string): InputFormat | undefined {
  const extension = extname(name).toLowerCase();
  if (['.csv', '.tsv', '.tab', '.psv'].includes(extension)) return 'csv';
  return ['.jsonl', '.ndjson', '.json'].includes(extension) ? 'jsonl' : undefined;
}

const startBytes = 64 * 1024;

async function startOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(startBytes), 0, startBytes, 0);
      return buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}

/**
 * `values`: an array, or objects over several lines; `lines`: one object a line; `none`: it does not begin as JSON
 * does.
 */
function shapeOf(start: string): 'values' | 'lines' | 'none' {
  const lines = start.split('\n').filter((line) => line.trim() !== '');
  const first = lines[0]?.trim() ?? '';
  if (!/^[[{]/.test(first)) return 'none';
  if (isJson(first.replace(/,$/, ''))) return first.startsWith('[') && lines.length === 1 ? 'values' : 'lines';
  // A JSON value that goes on after its first line; a broken line is followed by whole ones.
  const second = lines[1]?.trim() ?? '';
  return first.startsWith('[') || !isJson(second.replace(/,$/, '')) || !second.startsWith('{') ? 'values' : 'lines';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const otherTools: readonly [form: RegExp, what: string, hint: string][] = [
  [
    /^\s*__label__/,
    'is in the format of fastText',
    'Make CSV of it: sed -E \'s/"/""/g; s/^__label__([^ ]+) (.*)$/"\\1","\\2"/; 1i label,text\' FILE > rows.csv',
  ],
  [
    /^\s*(?:---\s|version:|nlu:|-\s+(?:intent|text)\s*:)/,
    'is YAML, as Rasa writes it',
    'docs/commands.md has the lines that make CSV of nlu.yml; `rasa data convert nlu -f json` makes JSON.',
  ],
  [/^\s*</, 'is XML or HTML', 'Export it as CSV or JSON lines, with a field for the text and one for the label.'],
];

/** Judged as CSV these would be told of a missing column or a wrong quote. */
function refuseOtherTools(start: string, name: string): void {
  const at = { file: name };
  for (const [form, what, hint] of otherTools)
    if (form.test(start)) throw new EspalierError('INPUT_FORMAT', `${name} ${what}`, { at, hint });
  const header = headerOf(start);
  if (formatByName(name) === 'csv' || start.trim() === '' || /[,;\t|]/.test(header)) return;
  throw new EspalierError(
    'INPUT_FORMAT',
    `${name} is plain text: its first line has no delimiter, so that it names no columns`,
    {
      at,
      hint: 'An example is a text and its label: bring JSON lines such as {"text": "...", "label": "..."}, or CSV with a header.',
    },
  );
}

function headerOf(start: string): string {
  const lines = start.split('\n');
  return (lines[0]!.startsWith('sep=') ? lines[1] : lines.find((line) => line.trim() !== '')) ?? '';
}

/** The delimiter that finds most of the wanted columns in the header, and of equals the one that finds most cells. */
function delimiterOf(start: string, columns: readonly string[]): string {
  const excel = /^sep=(.)\r?\n/.exec(start)?.[1];
  if (excel !== undefined) return excel;
  const header = headerOf(start);
  const found = [',', ';', '\t', '|'].map((delimiter) => {
    const cells = cellsOf(header, delimiter);
    return { delimiter, wanted: columns.filter((column) => cells.includes(column)).length, cells: cells.length };
  });
  found.sort((a, b) => b.wanted - a.wanted || b.cells - a.cells);
  return found[0]!.delimiter;
}

function cellsOf(header: string, delimiter: string): string[] {
  const cells = [''];
  let quoted = false;
  for (const character of header) {
    if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) cells.push('');
    else cells[cells.length - 1] += character;
  }
  return cells.map((cell) => cell.trim());
}
