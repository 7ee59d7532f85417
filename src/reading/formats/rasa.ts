/**
 * Rasa's NLU training data (YAML, version 3): the examples of each intent, without the marks of their entities. Look-up
 * tables, synonyms, regular expressions, stories and rules are left out. The file is read as a whole.
 */
import { readFile } from 'node:fs/promises';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { EspalierError } from '../../core/errors.js';
import { diskError } from '../../core/files.js';
import type { InputFormat, ReadRequest } from '../format.js';
import type { InputFile } from '../input-file.js';
import { maxLineBytes, type Row } from '../row.js';

export const rasa: InputFormat = {
  name: 'rasa',
  isText: true,
  recognises: (beginning) => /^nlu:\s*(?:#.*)?$/m.test(beginning),
  read: readIntents,
};

/** An example as it stands in the file. */
interface Found {
  readonly line: number;
  readonly raw: string;
  readonly content: { readonly text: string; readonly metadata?: unknown } | { readonly unreadable: string };
}

async function* readIntents(file: InputFile, { columns }: ReadRequest): AsyncIterable<Row> {
  const { text: textColumn = 'text', label = 'label' } = columns;
  const lines = new LineCounter();
  for (const item of await itemsOf(file, lines)) {
    const intent = item.get('intent');
    if (intent === undefined) continue;
    for (const { line, raw, content } of examplesOf(item, lines)) {
      const bytes = Buffer.byteLength(raw);
      const row = { file: file.name, line, raw: raw.slice(0, maxLineBytes), bytes };
      if ('unreadable' in content) yield { ...row, content };
      else {
        const { text, ...others } = content;
        yield { ...row, content: { fields: { [textColumn]: withoutEntities(text), [label]: intent, ...others } } };
      }
    }
  }
}

/** The entries of `nlu:`. @throws INPUT_FORMAT */
async function itemsOf({ path, name }: InputFile, lineCounter: LineCounter): Promise<YAMLMap[]> {
  let source: string;
  try {
    source = await readFile(path, 'utf8');
  } catch (thrown) {
    throw diskError(thrown, path);
  }
  const document = parseDocument(source, { lineCounter });
  const [fault] = document.errors;
  if (fault) {
    const line = fault.linePos?.[0].line;
    throw new EspalierError('INPUT_FORMAT', `${name} is not well-formed YAML: ${fault.message.split('\n')[0]}`, {
      at: line === undefined ? { file: name } : { file: name, line },
      hint: 'Mend that line. Nothing was stored.',
      cause: fault,
    });
  }
  const nlu = isMap(document.contents) ? document.contents.get('nlu') : undefined;
  if (isSeq(nlu)) return (nlu.items as Node[]).filter((item) => isMap(item));
  throw new EspalierError('INPUT_FORMAT', `${name} has no list \`nlu\`, as training data of Rasa has`, {
    at: { file: name, line: 1 },
    hint: 'Of Rasa the file with `nlu:` is read, in the format of version 3.',
  });
}

function examplesOf(item: YAMLMap, lines: LineCounter): Found[] {
  const examples = item.get('examples', true) as Node | undefined;
  if (isScalar(examples) && typeof examples.value === 'string') return linesOf(examples.value, lineOf(examples, lines));
  if (isSeq(examples)) return examples.items.map((entry) => entryOf(entry as Node, lines));
  const unreadable = 'the intent has no `examples`, neither a block of lines nor a list';
  return [{ line: lineOf(item, lines), raw: String(item.get('intent')), content: { unreadable } }];
}

/** A block of lines that each begin with a dash. @param start the line of the `|` before it */
function linesOf(block: string, start: number): Found[] {
  return block.split('\n').flatMap((raw, index) => {
    if (raw.trim() === '') return [];
    const text = /^\s*-\s+(.*)$/.exec(raw)?.[1];
    const content = text === undefined ? { unreadable: 'the line of `examples` does not begin with a dash' } : { text };
    return [{ line: start + 1 + index, raw, content }];
  });
}

/** An entry of a list: a text, or a map with `text` and perhaps `metadata`. */
function entryOf(entry: Node, lines: LineCounter): Found {
  const value: unknown = entry.toJSON();
  const found = typeof value === 'string' ? { text: value } : (value as { text?: unknown; metadata?: unknown } | null);
  const place = { line: lineOf(entry, lines), raw: JSON.stringify(value) };
  if (typeof found?.text !== 'string') return { ...place, content: { unreadable: 'the example has no `text`' } };
  const { text, metadata } = found;
  return { ...place, content: metadata === undefined ? { text } : { text, metadata } };
}

function lineOf(node: Node, lines: LineCounter): number {
  return lines.linePos(node.range?.[0] ?? 0).line;
}

/** `[Rome](city)`, `[Rome](city:roma)`, `[Rome]{"entity": "city"}`, `[Rome][{"entity": "city"}]` are Rome. */
function withoutEntities(text: string): string {
  return text.replace(/\[([^\]]+)\](?:\([^)]+\)|\{[^}]+\}|\[(?:\{[^}]+\},?\s*)+\])/g, '$1').trim();
}
