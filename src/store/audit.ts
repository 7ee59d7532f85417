import type { Queries } from './database.js';

export interface Act {
  readonly at: Date;
  readonly actor: string;
  /** A verb in the past: "ingested", "approved". */
  readonly act: string;
  readonly adapter: string;
  readonly subject: string;
  readonly detail?: unknown;
}

/** Appends one row; called in the transaction of the act itself, so that none happens without the other. */
export async function recordAct(queries: Queries, { at, detail = {}, ...act }: Act): Promise<void> {
  await queries
    .insertInto('audit')
    .values({ ...act, at: at.toISOString(), detail: JSON.stringify(detail) })
    .execute();
}
