/** Where the parts of an example stand in a row: nested fields, names of labels, and the time of an example. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestSettings } from '#espalier/library/ingest.js';
import { openTestWorkspace, type TestWorkspace } from '#espalier/testing/testing.js';
import { espalier, succeedJson } from '../support/command.js';
import { errorOf } from '../support/errors.js';

let desk: TestWorkspace;
beforeAll(async () => {
  desk = await openTestWorkspace();
});
afterAll(() => desk.close());

const at = new Date('2026-11-24T12:00:00Z');
let domains = 0;

/** What is stored of the rows, and why others were rejected. */
async function take(rows: readonly object[] | string, settings: IngestSettings = {}) {
  const triage = await desk.espalier.adapter();
  const domain = `domain ${domains++}`;
  const report = await triage.ingest(rows, { domain, at, ...settings, maxRejected: settings.maxRejected });
  const stored: { text: string; label?: string; domain: string; received: string }[] = [];
  for await (const { text, label, received, domain: own } of triage.examples({
    domain: settings.map?.domain ? undefined : domain,
  }))
    stored.push({ text, label: label!, domain: own, received });
  return { report, stored };
}

const oneOf = ({ stored }: Awaited<ReturnType<typeof take>>) => stored.map(({ text, label }) => [text, label]);

describe('map', () => {
  it('names nested fields with dots', async () => {
    const rows = [{ utterance: 'nested one', intent: { name: 'a', ranking: [{ name: 'b' }] } }];
    expect(oneOf(await take(rows, { map: { text: 'utterance', label: 'intent.name' } }))).toEqual([
      ['nested one', 'a'],
    ]);
    const other = [{ utterance: 'nested two', intent: { ranking: [{ name: 'b' }] } }];
    expect(oneOf(await take(other, { map: { text: 'utterance', label: 'intent.ranking.0.name' } }))).toEqual([
      ['nested two', 'b'],
    ]);
  });

  it('a field whose own name has a dot wins, at any depth', async () => {
    const rows = [
      { text: 'dotted one', 'intent.name': 'own', intent: { name: 'nested' } },
      { text: 'dotted two', 'intent.name': { 'x.y': 'deep' }, intent: { name: { 'x.y': 'other' } } },
    ];
    expect(oneOf(await take(rows.slice(0, 1), { map: { label: 'intent.name' } }))).toEqual([['dotted one', 'own']]);
    expect(oneOf(await take(rows.slice(1), { map: { label: 'intent.name.x.y' } }))).toEqual([['dotted two', 'deep']]);
  });

  it('textField, labelField, domainField and where know nested fields too', async () => {
    const rows = [
      { body: { text: 'kept text' }, meta: { label: 'a', shop: 'north', ok: 'yes' } },
      { body: { text: 'other text' }, meta: { label: 'a', shop: 'north', ok: 'no' } },
    ];
    const { report, stored } = await take(rows, {
      textField: 'body.text',
      labelField: 'meta.label',
      map: { domain: 'meta.shop' },
      where: [{ field: 'meta.ok', value: 'yes' }],
    });
    expect(report).toMatchObject({ accepted: 1, filtered: 1, notRead: [] });
    expect(stored.find(({ text }) => text === 'kept text')).toMatchObject({ label: 'a', domain: 'north' });
  });

  it('what an object inherits is no field', async () => {
    const error = await errorOf(take([{ text: 't', label: 'x' }], { map: { label: 'constructor.name' } }));
    expect(error.message).toContain('no field `constructor.name`');
  });

  it.each([
    [{ map: { txt: 'a' } as object }, 'USAGE', /`map` names a role `txt`/],
    [{ map: { text: 'a' }, textField: 'b' }, 'USAGE', /`map` and `textField` name the field of the text twice/],
    [{ map: { text: '' } }, 'USAGE', /names no field/],
  ])('a mistake is refused before anything is read: %j', async (settings, code, message) => {
    const error = await errorOf(take([{ a: 'x', label: 'y' }], settings));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('labelNames', () => {
  it('turn integers into labels, whether a number or a text, and leave names', async () => {
    const rows = [
      { text: 'number 1', label: 1 },
      { text: 'number 0 as text', label: '0' },
      { text: 'a name', label: 'late' },
    ];
    expect(oneOf(await take(rows, { labelNames: ['refund', 'late'] }))).toEqual([
      ['number 1', 'late'],
      ['number 0 as text', 'refund'],
      ['a name', 'late'],
    ]);
  });

  it('reject an integer beyond them, and the one that stands for no label', async () => {
    const rows = [
      { text: 'beyond', label: 2 },
      { text: 'none', label: -1 },
      { text: 'good', label: 0 },
    ];
    const { report } = await take(rows, { labelNames: ['refund', 'late'] });
    expect(report).toMatchObject({ accepted: 1, rejected: 2 });
    const error = await errorOf(take([{ text: 'beyond again', label: 2 }], { labelNames: ['refund', 'late'] }));
    expect(error.message).toContain('the label 2 has no name: 2 names were given, for 0 to 1');
  });

  it('are refused where there are none, or one stands there twice', async () => {
    expect((await errorOf(take([], { labelNames: [] }))).code).toBe('USAGE');
    expect((await errorOf(take([], { labelNames: ['a', 'a'] }))).message).toContain('`a` twice');
  });
});

describe('timeField', () => {
  it.each([
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T10:30', '2026-11-01T10:30:00.000Z'],
    ['2026-11-01 10:30:05.25', '2026-11-01T10:30:05.250Z'],
    ['2026-11-01T10:30:00+02:00', '2026-11-01T08:30:00.000Z'],
    [1_700_000_000, '2023-11-14T22:13:20.000Z'],
    [1_700_000_000_500, '2023-11-14T22:13:20.500Z'],
    ['1700000000', '2023-11-14T22:13:20.000Z'],
  ])('%j is when the example was received', async (when, received) => {
    const { stored } = await take([{ text: `at ${JSON.stringify(when)}`, label: 'a', when }], { timeField: 'when' });
    expect(stored.map((one) => one.received)).toEqual([received]);
  });

  it.each([
    ['2026-02-30', 'is no time'],
    ['24.11.2026', 'is no time'],
    ['yesterday', 'is no time'],
    [1e20, 'is no time'],
    [true, 'is no time'],
    [null, 'the field is null'],
    ['', 'the field is empty'],
    [undefined, 'the row has no field `when`'],
    ['2026-11-26', 'lies in the future'],
  ])('%j is rejected row by row', async (when, reason) => {
    const rows = [
      { text: `bad ${when}`, label: 'a', when },
      { text: `good beside ${when}`, label: 'a', when: '2026-11-01' },
    ];
    expect((await take(rows, { timeField: 'when' })).report).toMatchObject({ accepted: 1, rejected: 1 });
    expect((await errorOf(take(rows.slice(0, 1), { timeField: 'when' }))).message).toContain(reason);
  });
});

describe('on the command line', () => {
  const write = (name: string, content: string) => {
    writeFileSync(join(desk.folder, name), content);
    return join(desk.folder, name);
  };

  it('--map, --label-names and --time-field say the same', async () => {
    const rows = [
      { q: { text: 'by hand one' }, y: 1, at: '2026-01-02' },
      { q: { text: 'by hand two' }, y: 0, at: '2026-01-03' },
    ];
    const file = write('hand.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    const names = write('names.txt', 'refund\nlate\n');
    const words = [
      'ingest',
      file,
      '--adapter',
      'triage',
      '--domain',
      'hand',
      '--map',
      'text=q.text,label=y',
      '--time-field',
      'at',
    ];
    expect(await succeedJson(desk.folder, [...words, '--label-names', names])).toMatchObject({ accepted: 2 });
    expect(await succeedJson(desk.folder, [...words, '--label-names', 'refund,late'])).toMatchObject({ duplicates: 2 });
    const list = write('names.json', '["refund", "late"]');
    expect(await succeedJson(desk.folder, [...words, '--label-names', list])).toMatchObject({ duplicates: 2 });
  });

  it.each([
    [2, ['--map', 'text'], /--map text is not a role and its field/],
    [2, ['--map', 'txt=a'], /--map names a role `txt`/],
    [2, ['--map', 'text=a', '--text-field', 'b'], /name the field of the text twice/],
    [1, ['--label-names', 'nowhere.txt'], /nowhere.txt/],
  ] as const)('is refused with exit code %i: %j', async (exitCode, words, message) => {
    const file = write('any.jsonl', '{"text":"a","label":"b"}\n');
    const { code, stderr } = await espalier(desk.folder, [
      'ingest',
      file,
      '--adapter',
      'triage',
      '--domain',
      'x',
      ...words,
    ]);
    expect([code, stderr]).toEqual([exitCode, expect.stringMatching(message)]);
  });
});
