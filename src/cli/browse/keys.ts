/** The keys of the browser, in the order in which they are explained. */

/** A key that was pressed; `text`: characters, which may have been pasted. */
export interface Key {
  readonly name:
    | 'up'
    | 'down'
    | 'page up'
    | 'page down'
    | 'home'
    | 'end'
    | 'enter'
    | 'escape'
    | 'erase'
    | 'clear'
    | 'interrupt'
    | 'text';
  readonly text: string;
}

export const keyHelp: readonly (readonly [keys: string, what: string])[] = [
  ['up, down, k, j', 'the example before, or after; in an open one: scroll'],
  ['page up, page down, space', 'the page before, or after'],
  ['home, g', 'the first page'],
  ['enter', 'open the example, whole; escape closes it'],
  ['f', 'filter by conditions: label=refund & received>=2026-01-05'],
  ['/', 'search words, "phrases" and beginnings*'],
  ['a', 'all stored examples, or members alone'],
  ['p', 'pin, or unpin'],
  ['x', 'quarantine, or release'],
  ['l', 'relabel'],
  ['n', 'write a note; an empty one takes it away'],
  ['w', 'weight'],
  ['u', 'take the last edit of this session back'],
  ['?', 'these keys'],
  ['q, ctrl-c', 'leave'],
];

/** The line at the bottom. */
export const shortHelp = 'enter open  p pin  x quarantine  l label  n note  w weight  f / find  u undo  ?';
