/** What an intake must have taken, and how many rows it may reject. */
import { EspalierError } from '../core/errors.js';
import type { IntakeReport, IntakeRequest } from './intake-report.js';

/** Rows that the filters left. */
export function rowsOf({ accepted, duplicates, nearDuplicates, rejected }: IntakeReport): number {
  return accepted + duplicates + (nearDuplicates?.skipped ?? 0) + rejected;
}

/** @throws TOO_MANY_REJECTED */
export function requireFewRejected(
  { rejected }: IntakeReport,
  { maxRejected, rejectsFile }: IntakeRequest,
  rows: number,
): void {
  if (maxRejected === undefined) return;
  if ('rows' in maxRejected ? rejected <= maxRejected.rows : rejected <= maxRejected.share * rows) return;
  const limit = 'rows' in maxRejected ? `${maxRejected.rows}` : `${maxRejected.share * 100} %`;
  const counted =
    'rows' in maxRejected
      ? `more than ${limit} rows were rejected`
      : `${rejected} of ${rows} rows were rejected, more than ${limit}`;
  throw new EspalierError('TOO_MANY_REJECTED', `${counted}; nothing was stored`, {
    hint: `Read ${rejectsFile}: it names line, field and reason of each row. Mend the rows, or raise \`maxRejected\`.`,
    parameters: ['maxRejected'],
  });
}

/**
 * An intake may be repeated: that most rows are there already is no error.
 * @throws INPUT_REJECTED, NOTHING_TAKEN, INPUT_EMPTY
 */
export function requireTaken(
  { accepted, duplicates, nearDuplicates, rejected, filtered, rejectsFile }: IntakeReport,
  first: string | undefined,
): void {
  if (accepted > 0) return;
  const known = duplicates + (nearDuplicates?.skipped ?? 0);
  if (rejected > known) {
    const which =
      known > 0
        ? `${rejected} rows were rejected and ${known} were there already`
        : `all ${rejected} rows were rejected`;
    const hint = `Read ${rejectsFile}: it names line, field and reason of each row. Of files of other tools docs/commands.md makes rows.`;
    throw new EspalierError('INPUT_REJECTED', `${which}; the first: ${first}`, { hint });
  }
  if (filtered > 0 && known === 0) throw new EspalierError('NOTHING_TAKEN', `\`where\` left out all ${filtered} rows`);
  if (known === 0) throw new EspalierError('INPUT_EMPTY', 'the input holds no rows: only a header, or an empty array');
}
