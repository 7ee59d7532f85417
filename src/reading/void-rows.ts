/** Rows that an annotator rejected, skipped or discarded: their label is wrong or missing, whatever it says. */
import type { Fields } from './text-field.js';

const voids: readonly [field: string, values: readonly string[]][] = [
  ['answer', ['reject', 'ignore']],
  ['was_cancelled', ['true', '1']],
  ['status', ['discarded']],
  ['skipped', ['true', '1']],
  ['Skipped', ['true', '1']],
  ['is_skipped', ['true', '1']],
  ['is_rejected', ['true', '1']],
];

export const voidFields = voids.map(([field]) => field);

/**
 * Why the row counts as void; undefined where it does not. A field that is read for something else says nothing of
 * that.
 */
export function reasonOfVoid(fields: Fields, isRead: (field: string) => boolean): string | undefined {
  for (const [field, values] of voids) {
    const value = fields[field];
    if (value === undefined || isRead(field) || !values.includes(String(value).toLowerCase())) continue;
    return `the row's \`${field}\` is \`${String(value)}\`: its annotator did not accept it`;
  }
  return undefined;
}
