/** Curates single examples: what is trained on, how much each counts, which label it has, and what stays in the buffer. */

import { EspalierError } from '../core/errors.js';
import { readAnswer } from '../curation/answer.js';
import { applyEdit, previewEdit } from '../curation/edit.js';
import type { Edited, EditRequest } from '../curation/edit-request.js';
import { undoEdit } from '../curation/undo.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { mostWeight, readMarks } from '../store/curation.js';
import { type Edit, type EditAct, listEdits } from '../store/edits.js';
import { type Example, listExamplesById } from '../store/examples.js';
import type { Standing } from '../store/revisions.js';
import { chooseExamples, type ExampleChoice } from './chosen-examples.js';
import type { Site } from './site.js';

export type CurationSite = Pick<Site, 'workspace' | 'store' | 'actor' | 'now'>;

export interface EditSettings {
  /** Why; kept for ever. Required unless it is a dry run. */
  readonly reason?: string | undefined;
  /** Tells what would change, and changes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** What is to hold of examples. */
export type Curation =
  | { readonly act: 'pin' | 'unpin' | 'quarantine' | 'release' }
  /** A multiple of a quarter from 1/4 to 16; 1 is usual. */
  | { readonly act: 'weigh'; readonly weight: number }
  /** Null takes the note away. */
  | { readonly act: 'note'; readonly note: string | null }
  /** One label; of a multi-label task all labels. */
  | { readonly act: 'relabel'; readonly label: string | readonly string[] };

/** An example that an edit changed, or would change: only the fields that do. */
export interface EditedExample {
  readonly id: number;
  readonly task: string;
  readonly label: string;
  readonly text: string;
  readonly before: Partial<Standing>;
  readonly after: Partial<Standing>;
}

export interface EditReport {
  readonly adapter: string;
  /** Number of the edit; null of a dry run, and where nothing had to be changed. */
  readonly edit: number | null;
  readonly act: EditAct;
  readonly summary: string;
  /** Whether it was written; false of a dry run. */
  readonly applied: boolean;
  /** Number of examples that change. */
  readonly examples: number;
  /** The first of them, up to 1,000. */
  readonly changes: readonly EditedExample[];
}

const mostChanges = 1000;

/**
 * What to do, and with which examples. Those to relabel are chosen by any property but their label: for that `where` has
 * a condition.
 */
export type CurationRequest = Curation & { readonly of: ExampleChoice };

/** @throws ADAPTER_NOT_FOUND, EXAMPLE_NOT_FOUND, LABEL_INVALID, BUFFER_PINNED, TASK_UNKNOWN, USAGE */
export async function curate(
  site: CurationSite,
  adapter: string,
  { of, ...curation }: CurationRequest,
  settings: EditSettings,
): Promise<EditReport> {
  const declaration = await readDeclaration(site.workspace, adapter);
  const change = changeOf(declaration, curation);
  const ids = await chooseExamples(site.store, declaration, of);
  if (curation.act === 'pin') await requireRoomForPins(site, declaration, ids);
  const summary = `${wordsOf(curation)} ${ids.length === 1 ? `example ${ids[0]}` : `${ids.length} examples`}`;
  return carryOut(site, { adapter, act: curation.act, summary, ids, change }, settings);
}

/** Takes an edit back. @throws ADAPTER_NOT_FOUND, EDIT_NOT_FOUND, EDIT_UNDONE, EDIT_OVERTAKEN, USAGE */
export async function undo(
  site: CurationSite,
  adapter: string,
  edit: number,
  settings: EditSettings,
): Promise<EditReport> {
  await readDeclaration(site.workspace, adapter);
  return carryOut(site, await undoEdit(site.store, adapter, edit), settings);
}

/** The last edits, the newest first. @throws ADAPTER_NOT_FOUND */
export async function readEdits(
  { workspace, store }: Pick<Site, 'workspace' | 'store'>,
  adapter: string,
  { limit = 50 }: { readonly limit?: number | undefined } = {},
): Promise<Edit[]> {
  await readDeclaration(workspace, adapter);
  return listEdits(store.queries, adapter, limit);
}

/** Makes an edit, or tells what it would change. */
export async function carryOut(
  { store, actor, now }: CurationSite,
  edit: Omit<EditRequest, 'reason' | 'actor' | 'at'>,
  { reason = '', dryRun = false }: EditSettings,
): Promise<EditReport> {
  const { adapter, act, summary } = edit;
  const changes: EditedExample[] = [];
  const onEdited = (edited: Edited) => void (changes.length < mostChanges && changes.push(editedOf(edited)));
  const request = { ...edit, reason, actor, at: now, onEdited };
  if (!dryRun) {
    const { editId, examples } = await applyEdit(store, request);
    return { adapter, act, summary, edit: editId, applied: true, examples, changes };
  }
  let examples = 0;
  for await (const edited of previewEdit(store, request)) {
    examples++;
    onEdited(edited);
  }
  return { adapter, act, summary, edit: null, applied: false, examples, changes };
}

function editedOf({ example: { id, task, label, text }, before, after }: Edited): EditedExample {
  return { id, task, label, text, before, after };
}

function wordsOf(curation: Curation): string {
  if (curation.act === 'weigh') return `weigh ${curation.weight}`;
  if (curation.act === 'relabel') return `relabel as \`${[curation.label].flat().join(', ')}\``;
  return curation.act;
}

/** @throws LABEL_INVALID, USAGE */
function changeOf(declaration: AdapterDeclaration, curation: Curation): EditRequest['change'] {
  switch (curation.act) {
    case 'pin':
    case 'unpin':
      return () => ({ pinned: curation.act === 'pin' });
    case 'quarantine':
    case 'release':
      return () => ({ quarantined: curation.act === 'quarantine' });
    case 'weigh':
      requireWeight(curation.weight);
      return () => ({ weight: curation.weight });
    case 'note':
      return () => ({ note: curation.note });
    case 'relabel':
      return ({ task }: Example) => ({ label: readAnswer(taskNamed(declaration, task), curation.label) });
  }
}

/** @throws USAGE */
function requireWeight(weight: number): void {
  if (weight >= 1 / 4 && weight <= mostWeight && Number.isInteger(weight * 4)) return;
  throw new EspalierError('USAGE', `an example cannot count ${weight} times`, {
    hint: `Give \`weight\` as a multiple of 0.25 from 0.25 to ${mostWeight}; to leave examples out, quarantine them.`,
    parameters: ['weight'],
  });
}

/** @throws BUFFER_PINNED */
async function requireRoomForPins(
  { store }: CurationSite,
  { name, buffer }: AdapterDeclaration,
  ids: readonly number[],
): Promise<void> {
  const marks = await readMarks(store.queries, name);
  const pinned = new Set([...[...marks].filter(([, own]) => own.pinned).map(([id]) => id), ...ids]);
  const size =
    'bytes' in buffer
      ? (await listExamplesById(store, [...pinned], name)).reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
      : pinned.size;
  const limit = 'bytes' in buffer ? buffer.bytes : buffer.examples;
  if (size <= limit) return;
  const unit = 'bytes' in buffer ? 'bytes' : 'examples';
  throw new EspalierError('BUFFER_PINNED', `${size} ${unit} would be pinned; the buffer of ${name} holds ${limit}`);
}
