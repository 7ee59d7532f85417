/** The tables `edits` and `renames`: one command that changed examples, and labels that it renamed as a whole. */
import { sql } from 'kysely';
import type { Queries, Transaction } from './store.js';

export type EditAct =
  | 'pin'
  | 'unpin'
  | 'quarantine'
  | 'release'
  | 'relabel'
  | 'weigh'
  | 'note'
  | 'rename label'
  | 'merge labels'
  | 'split label'
  | 'retire label'
  | 'undo';

export interface Edit {
  readonly id: number;
  readonly act: EditAct;
  /** What it was asked to do, in words. */
  readonly summary: string;
  readonly reason: string;
  readonly actor: string;
  readonly at: string;
  /** Number of examples that it changed. */
  readonly examples: number;
  /** The edit that it takes back. */
  readonly undoes: number | null;
  /** The edit that took it back. */
  readonly undoneBy: number | null;
}

export type NewEdit = Omit<Edit, 'id' | 'undoneBy' | 'examples'>;

/** @returns the number of the edit */
export async function insertEdit(transaction: Transaction, adapter: string, edit: NewEdit): Promise<number> {
  const { id } = await transaction
    .insertInto('edits')
    .values({ ...edit, adapter, examples: 0, revision: 0 })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Records what the edit came to: the number of examples that it changed, and its last revision. */
export async function finishEdit(
  transaction: Transaction,
  id: number,
  done: { readonly examples: number; readonly revision: number },
): Promise<void> {
  await transaction.updateTable('edits').set(done).where('id', '=', id).execute();
}

export async function findEdit(queries: Queries, adapter: string, id: number): Promise<Edit | undefined> {
  const row = await selectEdits(queries)
    .where('edits.adapter', '=', adapter)
    .where('edits.id', '=', id)
    .executeTakeFirst();
  return row && editOf(row);
}

/** The last edits of an adapter, the newest first. */
export async function listEdits(queries: Queries, adapter: string, limit: number): Promise<Edit[]> {
  const rows = await selectEdits(queries)
    .where('edits.adapter', '=', adapter)
    .orderBy('edits.id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(editOf);
}

const selectEdits = (queries: Queries) =>
  queries
    .selectFrom('edits')
    .leftJoin('edits as undo', 'undo.undoes', 'edits.id')
    .select(['edits.id', 'edits.act', 'edits.summary', 'edits.reason', 'edits.actor', 'edits.at'])
    .select(['edits.examples', 'edits.undoes', 'undo.id as undoneBy']);

type EditRow = Omit<Edit, 'act'> & { readonly act: string };

const editOf = (row: EditRow): Edit => ({ ...row, act: row.act as EditAct });

/** A label of a task that has another name now. */
export interface Rename {
  readonly task: string;
  readonly from: string;
  readonly to: string;
}

export async function saveRenames(transaction: Transaction, editId: number, renames: readonly Rename[]): Promise<void> {
  if (renames.length === 0) return;
  const rows = renames.map(({ task, from, to }) => ({ edit_id: editId, task, label_from: from, label_to: to }));
  await transaction.insertInto('renames').values(rows).execute();
}

export async function listRenamesOfEdit(queries: Queries, editId: number): Promise<Rename[]> {
  const rows = await queries
    .selectFrom('renames')
    .select(['task', 'label_from as from', 'label_to as to'])
    .where('edit_id', '=', editId)
    .orderBy('task')
    .orderBy('label_from')
    .execute();
  return rows;
}

/**
 * The renames of the edits with a revision in (after, through], in the order of the edits. An edit that was taken back
 * in the same range counts as if neither it nor the one that took it back had been.
 */
export async function listRenames(
  queries: Queries,
  { adapter, after, through }: { readonly adapter: string; readonly after: number; readonly through: number },
): Promise<Rename[]> {
  const edits = await queries
    .selectFrom('edits')
    .select(['id', 'undoes'])
    .where('adapter', '=', adapter)
    .where('revision', '>', after)
    .where('revision', '<=', through)
    .where(sql<boolean>`(undoes is not null or exists (select 1 from renames where edit_id = edits.id))`)
    .orderBy('revision')
    .execute();
  const standing = new Set<number>();
  for (const { id, undoes } of edits) if (undoes === null || !standing.delete(undoes)) standing.add(id);
  const renames: Rename[] = [];
  for (const id of standing) for (const one of await listRenamesOfEdit(queries, id)) renames.push(one);
  return renames;
}
