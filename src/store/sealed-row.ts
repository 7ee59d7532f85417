/**
 * Detects rows that a disk or a person has changed outside of Espalier: by their checksum or their form, when they are
 * read.
 */
import { checksum } from '../core/checksum.js';
import { type ErrorDetails, EspalierError } from '../core/errors.js';

export type ColumnValue = string | number | null;

/**
 * CRC-32 of the values of a row, in a fixed order. It omits values that SQLite does not return unchanged: numbers that
 * are not finite, unpaired surrogates.
 */
export function sealValues(values: readonly ColumnValue[]): number {
  return checksum(values.map(sealedText).join('\u0000'));
}

/** Adds the checksum of a row to the sum of others: the same sum in whatever order the rows come. */
export const addSeal = (sum: number, seal: number): number => (sum + seal) % sumLimit;

/** With one more checksum a sum is still exact. */
const sumLimit = 2 ** 48;

/** SQLite stores numbers that are not finite as NULL or unchanged, and returns an unpaired surrogate as U+FFFD. */
function sealedText(value: ColumnValue): string {
  if (value === null) return '-';
  if (typeof value === 'string') return `=${value.replace(unpaired, '')}`;
  return Number.isFinite(value) ? `=${value}` : '-';
}

const unpaired = /\p{Surrogate}|\ufffd/gu;

/** Called for a row that was changed; `what` names it. */
export type OnChanged = (what: string) => void;

/** @throws STORE_CORRUPT */
export const refuseChanged: OnChanged = (what) => {
  throw changedRow(what);
};

/** Whether a row is as it was written. Rows stored before checksums existed have none, and count as unchanged. */
export function isSealed(seal: number | null, values: readonly ColumnValue[]): boolean {
  return seal === null || seal === sealValues(values);
}

/**
 * Parses a column of JSON text; text that is not JSON is always an error. @param what names the row. @throws
 * STORE_CORRUPT
 */
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
