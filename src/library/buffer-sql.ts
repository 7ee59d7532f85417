/** Asks the database of the workspace in SQL, read-only and within bounds. */
import { EspalierError } from '../core/errors.js';
import type { QueryResult } from '../store/read-only-query.js';
import type { Site } from './site.js';

export interface SqlSettings {
  /** After so many the query is ended; usually 10. */
  readonly seconds?: number | undefined;
  /** At most so many rows come back; usually 1,000. */
  readonly rows?: number | undefined;
}

export const usualSql = { seconds: 10, rows: 1000 } as const;

/** @throws SQL_INVALID, SQL_WRITES, SQL_TOO_SLOW, INTERRUPTED, USAGE */
export function querySql(
  { store, signal }: Pick<Site, 'store' | 'signal'>,
  sql: string,
  { seconds = usualSql.seconds, rows = usualSql.rows }: SqlSettings = {},
): Promise<QueryResult> {
  requireWithin('seconds', seconds, 3600);
  requireWithin('rows', rows, 1_000_000);
  return store.engine.query({ sql, seconds, rows, signal });
}

function requireWithin(parameter: keyof SqlSettings, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new EspalierError('USAGE', `\`${parameter}\` is a whole number from 1 to ${most}, not ${value}`, {
    hint: `Give \`${parameter}\` as ${usualSql[parameter]}, or leave it out.`,
    parameters: [parameter],
  });
}
