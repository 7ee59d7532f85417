/**
 * Tells the format of an input: the one that was said, else the one that recognises its beginning or its name. An input
 * that no format recognises is named, and refused.
 */
import { EspalierError } from '../core/errors.js';
import { beginningOf } from './beginning.js';
import { delimiterOf } from './csv-header.js';
import { formatNamed, inputFormats } from './formats.js';
import type { FormatName, InputFile } from './input-file.js';
import { shapeOf } from './json-shape.js';
import { otherTool } from './other-tools.js';

export interface SaidFormat {
  readonly format?: string | undefined;
  /** CSV: a character, or its name. */
  readonly delimiter?: string | undefined;
}

const delimitersByName: Readonly<Record<string, string>> = {
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
  const beginning = await beginningOf(path);
  const format = formatSaid(said.format, beginning) ?? (delimiter === undefined ? formatOf(beginning, name) : 'csv');
  return format === 'csv'
    ? { path, name, format, delimiter: delimiter ?? delimiterOf(beginning, columns) }
    : { path, name, format };
}

/** An array under the name of JSON lines, and lines under that of an array, are read as what they are. */
function formatSaid(said: string | undefined, beginning: string): FormatName | undefined {
  if (said === undefined) return undefined;
  const { name } = formatNamed(said);
  return (name === 'jsonl' || name === 'json') && shapeOf(beginning) === 'values' ? 'json' : name;
}

/** @throws INPUT_FORMAT where no format recognises the input */
function formatOf(beginning: string, name: string): FormatName {
  const format = inputFormats.find((member) => member.recognises(beginning, name));
  if (format) return format.name;
  const tool = otherTool(beginning);
  const what = tool?.what ?? 'is plain text: its first line has no delimiter, so that it names no columns';
  const hint =
    tool?.hint ??
    'An example is a text and its label: bring JSON lines such as {"text": "...", "label": "..."}, or CSV with a header.';
  throw new EspalierError('INPUT_FORMAT', `${name} ${what}`, { at: { file: name }, hint });
}

function delimiterSaid(said: string | undefined): string | undefined {
  if (said === undefined) return undefined;
  const delimiter = Object.hasOwn(delimitersByName, said) ? delimitersByName[said] : undefined;
  if (delimiter !== undefined) return delimiter;
  throw new EspalierError('USAGE', `\`delimiter\` is comma, semicolon, tab or bar, not ${said}`, {
    parameters: ['delimiter'],
    choices: ['comma', 'semicolon', 'tab', 'bar'],
  });
}
