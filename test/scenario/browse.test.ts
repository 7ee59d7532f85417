/** `espalier buffer browse` on a terminal: what it shows, what keys do, and how it leaves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, copyOf, deskDeclaration, ingestWords, rowsOf, trainedDesk } from '../support/desk.js';
import { hasTerminal, keyCodes, openTerminal, type Terminal, type TerminalOptions } from '../support/keyboard.js';

const enter = '\r';
const clear = '\u0015';

/** Texts that must not run anything in a terminal, and a wide one. */
const hostile = [
  '<b>bold</b> =SUM(A1) \u4f60\u597d\u4e16\u754c',
  'zalgo e\u0301\u0301\u0301 and a very long tail '.repeat(8).trim(),
];

async function filledDesk(): Promise<string> {
  const folder = await trainedDesk(deskDeclaration((source) => source.replace('examples: 40', 'examples: 12')));
  writeFileSync(
    join(folder, 'hostile.jsonl'),
    hostile.map((text) => JSON.stringify({ text, label: 'refund_status' })).join('\n'),
  );
  await succeed(folder, [...ingestWords('hostile'), ...at(11)]);
  return folder;
}

describe.skipIf(!hasTerminal)('the browser of the replay buffer', () => {
  const desk = filledDesk();
  const open: Terminal[] = [];

  afterEach(async () => {
    for (const terminal of open.splice(0)) {
      terminal.press('\u0003');
      await terminal.ended;
    }
  });

  async function browse(
    folder: string,
    words: readonly string[] = [],
    options: TerminalOptions = {},
  ): Promise<Terminal> {
    const terminal = openTerminal(folder, ['buffer', 'browse', ...words], options);
    open.push(terminal);
    await terminal.shows('enter open');
    return terminal;
  }

  it('shows a page of 80 x 24, moves on it and between pages', async () => {
    const terminal = await browse(await desk, [], { rows: 16 });
    await terminal.shows('1 to 9, and more');
    expect(terminal.screen.isAlternate).toBe(true);
    expect(terminal.screen.lines()[0]).toBe('desk: replay buffer');
    expect(terminal.screen.lines().length).toBeLessThanOrEqual(16);
    for (const line of terminal.screen.lines()) expect([...line].length).toBeLessThanOrEqual(80);
    terminal.press('jj');
    await terminal.shows(/\n>[^\n]*\n[^>]*10 to|\n> {5} +\d+ /);
    terminal.press(keyCodes.pageDown);
    await terminal.shows('10 to 12');
    terminal.press(keyCodes.up);
    await terminal.shows('1 to 9, and more');
    terminal.press('q');
    expect(await terminal.ended).toEqual({ code: 0 });
    expect(terminal.screen.isAlternate).toBe(false);
    expect(terminal.screen.text()).toContain('Nothing was changed.');
  });

  it('filters by conditions and by words, and lets a refused filter be mended', async () => {
    const terminal = await browse(await desk);
    terminal.press('a');
    await terminal.shows('desk: stored examples');
    terminal.press('f');
    await terminal.shows('filter> _');
    terminal.press(`label=refund_status & colour=red${enter}`);
    await terminal.shows('USAGE: the condition `colour=red` names the unknown field `colour`');
    await terminal.shows('filter> label=refund_status & colour=red_');
    terminal.press(`${clear}label=refund_status & text~bold${enter}`);
    await terminal.shows('desk: stored examples  where label=refund_status & text~bold');
    await terminal.shows('1 to 1');
    expect(terminal.screen.text()).toContain('<b>bold</b> =SUM(A1) \u4f60\u597d\u4e16\u754c');
    terminal.press(`f${clear}${enter}/zal*${enter}`);
    await terminal.shows('search zal*');
    await terminal.shows('zalgo');
  });

  it('pins, quarantines, relabels, weighs and notes with one reason, and takes back', async () => {
    const folder = copyOf(await desk);
    const terminal = await browse(folder, ['--actor', 'ann', '--at', '2026-11-24T12:00:00Z']);
    terminal.press('p');
    await terminal.shows('why (kept for ever, for all changes of this session)> _');
    terminal.press(`they are right${enter}`);
    await terminal.shows('pinned? (y/n)');
    terminal.press('y');
    await terminal.shows('Edit 1: pin example');
    await terminal.shows(/\n>P /);
    terminal.press('w');
    await terminal.shows('weight, a multiple of 0.25> 1_');
    terminal.press(`${clear}2.5${enter}`);
    await terminal.shows('weight 1 -> 2.5? (y/n)');
    terminal.press('y');
    await terminal.shows(/\n>P w /);
    terminal.press('n');
    await terminal.shows('note> _');
    terminal.press(`ask legal${enter}`);
    await terminal.shows('(y/n)');
    terminal.press('y');
    await terminal.shows(/\n>P wn /);
    terminal.press('l');
    await terminal.shows('label: type a part');
    terminal.press('canc');
    await terminal.shows('> cancel_subscription');
    terminal.press(enter);
    await terminal.shows(/(y\/n)|It is so already/);
    if (terminal.screen.text().includes('(y/n)')) terminal.press('n');
    await terminal.shows(/Nothing was changed|It is so already/);
    terminal.press(`j${enter}`);
    await terminal.shows('desk: example');
    await terminal.shows('learned   version 1 learned it as');
    terminal.press('x');
    await terminal.shows('(y/n)');
    terminal.press('y');
    await terminal.shows('apart     quarantined');
    terminal.press('u');
    await terminal.shows('Take edit 4 back');
    terminal.press('y');
    await terminal.shows('Edit 5: undo edit 4');
    terminal.press('q');
    await terminal.ended;
    expect(terminal.screen.text()).toContain('Edits of this session: 1, 2, 3.');
    const edits = rowsOf(folder, 'select act, reason, actor, at from edits order by id');
    const shared = { reason: 'they are right', actor: 'ann', at: '2026-11-24T12:00:00.000Z' };
    expect(edits).toEqual(['pin', 'weigh', 'note', 'quarantine', 'undo'].map((act) => ({ act, ...shared })));
    expect(rowsOf(folder, "select count(*) as acts from audit where act = 'edited'")).toEqual([{ acts: 5 }]);
  });

  it('draws itself anew at another size', async () => {
    const terminal = await browse(await desk);
    await terminal.shows('1 to 12');
    terminal.resize(50, 14);
    await terminal.shows('1 to 7, and more');
    for (const line of terminal.screen.lines().slice(0, 13)) expect([...line].length).toBeLessThanOrEqual(50);
    terminal.resize(100, 30);
    await terminal.shows('1 to 12');
  });

  it('has no colours and no styles with NO_COLOR', async () => {
    const terminal = await browse(await desk, [], { environment: { NO_COLOR: '1' } });
    await terminal.shows('1 to 12');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it begins the sequences of a terminal
    expect(terminal.screen.raw).not.toMatch(/\u001b\[[\d;]*m/);
    expect(terminal.screen.text()).toMatch(/\n> {5} +\d+/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('gives the terminal back when it is stopped by %s', async (signal) => {
    const terminal = await browse(await desk);
    terminal.kill(signal);
    const { code } = await terminal.ended;
    expect(code).toBe(130);
    expect(terminal.screen.isAlternate).toBe(false);
    expect(terminal.screen.text()).toContain('INTERRUPTED');
    expect(terminal.settings()).toMatch(/[^-]icanon/);
    expect(terminal.settings()).toMatch(/[^-]echo\b/);
    expect(terminal.screen.raw.endsWith('\u001b[?25l')).toBe(false);
  });

  it('gives the terminal back with Ctrl-C', async () => {
    const folder = copyOf(await desk);
    const terminal = await browse(folder);
    terminal.press('\u0003');
    expect(await terminal.ended).toEqual({ code: 0 });
    expect(terminal.screen.isAlternate).toBe(false);
    expect(terminal.settings()).toMatch(/[^-]icanon/);
  });

  it('is refused where there is no terminal, and names the list', async () => {
    const { code, stderr } = await espalier(await desk, ['buffer', 'browse']);
    expect(code).toBe(1);
    expect(stderr).toContain('TERMINAL_NEEDED');
    expect(stderr).toContain('espalier buffer list');
    expect((await succeedJson<unknown[]>(await desk, ['buffer', 'list'])).length).toBe(12);
  });
});
