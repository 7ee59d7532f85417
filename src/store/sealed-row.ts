/**
 * Rows that a disk or a hand has changed outside of Espalier: they are found when they are read, by their checksum or
 * by their form.
 */
import { checksum } from '../core/checksum.js';
import { type ErrorDetails, EspalierError } from '../core/errors.js';

export type ColumnValue = string | number | null;

/**
 * CRC-32 of the values of a row, in a fixed order. What SQLite does not give back as it was given has no part in it: a
 * number that is not finite, half of a surrogate pair.
 */
export function sealValues(values: readonly ColumnValue[]): number {
  return checksum(values.map(sealedText).join('\u0000'));
}

/** SQLite keeps what is not finite as NULL or as it is, and gives half of a surrogate pair back as U+FFFD. */
function sealedText(value: ColumnValue): string {
  if (value === null) return '-';
  if (typeof value === 'string') return `=${value.replace(unpaired, '')}`;
  return Number.isFinite(value) ? `=${value}` : '-';
}

const unpaired = /\p{Surrogate}|\ufffd/gu;

/** What is done about a row that was changed; `what` names it. */
export type OnChanged = (what: string) => void;

/** @throws STORE_CORRUPT */
export const refuseChanged: OnChanged = (what) => {
  throw changedRow(what);
};

/** Whether a row is as it was written. Rows from before there were checksums have none, and count as such. */
export function isSealed(seal: number | null, values: readonly ColumnValue[]): boolean {
  return seal === null || seal === sealValues(values);
}

/** A column of JSON text; nothing can be done where it is none. @param what names the row. @throws STORE_CORRUPT */
export function readJson(text: string, what: string, onChanged: OnChanged = refuseChanged): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    onChanged(what);
    throw changedRow(what, { cause });
  }
}

export function changedRow(
  what: string,
  details: Pick<ErrorDetails, 'cause' | 'hint' | 'parameters'> = {},
): EspalierError {
  return new EspalierError('STORE_CORRUPT', `${what} is not what was stored: it was changed outside of Espalier`, {
    hint: 'Restore the database from a backup: nothing is trained, judged or decided on a changed row.',
    ...details,
  });
}
