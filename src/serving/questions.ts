/**
 * Reads the texts to answer: one question a line, as plain lines or JSON lines. A line without a text keeps its place,
 * with the reason.
 */
import { type Line, linesOf } from '../core/lines.js';
import { byName, type Wording } from '../core/wording.js';
import { maxLineBytes } from '../reading/row.js';
import { maxTextLength, readTextField } from '../reading/text-field.js';

export const questionFormats = ['lines', 'jsonl'] as const;
export type QuestionFormat = (typeof questionFormats)[number];

export interface Question {
  /** The text as written; empty if there is none. */
  readonly text: string;
  /** The text to encode, or the reason why there is none. */
  readonly content: { readonly value: string } | { readonly reason: string };
  /** The fields of a JSON line, to be returned with the answer. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface QuestionOptions {
  readonly format: QuestionFormat;
  /** The field of a JSON line that holds the text. */
  readonly textField: string;
  readonly wording?: Wording;
}

/** Maximum number of waiting questions that are answered together. */
const largestBatch = 64;

/**
 * Yields the questions of a stream in order, those already available together. A question never waits for a later one.
 */
export async function* readQuestions(
  source: AsyncIterable<Buffer | string>,
  options: QuestionOptions,
): AsyncIterable<Question[]> {
  let isFirst = true;
  for await (const lines of linesOf(source, maxLineBytes)) {
    for (let start = 0; start < lines.length; start += largestBatch) {
      const batch = lines.slice(start, start + largestBatch);
      yield batch.map((line, index) => questionOfLine(line, options, isFirst && index === 0));
      isFirst = false;
    }
  }
}

/** The question for a single text. */
export function questionOf(text: string): Question {
  const read = readTextField({ text }, { field: 'text', maxLength: maxTextLength });
  if ('value' in read) return { text, content: read };
  // A text that is too long is not repeated in the answer.
  return { text: text.length > maxTextLength ? '' : text, content: { reason: ofTheText(read.reason) } };
}

const byteOrderMark = '\ufeff';

function questionOfLine(line: Line, options: QuestionOptions, isFirst: boolean): Question {
  if ('bytes' in line) return unanswerable(`the line has ${line.bytes} bytes; at most ${maxLineBytes} are read`);
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line.content);
  } catch {
    return unanswerable('the line is not valid UTF-8');
  }
  if (decoded.includes('\0')) return unanswerable('the line holds zero bytes: it is not text in UTF-8');
  const raw = isFirst && decoded.startsWith(byteOrderMark) ? decoded.slice(1) : decoded;
  return options.format === 'jsonl' ? questionOfJson(raw, options) : questionOf(raw);
}

/** Accepts an object with the text in a field, or a text in quotation marks. */
function questionOfJson(raw: string, { textField, wording = byName }: QuestionOptions): Question {
  if (raw.trim() === '') return unanswerable('the line is empty');
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (thrown) {
    return unanswerable(`the line is not JSON: ${(thrown as Error).message}`);
  }
  if (typeof value === 'string') return questionOf(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return unanswerable('the line is not a JSON object');
  const fields = value as Readonly<Record<string, unknown>>;
  const found = Object.hasOwn(fields, textField) ? fields[textField] : undefined;
  const read = readTextField(fields, { field: textField, maxLength: maxTextLength, parameter: wording('textField') });
  const text = typeof found === 'string' || typeof found === 'number' ? String(found) : '';
  return { text, fields, content: 'value' in read ? read : { reason: ofTheText(read.reason) } };
}

const unanswerable = (reason: string): Question => ({ text: '', content: { reason } });

/** Rewords a reason about a field for a single text. */
function ofTheText(reason: string): string {
  return reason === 'the field is empty' ? 'empty text' : reason.replace(/^the field/, 'the text');
}
