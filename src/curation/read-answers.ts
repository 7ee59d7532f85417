/** Reads from a file which answers examples are to have: rows with an id or a text, and a label. */
import { EspalierError } from '../core/errors.js';
import { cleanText, normaliseText, sameTextHash } from '../core/text.js';
import type { InputFile } from '../reading/input-file.js';
import type { Row } from '../reading/row.js';
import { readRows } from '../reading/rows.js';
import type { Store } from '../store/database.js';
import { findExampleByText } from '../store/examples.js';
import type { OfTask } from './labels.js';

/** Example -> label, or labels. */
export type Answers = ReadonlyMap<number, string | readonly string[]>;

/** All rows or none. @throws INPUT_REJECTED at the first row that names no example or no label, INPUT_EMPTY */
export async function readAnswersFrom(store: Store, of: OfTask, files: readonly InputFile[]): Promise<Answers> {
  const answers = new Map<number, string | readonly string[]>();
  for (const file of files)
    for await (const row of readRows(file, { label: 'label' }, { task: of.task.name })) {
      const { id, label } = await readRow(store, of, row);
      answers.set(id, label);
    }
  if (answers.size === 0) throw new EspalierError('INPUT_EMPTY', 'the input names no example');
  return answers;
}

async function readRow(
  store: Store,
  of: OfTask,
  row: Row,
): Promise<{ readonly id: number; readonly label: string | readonly string[] }> {
  const refuse = (field: string, what: string) =>
    new EspalierError('INPUT_REJECTED', what, {
      at: { file: row.file, line: row.line, field },
      hint: 'Give each row the `id` or the `text` of an example, and its `label`. Nothing was changed.',
    });
  if ('unreadable' in row.content) throw refuse('row', row.content.unreadable);
  const { id, text, label } = row.content.fields;
  if (typeof label !== 'string' && !isListOfText(label)) throw refuse('label', 'the row has no label');
  if (id !== undefined) {
    if (!Number.isSafeInteger(Number(id))) throw refuse('id', `\`${String(id)}\` is not the number of an example`);
    return { id: Number(id), label };
  }
  if (typeof text !== 'string') throw refuse('text', 'the row has neither an id nor a text');
  const twin = sameTextHash(normaliseText(cleanText(text)));
  const found = await findExampleByText(store.queries, { adapter: of.declaration.name, task: of.task.name, twin });
  if (found === undefined) throw refuse('text', 'no example has that text');
  return { id: found, label };
}

const isListOfText = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
