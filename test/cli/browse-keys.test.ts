/** What the keys of the browser do, without a terminal; test/scenario/browse.test.ts presses them on one. */
import { describe, expect, it } from 'vitest';
import type { Key } from '#espalier/cli/browse/keys.js';
import { pictureOf } from '#espalier/cli/browse/picture.js';
import { press } from '#espalier/cli/browse/press.js';
import { labelsFor, newState, type State } from '#espalier/cli/browse/state.js';
import { openOutput } from '#espalier/cli/output.js';
import { renderExamples } from '#espalier/cli/terminal/examples.js';
import type { ListedExample } from '#espalier/library/examples.js';
import { now } from '../support/store.js';

const exampleOf = (id: number, marks: Partial<ListedExample> = {}): ListedExample => ({
  ...{ id, arrival: id, task: 'intent', text: `text ${id}`, hash: `hash ${id}`, label: 'refund', domain: 'x' },
  ...{ source: 's', receivedAt: now.toISOString(), split: 'train', provenance: { file: 'f', line: id } },
  ...{ membership: null, weight: 1, quarantined: false, pinned: false, note: null },
  ...marks,
});

const size = { columns: 80, rows: 24 };
const listed = (more: Partial<State> = {}): State => ({
  ...newState('desk', { where: [], search: undefined, all: false }, size),
  page: { rows: [exampleOf(1), exampleOf(2, { pinned: true, quarantined: true })], hasMore: true },
  ...more,
});
const named = (name: Key['name']): Key => ({ name, text: '' });
const typed = (text: string): Key[] => [...text].map((character) => ({ name: 'text', text: character }));

/** The state after the keys, and what the last of them wants done. */
const pressed = (state: State, ...keys: readonly Key[]) =>
  keys.reduce((step, key) => press(step.state, key), { state } as ReturnType<typeof press>);

const tasks = [{ name: 'intent', labels: 'open' as const }];
const { colours } = openOutput('text', { ...process, environment: { NO_COLOR: '1' } });

describe('keys of the browser', () => {
  it('ask for a reason once, and only then try the change', () => {
    const change = { kind: 'curate', id: 1, curation: { act: 'pin' } };
    const asking = pressed(listed(), ...typed('p'));
    expect(asking).toMatchObject({ state: { asks: { kind: 'reason', change } } });
    expect(pressed(asking.state, named('enter')).state.message).toContain('needs a reason');
    const answered = pressed(asking.state, ...typed('why'), named('enter'));
    expect(answered).toMatchObject({ state: { reason: 'why', asks: null }, effect: { do: 'try', change } });
    expect(pressed(listed({ reason: 'why' }), ...typed('x')).effect).toEqual({
      do: 'try',
      change: { kind: 'curate', id: 1, curation: { act: 'quarantine' } },
    });
  });

  it('take a pin and a quarantine away where they hold', () => {
    const second = listed({ reason: 'why', cursor: 1 });
    expect(pressed(second, ...typed('p')).effect).toMatchObject({ change: { id: 2, curation: { act: 'unpin' } } });
    expect(pressed(second, ...typed('x')).effect).toMatchObject({ change: { id: 2, curation: { act: 'release' } } });
  });

  it('change nothing without a yes', () => {
    const change = { kind: 'undo', edit: 3 } as const;
    const asked = listed({ asks: { kind: 'confirm', text: 'Take edit 3 back', change } });
    expect(pressed(asked, ...typed('q')).state.asks).not.toBeNull();
    expect(pressed(asked, named('enter')).effect).toBeUndefined();
    expect(pressed(asked, ...typed('n'))).toMatchObject({ state: { asks: null, message: 'Nothing was changed.' } });
    expect(pressed(asked, ...typed('y')).effect).toEqual({ do: 'apply', change });
  });

  it('take back the last edit of the session, if there is one', () => {
    expect(pressed(listed({ reason: 'why' }), ...typed('u')).effect).toBeUndefined();
    expect(pressed(listed({ reason: 'why', edits: [4, 7] }), ...typed('u')).effect).toEqual({
      do: 'try',
      change: { kind: 'undo', edit: 7 },
    });
  });

  it('type all labels of a set, or choose one', () => {
    const several = listed({ reason: 'why', asks: { kind: 'labels', text: 'late & lost' } });
    expect(pressed(several, ...typed(' & other'), named('enter')).effect).toMatchObject({
      change: { curation: { act: 'relabel', label: ['late', 'lost', 'other'] } },
    });
    expect(pressed(several, named('clear'), named('enter')).effect).toMatchObject({
      change: { curation: { act: 'relabel', label: [] } },
    });
    const known = ['refund', 'refund_status', 'shipping'];
    const one = listed({ reason: 'why', asks: { kind: 'label', text: '', known, chosen: 0 } });
    expect(pressed(one, ...typed('stat'), named('enter')).effect).toMatchObject({
      change: { curation: { act: 'relabel', label: 'refund_status' } },
    });
    expect(labelsFor({ text: 'refund_status', known })).toEqual(['refund_status']);
    expect(labelsFor({ text: 'status', known })).toEqual(['refund_status', 'status']);
    const fresh = pressed(one, ...typed('status'), named('down'), named('down'), named('enter'));
    expect(fresh.effect).toMatchObject({ change: { curation: { label: 'status' } } });
  });

  it('turn the page at its ends', () => {
    expect(pressed(listed({ cursor: 1 }), named('down')).effect).toEqual({
      do: 'load',
      starts: [
        { after: undefined, place: 0 },
        { after: 2, place: 2 },
      ],
      cursor: 'first',
    });
    const second = listed({
      starts: [
        { after: undefined, place: 0 },
        { after: 9, place: 9 },
      ],
    });
    expect(pressed(second, named('up')).effect).toEqual({
      do: 'load',
      starts: [{ after: undefined, place: 0 }],
      cursor: 'last',
    });
    expect(pressed(listed({ page: { rows: [exampleOf(1)], hasMore: false } }), named('down')).effect).toBeUndefined();
  });
});

describe('the picture of the browser', () => {
  it.each([
    [80, 24],
    [40, 10],
    [200, 60],
  ])('has a line less than %i x %i, none too long, whatever it shows', (columns, rows) => {
    const hostile = exampleOf(3, { text: '\u001b[31mred\u001b[0m \u202e and long '.repeat(20), note: '\u0007' });
    const page = { rows: [hostile, exampleOf(4)], hasMore: false };
    const change = { kind: 'undo', edit: 3 } as const;
    const states: State[] = [
      listed({ page, message: 'long '.repeat(90) }),
      listed({ page, showsKeys: true }),
      listed({ page, asks: { kind: 'confirm', text: 'long '.repeat(60), change } }),
      listed({ page, asks: { kind: 'note', text: '\u001b[2J'.repeat(60) } }),
      listed({ page, asks: { kind: 'label', text: '', known: ['\u001b[31m', 'x'.repeat(300)], chosen: 1 } }),
      listed({ page: { rows: [], hasMore: false } }),
    ];
    for (const state of states) {
      const lines = pictureOf({ ...state, size: { columns, rows } }, { colours, declaration: { tasks } });
      expect(lines).toHaveLength(rows - 1);
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });
});

describe('a list of examples', () => {
  it('has a column of marks where an example is pinned or quarantined', () => {
    const output = openOutput('text', { ...process, environment: { NO_COLOR: '1' } });
    const plain = renderExamples([exampleOf(1)], { tasks }, output);
    expect(plain).not.toContain('marks');
    const marked = renderExamples([exampleOf(1), exampleOf(2, { pinned: true, quarantined: true })], { tasks }, output);
    expect(marked).toContain('marks');
    expect(marked).toContain('pinned, quarantined');
    for (const line of marked.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
