/** Does what the state of the browser asks for, by the functions that the commands call. */
import { EspalierError } from '../../core/errors.js';
import { readLabelSet } from '../../core/label-sets.js';
import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import { taskNamed } from '../../declaration/tasks.js';
import { listBuffered, readBufferSheet } from '../../library/buffer.js';
import { curate, type EditReport, undo } from '../../library/curate.js';
import { listStored } from '../../library/examples.js';
import { listAnswers } from '../../store/examples.js';
import { differenceOf } from '../edit-report.js';
import type { Session } from '../session.js';
import { type Change, type Effect, rowsOf, type Start, type State } from './state.js';

export interface Desk {
  readonly session: Session;
  readonly declaration: AdapterDeclaration;
  /** The time of an edit. */
  readonly clock: () => Date;
}

/** What is wrong with what was asked is told, and the browser goes on. @throws everything that is not of the catalogue */
export async function perform(desk: Desk, effect: Effect, before: State, state: State): Promise<State> {
  try {
    return await carryOut(desk, effect, state);
  } catch (thrown) {
    if (!(thrown instanceof EspalierError) || thrown.code === 'INTERRUPTED') throw thrown;
    // A filter that is refused stays to be mended.
    const asks = effect.do === 'load' ? before.asks : null;
    return { ...state, query: before.query, asks, message: `${thrown.code}: ${thrown.message}. ${thrown.hint}` };
  }
}

async function carryOut(desk: Desk, effect: Effect, state: State): Promise<State> {
  const { session, declaration } = desk;
  switch (effect.do) {
    case 'load':
      return load(desk, state, effect);
    case 'open':
      return { ...state, sheet: await readBufferSheet(session, declaration.name, effect.id), scroll: 0 };
    case 'choose label':
      return chooseLabel(desk, effect, state);
    case 'try': {
      const { examples, changes } = await change(desk, effect.change, state, true);
      if (examples === 0) return { ...state, message: 'It is so already.' };
      const [{ id, before, after }] = changes as [EditReport['changes'][number]];
      const what = effect.change.kind === 'undo' ? `Take edit ${effect.change.edit} back` : 'Change';
      const text = `${what}: example ${id}, ${clip(differenceOf(before, after), 200)}`;
      return { ...state, asks: { kind: 'confirm', text, change: effect.change } };
    }
    case 'apply':
      return apply(desk, effect.change, state);
    case 'leave':
      return state;
  }
}

/** Reads one row more than fits, which tells whether there is another page. */
async function load(
  { session, declaration }: Desk,
  state: State,
  { starts, cursor }: { readonly starts: readonly Start[]; readonly cursor: 'first' | 'last' | 'same' },
): Promise<State> {
  const { where, search, all } = state.query;
  const size = rowsOf(state.size);
  const query = { where, search, after: starts.at(-1)!.after, limit: size + 1 };
  const found = await (all ? listStored : listBuffered)(session, declaration.name, query);
  const rows = found.slice(0, size);
  const last = Math.max(0, rows.length - 1);
  const row = { first: 0, last, same: Math.min(state.cursor, last) }[cursor];
  return { ...state, page: { rows, hasMore: found.length > size }, starts, cursor: row };
}

async function chooseLabel(
  { session, declaration }: Desk,
  { task: name, label }: Extract<Effect, { do: 'choose label' }>,
  state: State,
): Promise<State> {
  const task = taskNamed(declaration, name);
  if (task.multiLabel) return { ...state, asks: { kind: 'labels', text: readLabelSet(label).join(' & ') } };
  const { queries } = session.store;
  const known = task.labels === 'open' ? await listAnswers(queries, declaration.name, name) : task.labels;
  return { ...state, asks: { kind: 'label', text: '', known, chosen: Math.max(0, known.indexOf(label)) } };
}

function change(
  { session, declaration, clock }: Desk,
  asked: Change,
  state: State,
  dryRun: boolean,
): Promise<EditReport> {
  const site = { ...session, now: clock() };
  const settings = { reason: state.reason ?? undefined, dryRun };
  if (asked.kind === 'undo') return undo(site, declaration.name, asked.edit, settings);
  return curate(site, declaration.name, { ...asked.curation, of: { ids: [asked.id] } }, settings);
}

/**
 * The page and the open example are read again, since the change may have moved them. Where that fails, the edit is
 * remembered all the same.
 */
async function apply(desk: Desk, asked: Change, state: State): Promise<State> {
  const { edit, summary } = await change(desk, asked, state, false);
  const edits = asked.kind === 'undo' ? state.edits.slice(0, -1) : edit === null ? state.edits : [...state.edits, edit];
  const message = edit === null ? 'It is so already.' : `Edit ${edit}: ${clip(summary, 200)}.`;
  const edited = { ...state, edits, message };
  const loaded = await perform(desk, { do: 'load', starts: state.starts, cursor: 'same' }, edited, edited);
  if (!state.sheet) return loaded;
  const opened = await perform(desk, { do: 'open', id: state.sheet.id }, loaded, loaded);
  return { ...opened, scroll: state.scroll };
}
