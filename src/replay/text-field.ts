/** What a row holds is hostile until it has been read as text. */
import { writeLabelSet } from '../core/label-sets.js';
import { findControlCharacter, nearestName, normaliseText } from '../core/text.js';

export const maxTextLength = 20_000;
/** Of a label, a domain, a source. */
export const maxNameLength = 200;

/** Of one text. */
const maxLabels = 100;

/** What parts the labels of a set in a cell of a CSV file. */
const separator = '|';

/** The field as a set of labels in its one form, a list or a CSV cell that a bar parts, or why it is none. */
export function readLabelsField(fields: Readonly<Record<string, unknown>>, field: string): { value: string } | { reason: string } {
  const found = fields[field];
  if (!Array.isArray(found) && typeof found !== 'string') {
    const text = readTextField(fields, field, maxNameLength);
    return 'reason' in text ? text : { reason: 'the field is not a list of labels' };
  }
  const parts = Array.isArray(found) ? found : found.split(separator).filter((part, _, all) => all.length > 1 || part.trim() !== '');
  if (parts.length > maxLabels) return { reason: `the field has ${parts.length} labels; at most ${maxLabels} are taken` };
  const labels: string[] = [];
  for (const [index, part] of parts.entries()) {
    const label = readTextField({ [field]: part }, field, maxNameLength);
    if ('reason' in label) return { reason: `label ${index + 1}: ${label.reason}` };
    if (labels.includes(label.value)) return { reason: `the label \`${label.value}\` stands there twice` };
    labels.push(label.value);
  }
  return { value: writeLabelSet(labels) };
}

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
