/**
 * Argilla's records as JSON lines or as an array: with columns such as `label.responses` (version 2, as its data sets
 * have them), with `fields` and `responses` (its records), and with `annotation` (version 1). Only submitted responses
 * are read; suggestions and predictions never.
 */
import { majorityOf, questionOf } from '../annotators.js';
import { beginningOf } from '../beginning.js';
import type { InputFormat, ReadRequest } from '../format.js';
import type { InputFile } from '../input-file.js';
import { firstObjectKeys, shapeOf } from '../json-shape.js';
import type { Row } from '../row.js';
import { type Fields, isObject } from '../text-field.js';
import { json } from './json.js';
import { jsonl } from './jsonl.js';

export const argilla: InputFormat = {
  name: 'argilla',
  isText: true,
  recognises: (beginning) => {
    const keys = firstObjectKeys(beginning);
    const isFlat = [...keys].some((key) => key.endsWith(responsesSuffix) || key.endsWith('.suggestion'));
    return isFlat || (keys.has('fields') && keys.has('responses')) || (keys.has('annotation') && keys.has('status'));
  },
  read: readRecords,
};

const responsesSuffix = '.responses';

async function* readRecords(file: InputFile, request: ReadRequest): AsyncIterable<Row> {
  const { read } = shapeOf(await beginningOf(file.path)) === 'values' ? json : jsonl;
  const questions = new Set<string>();
  for await (const { content } of read(file, request))
    if ('fields' in content) for (const { question } of responsesOf(content.fields)) questions.add(question);
  const question = questionOf(questions, request, file.name);
  for await (const row of read(file, request))
    yield 'unreadable' in row.content ? row : readRecord(row, row.content.fields, question, request.columns.label);
}

function readRecord(row: Row, record: Fields, question: string | undefined, label = 'label'): Row {
  const submitted = responsesOf(record).filter((response) => response.question === question && response.isSubmitted);
  if (submitted.length === 0) return { ...row, content: { unreadable: 'the record has no submitted response' } };
  const agreed = majorityOf(submitted.map(({ value }) => value));
  if ('reason' in agreed) return { ...row, content: { unreadable: agreed.reason } };
  // What the record's status says, the responses have said; a status that is read as void would say it again.
  const { fields, status: _, ...others } = record;
  const content = { fields: { ...others, ...(isObject(fields) && fields), [label]: agreed.answer } };
  return agreed.agreement ? { ...row, content, agreement: agreed.agreement } : { ...row, content };
}

interface Response {
  readonly question: string;
  readonly value: unknown;
  readonly isSubmitted: boolean;
}

function responsesOf(record: Fields): Response[] {
  const { responses, annotation, status } = record;
  if (Array.isArray(responses)) return responses.filter(isObject).flatMap(responsesOfUser);
  if (isObject(responses))
    return Object.entries(responses).flatMap(([question, given]) => responsesTo(question, given, record));
  const flat = Object.keys(record).filter((key) => key.endsWith(responsesSuffix));
  if (flat.length > 0) return flat.flatMap((key) => flatResponses(key, record));
  if (annotation === undefined || annotation === null) return [];
  return [{ question: 'annotation', value: labelsOf(annotation), isSubmitted: status === 'Validated' }];
}

/** `{ "status": "submitted", "values": { "label": { "value": "refund" } } }` */
function responsesOfUser({ status, values }: Fields): Response[] {
  if (!isObject(values)) return [];
  return Object.entries(values).flatMap(([question, given]) =>
    isObject(given) ? { question, value: given.value, isSubmitted: status === 'submitted' } : [],
  );
}

/** `[{ "value": "refund", "user_id": "ada" }]`; without a status of its own a response has that of its record. */
function responsesTo(question: string, given: unknown, record: Fields): Response[] {
  return (Array.isArray(given) ? given.filter(isObject) : []).map(({ value, status }) => ({
    question,
    value,
    isSubmitted: isSubmitted(status, record),
  }));
}

/** `label.responses` holds one value of each annotator, `label.responses.status` its status. */
function flatResponses(key: string, record: Fields): Response[] {
  const question = key.slice(0, -responsesSuffix.length);
  const [values, statuses] = [record[key], record[`${key}.status`]];
  return (Array.isArray(values) ? values : []).map((value, index) => ({
    question,
    value,
    isSubmitted: isSubmitted(Array.isArray(statuses) ? statuses[index] : undefined, record),
  }));
}

function isSubmitted(status: unknown, record: Fields): boolean {
  return status === undefined ? record.status === 'completed' : status === 'submitted';
}

/** `"refund"`, `["refund"]` or `[{ "label": "refund", "score": 1 }]` */
function labelsOf(annotation: unknown): unknown {
  return Array.isArray(annotation) ? annotation.map((item) => (isObject(item) ? item.label : item)) : annotation;
}
