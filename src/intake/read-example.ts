/** Reads the example of a row, or says why it is none. Knows nothing of the store. */
import { sha256 } from '../core/hash.js';
import { labelsIn } from '../core/label-sets.js';
import { cleanText, nearestName, normaliseText, sameTextForm, sameTextHash } from '../core/text.js';
import { byName } from '../core/wording.js';
import type { Task } from '../declaration/tasks.js';
import { namesIn, valueAt } from '../reading/field-path.js';
import { readLabelField, readLabelsField } from '../reading/label-field.js';
import type { Row } from '../reading/row.js';
import { type Fields, maxNameLength, maxTextLength, type ReadText, readTextField } from '../reading/text-field.js';
import { readTimeField } from '../reading/time-field.js';
import { reasonOfVoid, voidFields } from '../reading/void-rows.js';
import type { NewExample } from '../store/examples.js';
import type { FieldValue, IntakeRequest } from './intake-report.js';
import type { LabelBook } from './label-book.js';

export type ReadRow =
  | { readonly example: NewExample; readonly cleanedText: boolean; readonly cleanedLabel: boolean }
  | { readonly reason: string; readonly field?: string; readonly leaked?: true }
  | 'filtered';

export interface RowReader {
  /** @param original the row before personal data was taken out of it */
  read(row: Row, original?: Row): ReadRow;
  /** Fields that the rows had so far and nothing was read from, in the order in which they came. */
  notRead(): string[];
}

const mostNotRead = 50;

export function openRowReader(request: IntakeRequest, task: Task, labels: LabelBook): RowReader {
  const { fields: names, where = [] } = request;
  const paths = [...Object.values(names), ...where.map(({ field }) => field)];
  const asked = new Set(paths.flatMap((path) => (path === undefined ? [] : namesIn(path))));
  const isRead = (field: string) => asked.has(field);
  const notRead = new Set<string>();
  const said = { domain: readSaid(request.domain), source: readSaid(request.source) };
  const reading = { request, task, labels, said, receivedAt: { value: request.now.toISOString(), cleaned: false } };
  return {
    read(row, original = row) {
      if ('unreadable' in row.content) return { reason: row.content.unreadable };
      const { fields } = row.content;
      for (const field in fields) if (!asked.has(field) && notRead.size < mostNotRead) notRead.add(field);
      const unredacted = 'fields' in original.content ? original.content.fields : fields;
      if (!where.every((wanted) => hasValue(unredacted, wanted))) return 'filtered';
      const reason = reasonOfVoid(fields, isRead);
      if (reason !== undefined) return { reason };
      const leaked = unredacted === fields ? undefined : leakOf(unredacted, request);
      if (leaked) return leaked;
      return readExample(row, fields, names.time === undefined ? reading : withTime(reading, fields, unredacted));
    },
    notRead: () =>
      [...notRead].filter((field) => !voidFields.includes(field)).map((field) => normaliseText(cleanText(field))),
  };
}

/** A text that a suite asks as it stands in the data is kept out, although it is stored otherwise. */
function leakOf(fields: Fields, { fields: names, evalTexts }: IntakeRequest): ReadRow | undefined {
  const text = readTextField(fields, { field: names.text, maxLength: maxTextLength });
  const suite = 'reason' in text ? undefined : evalTexts.get(sameTextHash(text.value));
  return suite === undefined ? undefined : leakedTo(suite, names.text);
}

function leakedTo(suite: string, field: string): ReadRow {
  const reason = `the text is a case of the eval suite \`${suite}\`: training on it would make that suite blind`;
  return { field, reason, leaked: true };
}

function hasValue(fields: Fields, { field, value }: FieldValue): boolean {
  const found = valueAt(fields, field);
  if (found === undefined) return false;
  return normaliseText(typeof found === 'object' ? JSON.stringify(found) : String(found)) === normaliseText(value);
}

interface Reading {
  readonly request: IntakeRequest;
  readonly task: Task;
  readonly labels: LabelBook;
  /** Domain and source of rows that say none. */
  readonly said: { readonly domain: ReadText | undefined; readonly source: ReadText | undefined };
  readonly receivedAt: ReadText;
}

function readExample(row: Row, fields: Fields, { request, task, labels, said, receivedAt }: Reading): ReadRow {
  const { fields: names, evalTexts, wording = byName } = request;
  const text = readTextField(fields, { field: names.text, maxLength: maxTextLength, parameter: wording('textField') });
  if ('reason' in text) return { field: names.text, reason: text.reason };
  const read = task.multiLabel ? readLabelsField : readLabelField;
  const answer = read(fields, { field: names.label, parameter: wording('labelField') }, labels);
  if ('reason' in answer) return { field: names.label, reason: answer.reason };
  const strange =
    task.labels === 'open' ? undefined : labelsIn(task, answer.value).find((label) => !labels.declared.has(label));
  if (strange !== undefined) return { field: names.label, reason: undeclared(strange, [...labels.declared]) };
  const domain = readName(fields, names.domain, { parameter: wording('domainField'), otherwise: said.domain });
  if ('reason' in domain) return { field: names.domain ?? 'domain', reason: domain.reason };
  const source = readName(fields, names.source, { parameter: wording('sourceField'), otherwise: said.source });
  if ('reason' in source) return { field: names.source ?? 'source', reason: source.reason };
  if ('reason' in receivedAt) return { field: names.time ?? 'time', reason: receivedAt.reason };
  const form = sameTextForm(text.value);
  // textHash of a text that is normalised already.
  const hash = sha256(text.value);
  const twin = form === text.value ? hash : sha256(form);
  const suite = evalTexts.get(twin);
  if (suite !== undefined) return leakedTo(suite, names.text);
  const example: NewExample = {
    task: task.name,
    text: text.value,
    hash,
    twin,
    label: answer.value,
    domain: domain.value,
    source: source.value,
    receivedAt: receivedAt.value,
    split: 'train',
    provenance: { file: row.file, line: row.line, ...(row.agreement && { agreement: row.agreement }) },
  };
  return { example, cleanedText: text.cleaned, cleanedLabel: answer.cleaned };
}

/**
 * Digits of a time may look like a phone number: it is read from the row as it stood. A reason quotes the value, and so
 * comes from the redacted row.
 */
function withTime(reading: Reading, fields: Fields, unredacted: Fields): Reading {
  const { fields: names, now, wording = byName } = reading.request;
  const place = { field: names.time!, parameter: wording('timeField'), now };
  const asItStood = readTimeField(unredacted, place);
  return { ...reading, receivedAt: 'reason' in asItStood ? readTimeField(fields, place) : asItStood };
}

function undeclared(label: string, declared: readonly string[]): string {
  const near = nearestName(label, declared);
  return `the label \`${label}\` is not declared${near === undefined ? '' : `; the nearest is \`${near}\``}`;
}

/** A domain or a source: of the named field, or what was said for all rows. */
function readName(
  fields: Fields,
  field: string | undefined,
  { parameter, otherwise }: { parameter: string; otherwise: ReadText | undefined },
): ReadText {
  if (field === undefined) return otherwise ?? { reason: `the row has none, and ${parameter} names no field` };
  const found = valueAt(fields, field);
  const isThere =
    found !== undefined && found !== null && !(typeof found === 'string' && normaliseText(cleanText(found)) === '');
  return isThere || otherwise === undefined
    ? readTextField(fields, { field, maxLength: maxNameLength, parameter })
    : otherwise;
}

function readSaid(name: string | undefined): ReadText | undefined {
  return name === undefined ? undefined : readTextField({ name }, { field: 'name', maxLength: maxNameLength });
}
