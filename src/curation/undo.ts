/** Takes an edit back: what it changed holds again as before, unless something else has changed since. */
import { EspalierError } from '../core/errors.js';
import type { Store } from '../store/database.js';
import { type Edit, findEdit, listRenamesOfEdit, type Rename } from '../store/edits.js';
import { listRevisionsOfEdit, type Standing } from '../store/revisions.js';
import type { EditRequest } from './edit-request.js';

/** @throws EDIT_NOT_FOUND, EDIT_UNDONE, and of each example that was changed again EDIT_OVERTAKEN */
export async function undoEdit(
  store: Store,
  adapter: string,
  id: number,
): Promise<Omit<EditRequest, 'reason' | 'actor' | 'at'>> {
  const edit = await findEdit(store.queries, adapter, id);
  if (!edit) throw new EspalierError('EDIT_NOT_FOUND', `${adapter} has no edit ${id}`);
  if (edit.undoneBy !== null)
    throw new EspalierError('EDIT_UNDONE', `edit ${id} was taken back by edit ${edit.undoneBy}`);
  const revisions = new Map((await listRevisionsOfEdit(store.queries, id)).map((one) => [one.exampleId, one]));
  return {
    adapter,
    act: 'undo',
    summary: `undo edit ${id}: ${edit.summary}`,
    undoes: id,
    ids: [...revisions.keys()],
    change(example, standing) {
      const { before, after } = revisions.get(example.id)!;
      for (const field of Object.keys(after) as (keyof Standing)[])
        if (standing[field] !== after[field])
          throw new EspalierError('EDIT_OVERTAKEN', `example ${example.id} was changed again after edit ${id}`);
      return before;
    },
    renames: await reversed(store, edit),
  };
}

/** A label that was renamed as a whole gets its name back as a whole. Labels that were merged are parted by example. */
async function reversed({ queries }: Store, { id, act }: Edit): Promise<Rename[]> {
  const renames = await listRenamesOfEdit(queries, id);
  const isWhole = new Set(renames.map(({ task, to }) => `${task}/${to}`)).size === renames.length;
  return act === 'merge labels' || !isWhole ? [] : renames.map(({ task, from, to }) => ({ task, from: to, to: from }));
}
