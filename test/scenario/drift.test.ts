/** `espalier drift` and `espalier unknown` as people type them, and the schedule that waits for drift. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DriftReport } from '#espalier/library/drift.js';
import type { NamedTexts, UnknownListing } from '#espalier/library/unknown.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import {
  at,
  copyOf,
  declare,
  deskDeclaration,
  ingestWords,
  rowsOf,
  trainedDesk,
  withDatabase,
} from '../support/desk.js';

/** Greek, of which neither the encoder nor the champion knows a word, and a text like those that were learned. */
const strange = [
  'το τηλεσκόπιο δείχνει το φεγγάρι',
  'το τηλεσκόπιο δεν δείχνει αστέρια',
  'το τηλεσκόπιο έχασε το φεγγάρι',
  'when will my refund arrive',
];

let trained: string;
let desk: string;
beforeAll(async () => {
  trained = await trainedDesk();
  desk = copyOf(trained);
  writeFileSync(join(desk, 'strange.txt'), `${strange.join('\n')}\n\n`);
  writeFileSync(join(desk, 'empty.txt'), '');
});

const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));

describe('espalier drift', () => {
  it('says that nothing arrived, and what the champion has learned', async () => {
    expect(await succeed(desk, ['drift', 'desk', ...at(11)])).toBe(
      'desk, champion version 1\nnothing arrived that it has not learned\n',
    );
    const told = await succeed(desk, ['drift', 'desk', '--batch', '1', ...at(11)]);
    expect(told).toContain('batch 1 (intent): not compared, the champion has learned it');
  });

  it('tells of a batch with other topics in 80 columns, and keeps a row that is not made twice', async () => {
    await succeed(desk, [...ingestWords('shipping'), ...at(11)]);
    const told = await succeed(desk, ['drift', 'desk', ...at(12)]);
    expect(told).toMatch(/batch 2: arrivals \d+-\d+, \d+ texts for intent: drifted/);
    expect(told).toMatch(/ all +\d+ +0\.\d\d +0\.001 /);
    expect(told).toMatch(/effect 0\.\d\d is (clear|large): the mean text has moved/);
    expect(told).toContain('3 labels that the champion has not learned');
    expect(widest(told)).toBeLessThanOrEqual(80);
    const rows = rowsOf(desk, 'select * from drift_checks');
    expect(rows).toMatchObject([{ adapter: 'desk', version: 1, task: 'intent', domain: '', decides: 1 }]);
    expect(await succeed(desk, ['drift', 'desk', ...at(13)])).toBe(told);
    expect(rowsOf(desk, 'select * from drift_checks')).toEqual(rows);
    const json = await succeedJson<DriftReport>(desk, ['drift', 'desk', '--since', '2026-11-24T11:00:00Z', ...at(14)]);
    expect(json.batches).toMatchObject([{ number: 2, drifted: true }]);
  });

  it('refuses what is no batch, time, task, text or champion', async () => {
    const refusals: [string[], number, RegExp][] = [
      [['drift', 'desk', '--batch', '9'], 2, /there is no batch 9[\s\S]*batches 1 to 2/],
      [['drift', 'desk', '--batch', 'x'], 2, /not a whole number/],
      [['drift', 'desk', '--since', 'yesterday'], 2, /not a time/],
      [['drift', 'desk', '--task', 'tone'], 1, /tone/],
      [['drift', 'desk', '--texts', 'empty.txt'], 3, /holds no text/],
      [['drift', 'desk', '--texts', 'nowhere.txt'], 1, /nowhere\.txt/],
      [['drift', 'desk', '--texts', 'strange.txt', '--batch', '1'], 2, /different ways/],
      [['drift', 'nobody'], 1, /nobody/],
    ];
    for (const [words, code, said] of refusals) {
      const ended = await espalier(desk, [...words, ...at(14)]);
      expect(ended.stderr, words.join(' ')).toMatch(said);
      expect(ended.code, words.join(' ')).toBe(code);
    }
  });

  it('reads texts from standard input, also as JSON lines, and queues the unknown ones', async () => {
    const input = strange.map((text) => JSON.stringify({ q: text })).join('\n');
    const words = ['drift', 'desk', '--texts', '-', '--format', 'jsonl', '--text-field', 'q', ...at(15)];
    const { stdout, code } = await espalier(copyOf(trained), words, { input });
    expect(code).toBe(0);
    expect(stdout).toMatch(/texts [0-9a-f]{16}, 4 texts for intent: too few texts to tell/);
    expect(stdout).toMatch(/intent: \d of 4 texts are unknown, \d new in the queue/);
  });
});

describe('espalier unknown', () => {
  it('adds, lists, names and drops, with rows of the audit', async () => {
    expect(await succeed(desk, ['unknown', 'list', 'desk', ...at(15)])).toBe('the queue is empty\n');
    const { stdout, stderr } = await espalier(desk, ['unknown', 'add', 'desk', 'strange.txt', ...at(15)]);
    expect(stdout).toMatch(/^intent: \d of 4 texts are unknown, \d new in the queue\n$/);
    expect(stderr).toContain('1 lines hold no text');
    const listing = await succeedJson<UnknownListing>(desk, ['unknown', 'list', 'desk', ...at(15)]);
    expect(listing.texts).toBe(3);
    const [cluster] = listing.clusters;
    const told = await succeed(desk, ['unknown', 'list', 'desk', ...at(15)]);
    expect(told).toContain(cluster!.cluster);
    expect(widest(told)).toBeLessThanOrEqual(80);
    const choice = ['--clusters', cluster!.cluster];
    const dry = await succeed(desk, ['unknown', 'name', 'desk', 'astronomy', ...choice, '--dry-run', ...at(16)]);
    expect(dry).toContain(`${cluster!.size} of ${cluster!.size} texts would be taken in as astronomy`);
    const named = await succeedJson<NamedTexts>(desk, ['unknown', 'name', 'desk', 'astronomy', ...choice, ...at(16)]);
    expect(named).toMatchObject({ removed: cluster!.size, intake: { accepted: cluster!.size } });
    const dropped = await espalier(desk, ['unknown', 'drop', 'desk', '--all', ...at(17)]);
    expect(dropped.code).toBe(2);
    expect(dropped.stderr).toContain('--reason');
    await succeed(desk, ['unknown', 'drop', 'desk', '--all', '--reason', 'noise', ...at(17)]);
    expect(rowsOf(desk, 'select * from unknown_texts')).toEqual([]);
    const acts = rowsOf<{ act: string; actor: string }>(desk, 'select act, actor from audit order by id');
    expect(acts.slice(-4).map(({ act }) => act)).toEqual(['queued', 'ingested', 'named', 'dropped']);
    expect(acts.at(-1)!.actor).toBe('ann');
  });

  it('shows no escape sequence of a hostile text', async () => {
    const folder = copyOf(trained);
    const hostile = 'zxq\u001b[31m wvk\u001b]0;title\u0007 \u202ejjq\u202c =cmd <b>qqq</b>';
    writeFileSync(
      join(folder, 'hostile.txt'),
      `${hostile}
`,
    );
    await succeed(folder, ['unknown', 'add', 'desk', 'hostile.txt', ...at(15)]);
    // What the command cleans, another program may have written as it was.
    withDatabase(folder, (database) => {
      const row = "('desk', 'intent', ?, ?, ?, ?, 0.1, 1, '', '', 1)";
      database.prepare(`insert into unknown_texts values ${row}`).run('ab12', hostile, hostile, hostile);
    });
    const told: string[] = [];
    for (const words of [
      ['list', 'desk'],
      ['drop', 'desk', '--all', '--dry-run'],
      ['list', 'desk', '--json'],
    ])
      told.push(await succeed(folder, ['unknown', ...words, ...at(15)]));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(told.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e]/);
  });
});

describe('the schedule', () => {
  const waiting = deskDeclaration((source) => `${source}schedule:\n  drift: { effect: 0.1, p: 0.05 }\n`);
  interface Check {
    readonly trigger: string;
    readonly reason: string;
    readonly outcome: string;
  }

  it('compares a new batch by itself, and starts one update for it', async () => {
    const folder = copyOf(trained);
    declare(folder, waiting);
    const runOnce = (hour: number) => succeedJson<Check[]>(folder, ['schedule', 'start', '--once', ...at(hour)]);
    expect(await runOnce(11)).toEqual([]);
    await succeed(folder, [...ingestWords('shipping'), ...at(12)]);
    const checks = await runOnce(13);
    expect(checks).toMatchObject([{ trigger: 'drift', outcome: 'candidate' }]);
    expect(checks[0]!.reason).toMatch(/arrivals \d+-\d+ drifted \(effect 0\.\d\d, p \S+\)/);
    expect(rowsOf(folder, 'select * from drift_checks')).toHaveLength(1);
    expect(await runOnce(14)).toEqual([]);
    const [status] = await succeedJson<{ next: string }[]>(folder, ['schedule', 'status', ...at(14)]);
    expect(status!.next).toContain('at a batch with a drift of effect 0.1 and p 0.05');
  });
});
