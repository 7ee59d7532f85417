/**
 * Label Studio's JSON export: an array of tasks with `data` and `annotations` (`completions` in older versions). Choices
 * are read; cancelled annotations and predictions are not.
 */
import { majorityOf, questionOf } from '../annotators.js';
import type { InputFormat, ReadRequest } from '../format.js';
import type { InputFile } from '../input-file.js';
import { firstObjectKeys } from '../json-shape.js';
import type { Row } from '../row.js';
import { isObject } from '../text-field.js';
import { readJsonValues } from './json.js';

export const labelStudio: InputFormat = {
  name: 'label-studio',
  isText: true,
  recognises: (beginning) => {
    const keys = firstObjectKeys(beginning);
    return keys.has('data') && (keys.has('annotations') || keys.has('completions'));
  },
  read: readTasks,
};

async function* readTasks(file: InputFile, request: ReadRequest): AsyncIterable<Row> {
  const question = questionOf(await controlsOf(file), request, file.name);
  const { text = 'text', label = 'label' } = request.columns;
  for await (const row of readJsonValues(file))
    yield 'unreadable' in row.content ? row : readTask(row, row.content.fields, { question, text, label });
}

interface Wanted {
  readonly question: string | undefined;
  readonly text: string;
  readonly label: string;
}

function readTask(row: Row, task: Readonly<Record<string, unknown>>, { question, text, label }: Wanted): Row {
  if (!isObject(task.data)) return { ...row, content: { unreadable: `the task has no \`data\` with a \`${text}\`` } };
  const annotations = annotationsOf(task);
  const kept = annotations.filter(({ was_cancelled }) => was_cancelled !== true);
  const answers = kept
    .flatMap((annotation) => answersIn(annotation).get(question ?? '') ?? [])
    .map(({ choices }) => choices);
  if (answers.length === 0) return { ...row, content: { unreadable: reasonOfNone(annotations.length, kept.length) } };
  const agreed = majorityOf(answers);
  if ('reason' in agreed) return { ...row, content: { unreadable: agreed.reason } };
  const content = { fields: { ...task.data, [label]: agreed.answer } };
  return agreed.agreement ? { ...row, content, agreement: agreed.agreement } : { ...row, content };
}

function reasonOfNone(annotations: number, kept: number): string {
  if (annotations === 0) return 'the task has no annotation';
  return kept === 0 ? 'all annotations of the task were cancelled' : 'no annotation of the task has choices';
}

/** Names of the controls whose choices the annotations hold. */
async function controlsOf(file: InputFile): Promise<Set<string>> {
  const controls = new Set<string>();
  for await (const { content } of readJsonValues(file)) {
    if ('unreadable' in content) continue;
    for (const annotation of annotationsOf(content.fields))
      for (const control of answersIn(annotation).keys()) controls.add(control);
  }
  return controls;
}

function annotationsOf({ annotations, completions }: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const found = Array.isArray(annotations) ? annotations : completions;
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** Control -> all choices that one annotator made in it. */
function answersIn({ result }: Readonly<Record<string, unknown>>): Map<string, { readonly choices: unknown[] }> {
  const answers = new Map<string, { readonly choices: unknown[] }>();
  for (const item of Array.isArray(result) ? result.filter(isObject) : []) {
    const { from_name: control, value } = item;
    if (typeof control !== 'string' || !isObject(value) || !Array.isArray(value.choices)) continue;
    const choices = [...(answers.get(control)?.choices ?? []), ...value.choices];
    answers.set(control, { choices });
  }
  return answers;
}
