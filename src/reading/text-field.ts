/** What a row holds is hostile until it has been read as text. */
import { cleanText, nearestName, normaliseText } from '../core/text.js';
import { valueAt } from './field-path.js';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Also of the text's compatibility form (Unicode NFKC), which an encoder may see and which can be eighteen times as
 * long.
 */
export const maxTextLength = 20_000;
/** Of a label, a domain, a source. */
export const maxNameLength = 200;

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export interface FieldToRead {
  readonly field: string;
  readonly maxLength: number;
  /** What the caller calls the parameter that names the field, for hints. */
  readonly parameter?: string;
}

/** `cleaned`: the field held invisible or control characters, which are removed. */
export type ReadText = { readonly value: string; readonly cleaned: boolean } | { readonly reason: string };

/** The field as normalised text, or why it is none. */
export function readTextField(fields: Fields, { field, maxLength, parameter }: FieldToRead): ReadText {
  const found = valueAt(fields, field);
  if (found === undefined) return { reason: reasonOfMissing(fields, field, parameter) };
  if (found === null) return { reason: 'the field is null' };
  if (typeof found === 'number' && Number.isFinite(found)) return { value: String(found), cleaned: false };
  if (typeof found !== 'string') return { reason: `the field is ${kindOf(found)}, not text` };
  const clean = cleanText(found);
  const value = normaliseText(clean);
  if (value === '') return { reason: 'the field is empty' };
  if (value.length > maxLength)
    return { reason: `the field has ${value.length} characters; at most ${maxLength} are taken` };
  // No character has a longer compatibility form than U+FDFA.
  if (value.length * 18 > maxLength && value.normalize('NFKC').length > maxLength)
    return {
      reason: `the field has more than ${maxLength} characters once it is in its compatibility form (Unicode NFKC)`,
    };
  return { value, cleaned: clean !== found };
}

const mostNamed = 12;

/** "the row has no field `text`; it has `txt` and `label`: name one with `textField`" */
export function reasonOfMissing(fields: Fields, field: string, parameter: string | undefined): string {
  const names = Object.keys(fields).map((name) => cleanText(name).slice(0, maxNameLength));
  if (names.length === 0) return `the row has no field \`${field}\`, and no other`;
  const near = nearestName(field, names.slice(0, mostNamed));
  const shown = names.slice(0, mostNamed).map((name) => `\`${name}\``);
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  const advice = parameter === undefined ? '' : `: name one with ${parameter}${near === undefined ? '' : ` ${near}`}`;
  return `the row has no field \`${field}\`; it has ${shown.join(', ')}${more}${advice}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'boolean' ? `the boolean ${value}` : `an ${typeof value}`;
}
