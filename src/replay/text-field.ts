/** What a row holds is hostile until it has been read as text. */
import { findControlCharacter, nearestName, normaliseText } from '../core/text.js';

export const maxTextLength = 20_000;
/** Of a label, a domain, a source. */
export const maxNameLength = 200;

/** The field as normalised text, or why it is none. */
export function readTextField(
  fields: Readonly<Record<string, unknown>>,
  field: string,
  maxLength: number,
): { value: string } | { reason: string } {
  const found = fields[field];
  if (found === null) return { reason: 'the field is null' };
  if (found === undefined) {
    const near = nearestName(field, Object.keys(fields));
    return { reason: `the row has no field \`${field}\`${near === undefined ? '' : `; it has \`${near}\``}` };
  }
  if (typeof found !== 'string' && typeof found !== 'number') return { reason: 'the field is not text' };
  const control = findControlCharacter(String(found));
  if (control) return { reason: `the field holds the control character ${control}` };
  const value = normaliseText(String(found));
  if (value === '') return { reason: 'the field is empty' };
  if (value.length > maxLength) return { reason: `the field has ${value.length} characters; at most ${maxLength} are taken` };
  return { value };
}
