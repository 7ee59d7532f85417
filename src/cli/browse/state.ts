/** The state of the browser: what it shows, what it asks, and what was changed in it. */
import type { BufferSheet } from '../../library/buffer.js';
import type { Curation } from '../../library/curate.js';
import type { ListedExample } from '../../library/examples.js';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Query {
  readonly where: readonly string[];
  readonly search: string | undefined;
  /** Every stored example instead of the members alone, where no condition names a state. */
  readonly all: boolean;
}

/** Where a page begins. */
export interface Start {
  /** Id of the last example of the page before; undefined: the first page. */
  readonly after: number | undefined;
  /** Number of examples before it. */
  readonly place: number;
}

export interface Page {
  readonly rows: readonly ListedExample[];
  readonly hasMore: boolean;
}

/** A change that is asked for. */
export type Change =
  | { readonly kind: 'curate'; readonly id: number; readonly curation: Curation }
  | { readonly kind: 'undo'; readonly edit: number };

/** A line that is typed, and what it is for. */
export type Prompt =
  | { readonly kind: 'filter' | 'search' | 'note' | 'weight' | 'labels'; readonly text: string }
  | { readonly kind: 'reason'; readonly text: string; readonly change: Change }
  | { readonly kind: 'label'; readonly text: string; readonly known: readonly string[]; readonly chosen: number };

export interface Question {
  readonly kind: 'confirm';
  readonly text: string;
  readonly change: Change;
}

export interface State {
  readonly adapter: string;
  readonly size: Size;
  readonly query: Query;
  readonly page: Page;
  /** Those of the pages that lead here, the present one last. */
  readonly starts: readonly Start[];
  readonly cursor: number;
  /** The example that is open. */
  readonly sheet: BufferSheet | null;
  readonly scroll: number;
  readonly asks: Prompt | Question | null;
  readonly showsKeys: boolean;
  /** Why the session changes examples; null: nobody has been asked. */
  readonly reason: string | null;
  /** Numbers of the edits of this session that were not taken back. */
  readonly edits: readonly number[];
  readonly message: string;
}

/** What the state wants to have done before the next key. */
export type Effect =
  | { readonly do: 'load'; readonly starts: readonly Start[]; readonly cursor: 'first' | 'last' | 'same' }
  | { readonly do: 'open'; readonly id: number }
  | { readonly do: 'choose label'; readonly task: string; readonly label: string }
  | { readonly do: 'try' | 'apply'; readonly change: Change }
  | { readonly do: 'leave' };

export const firstPage: readonly Start[] = [{ after: undefined, place: 0 }];

/** Lines that are no rows of the list: title, heads, position, two of the message, and keys. */
const otherLines = 6;

/** One line stays free: a terminal scrolls when its last one is written. */
export const heightOf = ({ rows }: Size): number => Math.max(8, rows - 1);

export const rowsOf = (size: Size): number => Math.max(1, heightOf(size) - otherLines);

export function newState(adapter: string, query: Query, size: Size): State {
  return {
    ...{ adapter, query, size, page: { rows: [], hasMore: false }, starts: firstPage, cursor: 0 },
    ...{ sheet: null, scroll: 0, asks: null, showsKeys: false, reason: null, edits: [], message: '' },
  };
}

/** The example that keys act on. */
export const currentOf = ({ sheet, page, cursor }: State): ListedExample | undefined => sheet ?? page.rows[cursor];

/** Labels that contain what was typed, an equal one first; what was typed itself comes last, as a new label. */
export function labelsFor({ text, known }: { readonly text: string; readonly known: readonly string[] }): string[] {
  const asked = text.trim().toLowerCase();
  const fitting = known.filter((label) => label.toLowerCase().includes(asked));
  const equal = fitting.filter((label) => label.toLowerCase() === asked);
  const others = fitting.filter((label) => label.toLowerCase() !== asked);
  const typed = text.trim() === '' || known.includes(text.trim()) ? [] : [text.trim()];
  return [...equal, ...others, ...typed];
}
