/** What a key does: the next state, and what has to be done for it. It reads and writes nothing. */
import type { Curation } from '../../library/curate.js';
import type { Key } from './keys.js';
import { answerPrompt, ask, editPrompt, type Step } from './prompt.js';
import { type Change, currentOf, firstPage, rowsOf, type State } from './state.js';

export function press(state: State, key: Key): Step {
  if (key.name === 'interrupt') return { state, effect: { do: 'leave' } };
  const { asks } = state;
  if (asks?.kind === 'confirm') return confirm(state, asks.change, key);
  if (asks) return key.name === 'enter' ? answerPrompt(state, asks) : { state: editPrompt(state, asks, key) };
  if (state.showsKeys) return { state: { ...state, showsKeys: false } };
  return command({ ...state, message: '' }, key);
}

function confirm(state: State, change: Change, { name, text }: Key): Step {
  const without = { ...state, asks: null };
  if (name === 'text' && text.toLowerCase() === 'y') return { state: without, effect: { do: 'apply', change } };
  if (name === 'escape' || (name === 'text' && text.toLowerCase() === 'n'))
    return { state: { ...without, message: 'Nothing was changed.' } };
  return { state };
}

function command(state: State, key: Key): Step {
  if (key.name !== 'text') return move(state, key);
  switch (key.text) {
    case 'q':
      return { state, effect: { do: 'leave' } };
    case '?':
      return { state: { ...state, showsKeys: true } };
    case 'j':
      return move(state, { name: 'down', text: '' });
    case 'k':
      return move(state, { name: 'up', text: '' });
    case ' ':
      return move(state, { name: 'page down', text: '' });
    case 'g':
      return move(state, { name: 'home', text: '' });
    case 'a': {
      const query = { ...state.query, all: !state.query.all };
      return { state: { ...state, query, sheet: null }, effect: { do: 'load', starts: firstPage, cursor: 'first' } };
    }
    case 'f':
      return { state: { ...state, asks: { kind: 'filter', text: state.query.where.join(' & ') } } };
    case '/':
      return { state: { ...state, asks: { kind: 'search', text: state.query.search ?? '' } } };
    case 'u':
      return undoLast(state);
    default:
      return changeCurrent(state, key.text);
  }
}

function undoLast(state: State): Step {
  const edit = state.edits.at(-1);
  if (edit === undefined) return { state: { ...state, message: 'This session has changed nothing that stands.' } };
  return ask(state, { kind: 'undo', edit });
}

function changeCurrent(state: State, text: string): Step {
  const example = currentOf(state);
  if (example === undefined) return { state };
  const { id, task, label, pinned, quarantined, note, weight } = example;
  const curate = (curation: Curation) => ask(state, { kind: 'curate', id, curation });
  switch (text) {
    case 'p':
      return curate({ act: pinned ? 'unpin' : 'pin' });
    case 'x':
      return curate({ act: quarantined ? 'release' : 'quarantine' });
    case 'n':
      return { state: { ...state, asks: { kind: 'note', text: note ?? '' } } };
    case 'w':
      return { state: { ...state, asks: { kind: 'weight', text: String(weight) } } };
    case 'l':
      return { state, effect: { do: 'choose label', task, label } };
    default:
      return { state };
  }
}

function move(state: State, { name }: Key): Step {
  if (state.sheet) return moveInSheet(state, name);
  const { cursor, page, starts, size } = state;
  const last = page.rows.length - 1;
  switch (name) {
    case 'up':
      return cursor > 0 ? { state: { ...state, cursor: cursor - 1 } } : toPageBefore(state, 'last');
    case 'down':
      return cursor < last ? { state: { ...state, cursor: cursor + 1 } } : toNextPage(state);
    case 'page up':
      return starts.length > 1 ? toPageBefore(state, 'first') : { state: { ...state, cursor: 0 } };
    case 'page down':
      return page.hasMore ? toNextPage(state) : { state: { ...state, cursor: Math.max(0, last) } };
    case 'home':
      return { state, effect: { do: 'load', starts: firstPage, cursor: 'first' } };
    case 'end':
      return { state: { ...state, cursor: Math.max(0, Math.min(last, rowsOf(size) - 1)) } };
    case 'enter': {
      const example = page.rows[cursor];
      return example ? { state, effect: { do: 'open', id: example.id } } : { state };
    }
    default:
      return { state };
  }
}

function toNextPage(state: State): Step {
  const { page, starts } = state;
  if (!page.hasMore) return { state };
  const next = { after: page.rows.at(-1)!.id, place: starts.at(-1)!.place + page.rows.length };
  return { state, effect: { do: 'load', starts: [...starts, next], cursor: 'first' } };
}

function toPageBefore(state: State, cursor: 'first' | 'last'): Step {
  if (state.starts.length === 1) return { state };
  return { state, effect: { do: 'load', starts: state.starts.slice(0, -1), cursor } };
}

function moveInSheet(state: State, name: Key['name']): Step {
  const page = rowsOf(state.size);
  const by = { up: -1, down: 1, 'page up': -page, 'page down': page } as const;
  if (name === 'escape' || name === 'enter') return { state: { ...state, sheet: null, scroll: 0 } };
  if (name === 'home') return { state: { ...state, scroll: 0 } };
  // The picture keeps the end of the sheet at the bottom.
  const steps = by[name as keyof typeof by] ?? 0;
  return { state: { ...state, scroll: Math.max(0, state.scroll + steps) } };
}
