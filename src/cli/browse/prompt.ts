/** Lines that are typed: how a key changes one, and what happens when it is entered. */
import type { Curation } from '../../library/curate.js';
import type { Key } from './keys.js';
import { type Change, currentOf, type Effect, firstPage, labelsFor, type Prompt, type State } from './state.js';

/** The next state, and what has to be done for it. */
export interface Step {
  readonly state: State;
  readonly effect?: Effect | undefined;
}

/** The first change of a session asks why. */
export function ask(state: State, change: Change): Step {
  if (state.reason === null) return { state: { ...state, asks: { kind: 'reason', text: '', change } } };
  return { state: { ...state, asks: null }, effect: { do: 'try', change } };
}

export function editPrompt(state: State, prompt: Prompt, { name, text }: Key): State {
  const withText = (typed: string) => ({
    ...state,
    asks: { ...prompt, text: typed, ...(prompt.kind === 'label' && { chosen: 0 }) } as Prompt,
  });
  switch (name) {
    case 'escape':
      return { ...state, asks: null, message: 'Nothing was changed.' };
    case 'erase':
      return withText([...prompt.text].slice(0, -1).join(''));
    case 'clear':
      return withText('');
    case 'text':
      return withText(prompt.text + text);
    case 'up':
    case 'down':
      return prompt.kind === 'label' ? { ...state, asks: chooseNext(prompt, name === 'up' ? -1 : 1) } : state;
    default:
      return state;
  }
}

function chooseNext(prompt: Extract<Prompt, { kind: 'label' }>, by: number): Prompt {
  const last = labelsFor(prompt).length - 1;
  return { ...prompt, chosen: Math.max(0, Math.min(last, prompt.chosen + by)) };
}

export function answerPrompt(state: State, prompt: Prompt): Step {
  const answered = { ...state, asks: null };
  const text = prompt.text.trim();
  switch (prompt.kind) {
    case 'filter': {
      const where = text === '' ? [] : text.split(' & ').map((condition) => condition.trim());
      return search(answered, { ...state.query, where });
    }
    case 'search':
      return search(answered, { ...state.query, search: text === '' ? undefined : text });
    case 'reason':
      if (text === '') return { state: { ...state, message: 'A change needs a reason; escape leaves it.' } };
      return ask({ ...answered, reason: text }, prompt.change);
    case 'note':
      return curate(answered, { act: 'note', note: text === '' ? null : text });
    case 'weight':
      if (!/^\d+(\.\d+)?$/.test(text))
        return { state: { ...state, message: 'A weight is a number, such as 0.5 or 2.' } };
      return curate(answered, { act: 'weigh', weight: Number(text) });
    case 'labels': {
      const labels = text === '' ? [] : text.split(' & ').map((label) => label.trim());
      return curate(answered, { act: 'relabel', label: labels });
    }
    case 'label': {
      const label = labelsFor(prompt)[prompt.chosen];
      return label === undefined ? { state } : curate(answered, { act: 'relabel', label });
    }
  }
}

/** The old page stays where the query is refused. */
const search = (state: State, query: State['query']): Step => ({
  state: { ...state, query, sheet: null, scroll: 0 },
  effect: { do: 'load', starts: firstPage, cursor: 'first' },
});

function curate(state: State, curation: Curation): Step {
  const example = currentOf(state);
  return example ? ask(state, { kind: 'curate', id: example.id, curation }) : { state };
}
