/**
 * The table `audit`: who did what, through which interface, and when. Rows are appended, and each is chained to the
 * previous one.
 */
import { auditHash, firstPrevious } from './audit-chain.js';
import type { Queries, Transaction } from './store.js';

/** Every act that is recorded. Decisions have the same names as in the table `decisions`. */
export type ActName =
  | 'ingested'
  | 'proposed'
  | 'approve'
  | 'override'
  | 'reject'
  | 'rollback'
  | 'reselected'
  | 'pruned'
  | 'edited'
  | 'erased'
  | 'queued'
  | 'named'
  | 'dropped';

/** The person or program that acts, and the interface used. */
export interface Principal {
  readonly name: string;
  readonly via: 'cli' | 'library' | 'schedule';
}

export interface Act {
  readonly at: Date;
  readonly principal: Principal;
  readonly act: ActName;
  readonly adapter: string;
  readonly subject: string;
  readonly detail?: unknown;
}

/** Appends one row, in the transaction of the act itself, so that neither happens without the other. */
export async function recordAct(
  transaction: Transaction,
  { at, principal, act, adapter, subject, detail = {} }: Act,
): Promise<void> {
  const { name: actor, via } = principal;
  const newest = transaction.selectFrom('audit').select(({ fn }) => fn.max('id').as('id'));
  const last = await transaction.selectFrom('audit').select('hash').where('id', '=', newest).executeTakeFirst();
  const previous = last?.hash ?? firstPrevious;
  const row = { at: at.toISOString(), actor, via, act, adapter, subject, detail: JSON.stringify(detail), previous };
  await transaction
    .insertInto('audit')
    .values({ ...row, hash: auditHash(row) })
    .execute();
}

/** The last act of that name on a subject. */
export async function findAct(
  queries: Queries,
  { adapter, act, subject }: Pick<Act, 'adapter' | 'act' | 'subject'>,
): Promise<{ readonly detail: unknown } | undefined> {
  const row = await queries
    .selectFrom('audit')
    .select('detail')
    .where('adapter', '=', adapter)
    .where('act', '=', act)
    .where('subject', '=', subject)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { detail: JSON.parse(row.detail) as unknown };
}

/** The `subject` of a version in the audit. */
export const versionSubject = (version: number) => `version ${version}`;

/** Versions of the adapter that were deliberately removed. */
export async function findPrunedVersions(queries: Queries, adapter: string): Promise<ReadonlySet<number>> {
  const rows = await queries
    .selectFrom('audit')
    .select('subject')
    .where('adapter', '=', adapter)
    .where('act', '=', 'pruned')
    .execute();
  return new Set(rows.flatMap(({ subject }) => /^version (\d+)$/.exec(subject)?.[1] ?? []).map(Number));
}
