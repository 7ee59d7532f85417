/** The browser of stored examples: it shows a state, waits for a key, and does what the key asks for. */
import { EspalierError } from '../../core/errors.js';
import type { Surroundings } from '../session.js';
import { type Desk, perform } from './perform.js';
import { pictureOf } from './picture.js';
import { press } from './press.js';
import { Screen } from './screen.js';
import { type Effect, newState, type Query, type State } from './state.js';

/** @returns the edits that were made and stand. @throws INTERRUPTED, and whatever ends the browser */
export async function browse(
  desk: Desk,
  query: Query,
  surroundings: Pick<Surroundings, 'stdin' | 'stdout' | 'stderr' | 'signal'>,
): Promise<readonly number[]> {
  const { stdout, signal } = surroundings;
  const size = { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
  const empty = newState(desk.declaration.name, query, size);
  const first = await perform(desk, reload(empty), empty, empty);
  const screen = new Screen(surroundings);
  try {
    const last = await converse(desk, first, { screen, signal });
    if (signal.aborted) throw new EspalierError('INTERRUPTED', 'the browser was stopped; every edit is written');
    return last.edits;
  } finally {
    await screen.close();
  }
}

async function converse(
  desk: Desk,
  first: State,
  { screen, signal }: { readonly screen: Screen; readonly signal: AbortSignal },
): Promise<State> {
  const style = { colours: desk.session.output.colours, declaration: desk.declaration };
  let state = first;
  for (;;) {
    screen.draw(pictureOf(state, style));
    const event = await screen.next(signal);
    if (event === undefined) return state;
    if ('size' in event) {
      const resized = { ...state, size: event.size };
      state = await perform(desk, reload(resized), state, resized);
      continue;
    }
    const { state: next, effect } = press(state, event.key);
    if (effect?.do === 'leave') return next;
    if (effect) screen.draw(pictureOf({ ...next, message: 'Reading\u2026' }, style));
    state = effect ? await perform(desk, effect, state, next) : next;
  }
}

const reload = ({ starts }: State): Effect => ({ do: 'load', starts, cursor: 'same' });
