/**
 * Changes examples that are in the store: one edit, all or nothing, with a revision of each example that it changes and a
 * row of the audit. What no edit may change (text, domain, split) is not among the fields of a standing.
 */
import { EspalierError } from '../core/errors.js';
import { type ReasonAsked, requireReason } from '../core/reason.js';
import { recordAct } from '../store/audit.js';
import { findMarks, type Marks, saveMarks, usualMarks } from '../store/curation.js';
import { type Store, type Transaction, transact } from '../store/database.js';
import { finishEdit, insertEdit, saveRenames } from '../store/edits.js';
import { type Example, listExamplesById, saveLabels } from '../store/examples.js';
import { holdRevisions, type Revision, type Standing, saveRevisions } from '../store/revisions.js';
import { countInStrata } from './counted-strata.js';
import type { Edited, EditRequest } from './edit-request.js';
import { evictQuarantined } from './quarantine.js';

export interface EditDone {
  /** Null if nothing had to be changed, so that there is no edit. */
  readonly editId: number | null;
  readonly examples: number;
}

/** Examples that are read, changed and written together: bounds memory, not the edit. */
const sliceSize = 5000;

/**
 * @throws EXAMPLE_NOT_FOUND, STORE_CORRUPT, USAGE without a reason, what `change` throws
 */
export async function applyEdit(store: Store, request: EditRequest): Promise<EditDone> {
  requireReason(request.reason, reasonOfChange);
  return transact(store, (transaction) => editWithin(transaction, store, request));
}

/** The same within a transaction that is open already. */
export async function editWithin(transaction: Transaction, store: Store, request: EditRequest): Promise<EditDone> {
  const { adapter, act, summary, reason, actor, at, undoes = null, ids, renames = [] } = request;
  let last = await holdRevisions(transaction, adapter);
  let editId: number | undefined;
  let examples = 0;
  for (let start = 0; start < ids.length; start += sliceSize) {
    const edited = await changesAmong({ ...store, queries: transaction }, request, ids.slice(start, start + sliceSize));
    if (edited.length === 0) continue;
    editId ??= await insertEdit(transaction, adapter, {
      act,
      summary,
      reason,
      actor: actor.name,
      at: at.toISOString(),
      undoes,
    });
    await writeSlice(transaction, { request, edited, editId, last });
    for (const one of edited) request.onEdited?.(one);
    last += edited.length;
    examples += edited.length;
  }
  if (editId === undefined) return { editId: null, examples: 0 };
  await finishEdit(transaction, editId, { examples, revision: last });
  await saveRenames(transaction, editId, renames);
  const detail = { edit: editId, reason, summary, examples, ...(undoes !== null && { undoes }) };
  await recordAct(transaction, { at, principal: actor, act: 'edited', adapter, subject: `edit ${editId}`, detail });
  return { editId, examples };
}

/** What `applyEdit` would change, slice by slice; nothing is written. */
export async function* previewEdit(store: Store, request: EditRequest): AsyncGenerator<Edited> {
  for (let start = 0; start < request.ids.length; start += sliceSize)
    yield* await changesAmong(store, request, request.ids.slice(start, start + sliceSize));
}

/** Of edits and erasures. */
export const reasonOfChange: ReasonAsked = { what: 'a change of the store', preview: 'change' };

/** Those of the examples that change, in order of arrival. */
async function changesAmong(store: Store, { adapter, change }: EditRequest, ids: readonly number[]): Promise<Edited[]> {
  const examples = await findExamples(store, adapter, ids);
  const marks = await findMarks(store.queries, ids);
  return examples.flatMap((example) => {
    const own = marks.get(example.id) ?? usualMarks;
    const standing = { label: example.label, ...own };
    const wanted = Object.entries(change(example, standing)) as [keyof Standing, Standing[keyof Standing]][];
    const changed = wanted.filter(([field, value]) => value !== undefined && standing[field] !== value);
    if (changed.length === 0) return [];
    const before = Object.fromEntries(changed.map(([field]) => [field, standing[field]])) as Partial<Standing>;
    return [{ example, marks: own, before, after: Object.fromEntries(changed) as Partial<Standing> }];
  });
}

/** @throws EXAMPLE_NOT_FOUND */
async function findExamples(store: Store, adapter: string, ids: readonly number[]): Promise<Example[]> {
  const examples = await listExamplesById(store, ids, adapter);
  if (examples.length === ids.length) return examples;
  const found = new Set(examples.map(({ id }) => id));
  throw new EspalierError('EXAMPLE_NOT_FOUND', `${adapter} has no example ${ids.find((id) => !found.has(id))}`);
}

interface Slice {
  readonly request: EditRequest;
  readonly edited: readonly Edited[];
  readonly editId: number;
  /** Number of the last revision before. */
  readonly last: number;
}

async function writeSlice(transaction: Transaction, { request, edited, editId, last }: Slice): Promise<void> {
  const { adapter } = request;
  const revisions = edited.map(({ example, before, after }, place): Revision => {
    return { number: last + 1 + place, editId, exampleId: example.id, before, after };
  });
  await saveRevisions(transaction, adapter, revisions);
  await saveMarks(transaction, adapter, marksAfter(edited));
  const relabelled = edited.filter(({ after }) => after.label !== undefined);
  await saveLabels(
    transaction,
    relabelled.map(({ example, after }) => ({ ...example, label: after.label! })),
  );
  await countInStrata(
    transaction,
    adapter,
    relabelled.flatMap(({ example, after }) => [
      { ...example, step: -1 },
      { ...example, label: after.label!, step: 1 },
    ]),
  );
  await evictQuarantined(transaction, request, edited);
}

function marksAfter(edited: readonly Edited[]): Map<number, Marks> {
  const marked = edited.filter(({ after }) => Object.keys(after).some((field) => field !== 'label'));
  return new Map(
    marked.map(({ example, marks, after: { label: _, ...after } }) => [example.id, { ...marks, ...after }]),
  );
}
