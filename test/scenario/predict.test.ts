import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, succeed } from '../support/command.js';
import {
  at,
  copyOf,
  databaseOf,
  declare,
  deskDeclaration,
  trainedDesk,
  withDatabase,
  writeDesk,
} from '../support/desk.js';
import { jsonLines } from '../support/suite.js';

let desk: string;
beforeAll(async () => {
  desk = await trainedDesk();
});

type Answer = Record<string, unknown>;
const answersTo = async (input: string | Uint8Array, words: readonly string[] = ['--json']) =>
  (await succeed(desk, ['predict', 'desk', ...words], { input }))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);

const asked = 'please cancel my subscription';

describe('lines in, lines out', () => {
  it('a line that cannot be asked gets a null answer in its place', async () => {
    const answers = await answersTo(`${asked}\n\n  \t\n${asked}\r\n${asked}`);
    expect(answers.map(({ text, label }) => [text, label])).toEqual([
      [asked, 'cancel_subscription'],
      ['', null],
      ['  \t', null],
      [asked, 'cancel_subscription'],
      [asked, 'cancel_subscription'],
    ]);
    expect(answers[1]).toEqual({ text: '', task: 'intent', label: null, reason: 'empty text', version: 1 });
  });

  it('in text, too', async () => {
    const printed = await succeed(desk, ['predict', 'desk'], { input: `${asked}\n\n${asked}\n` });
    expect(printed.trimEnd().split('\n')).toHaveLength(3);
    expect(printed).toMatch(/\n\(no answer\) .*empty text\n/);
  });

  it('only a line feed ends a line, and a byte order mark is no text', async () => {
    const answers = await answersTo(`\ufeff${asked}\n${asked}\u2028or not\n`);
    expect(answers.map(({ text }) => text)).toEqual([asked, `${asked}\u2028or not`]);
  });

  it('what is not UTF-8 and what is too long is told in its place', async () => {
    const input = Buffer.concat([
      Buffer.from(`${asked}\n`),
      Buffer.from([0x63, 0x61, 0x66, 0xe9, 10]),
      Buffer.from(`${'x '.repeat(15_000)}\n`),
      Buffer.alloc(10_000_000, 'x'),
      Buffer.from(`\n${asked}\n`),
    ]);
    const answers = await answersTo(input);
    expect(answers.map(({ label }) => label)).toEqual(['cancel_subscription', null, null, null, 'cancel_subscription']);
    expect(answers.map(({ reason }) => reason).slice(1, 4)).toEqual([
      'the line is not valid UTF-8',
      expect.stringMatching(/^the text has 2\d,?\d+ characters; at most 20000 are taken$/),
      'the line has 10000000 bytes; at most 262144 are read',
    ]);
  });

  it('answers a line before the next one is there', async () => {
    const { processOf, line } = startPredict(desk);
    processOf.stdin.write(`${asked}\n`);
    expect(await line).toContain('cancel_subscription');
    processOf.stdin.end();
  });

  it('reads a file, and takes - for standard input', async () => {
    writeFileSync(join(desk, 'asked.txt'), `${asked}\n`);
    const fromFile = await answersTo('', ['--json', '--input', join(desk, 'asked.txt')]);
    expect(fromFile).toEqual(await answersTo(`${asked}\n`, ['-', '--json']));
    const { code, stderr } = await espalier(desk, ['predict', 'desk', '--input', 'nowhere.txt']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[FILE_NOT_FOUND]')]);
  });
});

describe('JSON lines', () => {
  it('pass their fields through, and keep those that the answer needs under input', async () => {
    const rows = [
      { id: 'a7', text: asked, label: 'gold', nested: { x: [1] } },
      { id: 8, text: 'two\nlines: cancel my subscription' },
      { id: 9 },
      { id: 10, text: '' },
    ];
    const input = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n{broken\n\n[1]\n${JSON.stringify(asked)}\n`;
    const answers = await answersTo(input, ['--format', 'jsonl']);
    expect(answers).toHaveLength(8);
    expect(answers[0]).toMatchObject({
      id: 'a7',
      text: asked,
      label: 'cancel_subscription',
      nested: { x: [1] },
      input: { label: 'gold' },
    });
    expect(answers[1]).toMatchObject({ id: 8, text: 'two\nlines: cancel my subscription' });
    expect(answers[2]).toMatchObject({ id: 9, label: null, reason: expect.stringContaining('`text`') });
    expect(answers[3]).toMatchObject({ id: 10, label: null, reason: 'empty text' });
    expect(answers.slice(4, 7).map(({ label, reason }) => [label, String(reason).slice(0, 18)])).toEqual([
      [null, 'the line is not JS'],
      [null, 'the line is empty'],
      [null, 'the line is not a '],
    ]);
    expect(answers[7]).toMatchObject({ text: asked, label: 'cancel_subscription' });
  });

  it('may hold the text in another field', async () => {
    const answers = await answersTo(`${JSON.stringify({ question: asked })}\n`, [
      '--format',
      'jsonl',
      '--text-field',
      'question',
    ]);
    expect(answers[0]).toMatchObject({ question: asked, text: asked, label: 'cancel_subscription' });
  });
});

describe('what cannot be known', () => {
  it.each(['', '   ', '\u200b'])('an empty text on the command line is refused: %j', async (text) => {
    const { code, stdout, stderr } = await espalier(desk, ['predict', 'desk', text]);
    if (text.trim() === '') expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('[TEXT_INVALID]')]);
    else expect(stdout + stderr).not.toContain('100.0 %');
  });

  it('a text that shares nothing with what is known is unknown, with the reason and the likeliest label', async () => {
    const answers = await answersTo('???\n\u{1f642}\u{1f642}\n\u8acb\u9000\u6b3e\u7d66\u6211\n');
    for (const answer of answers) {
      expect(answer).toMatchObject({
        label: null,
        unknown: true,
        likeliest: expect.any(String),
        confidence: expect.any(Number),
      });
      expect(answer.reason).toMatch(/no letter and no digit|no token/);
    }
    const always = await answersTo('???\n', ['--json', '--always-answer']);
    expect(always[0]).toMatchObject({ label: answers[0]!.likeliest });
    expect(always[0]).not.toHaveProperty('reason');
  });

  it('an answer below the threshold of the manifest is withheld', async () => {
    const { unknown } = JSON.parse(
      (await import('node:fs')).readFileSync(join(desk, 'adapters/desk/versions/1/manifest.json'), 'utf8'),
    ) as { unknown: Record<string, { threshold: number | null }> };
    const threshold = unknown.intent!.threshold ?? 0;
    const texts = ['the weather is nice today', 'who won the cup', asked];
    const sure = await answersTo(texts.join('\n'), ['--json', '--always-answer']);
    const careful = await answersTo(texts.join('\n'));
    expect(threshold).toBeGreaterThan(0);
    for (const [index, { label, confidence }] of sure.entries())
      expect(careful[index]!.label, texts[index]).toBe((confidence as number) < threshold ? null : label);
    expect(careful[0]!.label).toBeNull();
  });
});

describe('an adapter with so few examples that no threshold can be chosen', () => {
  const rows = [
    ...['where is my parcel', 'my parcel has not come', 'the parcel is late'].map((text) => ({
      text,
      label: 'parcel',
    })),
    ...['I want my money back', 'please refund the order', 'give me a refund'].map((text) => ({
      text,
      label: 'refund',
    })),
  ];

  async function smallDesk(multiLabel: boolean): Promise<string> {
    const task = `{ name: intent${multiLabel ? ', multiLabel: true' : ''} }`;
    const folder = writeDesk(
      `name: desk\nencoder: { model: use-lite }\ntasks: [${task}]\nholdout: { fraction: 0.2 }\ngate: { margin: 0.5 }\n`,
    );
    const input = jsonLines(rows.map(({ text, label }) => (multiLabel ? { text, labels: [label] } : { text, label })));
    await succeed(folder, ['ingest', '-', '--adapter', 'desk', '--domain', 'all', ...at(8)], { input });
    await succeed(folder, ['update', 'desk', '--strategy', 'analytic', ...at(9)]);
    await succeed(folder, ['candidates', 'approve', '1', '--reason', 'the first', '--override', ...at(10)]);
    return folder;
  }

  it.each([false, true])('does not answer what shares nothing with them (several labels: %s)', async (multiLabel) => {
    const folder = await smallDesk(multiLabel);
    const input = 'Guten Morgen liebe Leute\nwhere are my parcels\n';
    const ask = async (...words: string[]) =>
      (await succeed(folder, ['predict', 'desk', '--json', ...words], { input }))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer);
    const [strange, usual] = await ask();
    expect(strange).toMatchObject({
      ...{ label: null, unknown: true },
      reason: 'no word of the text, and no part of one, occurs in what was learned',
    });
    expect(usual).toMatchObject({ label: multiLabel ? expect.any(String) : 'parcel' });
    const [always] = await ask('--always-answer');
    expect(always).toMatchObject({ label: strange!.likeliest });
  });
});

describe('a workspace that cannot be written', () => {
  const reading = [
    ['predict', 'desk', asked],
    ['candidates', 'show', '1'],
    ['candidates', 'list', '--all'],
    ['status'],
    ['buffer', 'list', '--limit=500'],
    ['eval', 'list'],
    ['eval', 'history', 'holdout/billing'],
  ];

  it.each(reading)('%s %s reads', async (...words) => {
    const folder = lockedCopy();
    const given = words.filter((word): word is string => word !== undefined);
    const { code, stderr } = await espalier(folder, given, { permissions: 'obeyed' });
    expect([code, stderr]).toEqual([0, '']);
    unlock(folder);
  });

  it('with a log beside the database what was written last is seen, and no copy is left', async () => {
    const folder = copyOf(desk);
    const writer = new SqliteDatabase(databaseOf(folder));
    writer.pragma('wal_autocheckpoint = 0');
    writer.prepare("update adapters set champion_version = null where name = 'desk'").run();
    const copy = copyOf(desk);
    for (const end of ['', '-wal']) cpSync(`${databaseOf(folder)}${end}`, `${databaseOf(copy)}${end}`);
    writer.close();
    lock(copy);
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('espalier-store-'));
    const { code, stderr } = await espalier(copy, ['predict', 'desk', asked], { permissions: 'obeyed' });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("desk's champion is none, but the last decision made it version 1"),
    ]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('espalier-store-'))).toEqual(before);
    unlock(copy);
  });

  it('with an older schema is refused', async () => {
    const folder = copyOf(desk);
    withDatabase(folder, (database) => database.pragma('user_version = 1'));
    lock(folder);
    const { code, stderr } = await espalier(folder, ['status'], { permissions: 'obeyed' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('[STORE_OUTDATED]')]);
    unlock(folder);
  });

  it('is not written', async () => {
    const folder = lockedCopy();
    const { code, stderr } = await espalier(folder, ['rollback', 'desk', '--reason', 'x'], { permissions: 'obeyed' });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\[DISK_READ_ONLY\]|\[FILE_UNREADABLE\]/)]);
    unlock(folder);
  });
});

function lockedCopy(): string {
  const folder = copyOf(desk);
  for (const end of ['-wal', '-shm']) expect(existsSync(`${databaseOf(folder)}${end}`)).toBe(false);
  lock(folder);
  return folder;
}

const store = (folder: string) => join(folder, 'replay-store');
function lock(folder: string): void {
  for (const name of readdirSync(store(folder))) chmodSync(join(store(folder), name), 0o444);
  chmodSync(store(folder), 0o555);
}
function unlock(folder: string): void {
  chmodSync(store(folder), 0o755);
}

function startPredict(folder: string) {
  const entry = new URL('../../dist/cli/main.js', import.meta.url).pathname;
  const processOf = spawn(process.execPath, [entry, 'predict', 'desk'], {
    cwd: folder,
    env: { ...process.env, ESPALIER_CACHE: join(tmpdir(), 'espalier-test-cache') },
  });
  const line = new Promise<string>((resolve) => processOf.stdout.once('data', (data) => resolve(String(data))));
  return { processOf, line };
}

it('a label that was renamed since is answered under its new name', async () => {
  const folder = copyOf(desk);
  const rename = '  - name: intent\n    aliases: { cancel_subscription: end_contract, refund_status: end_contract }\n';
  declare(
    folder,
    deskDeclaration((source) => source.replace('  - name: intent\n', rename)),
  );
  const ask = async (where: string, ...more: string[]) =>
    JSON.parse(await succeed(where, ['predict', 'desk', ...more, '--json'])) as Answer;
  const before = await ask(desk, asked);
  const after = await ask(folder, asked);
  expect([before.label, after.label]).toEqual(['cancel_subscription', 'end_contract']);
  expect(after.confidence).toBeGreaterThanOrEqual(before.confidence as number);
});
