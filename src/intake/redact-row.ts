/** Redacts a row as it was read, before anything of it is kept: its fields, its raw form, its reason and its file's name. */
import type { Row } from '../reading/row.js';
import type { Redactor } from './redact.js';

export function redactRow(row: Row, redactor: Redactor): Row {
  const file = redactor.text(row.file);
  if ('unreadable' in row.content) {
    const content = { unreadable: redactor.text(row.content.unreadable) };
    return { ...row, file, content, raw: redactor.text(withoutEscapes(row.raw)) };
  }
  const fields = redactor.value(row.content.fields) as Readonly<Record<string, unknown>>;
  // The raw form may hide a character in an escape; written anew it holds what was redacted.
  return { ...row, file, content: { fields }, raw: JSON.stringify(fields) };
}

/** JSON may write any character as an escape. */
function withoutEscapes(raw: string): string {
  return raw.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
