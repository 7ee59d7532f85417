import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { sameTextHash, textHash } from '#espalier/core/text.js';
import type { AdapterDeclaration } from '#espalier/declaration/declaration.js';
import { ingest } from '#espalier/intake/intake.js';
import type { IntakeRequest } from '#espalier/intake/intake-report.js';
import type { FormatName } from '#espalier/reading/input-file.js';
import { lastArrival } from '#espalier/store/arrivals.js';
import type { Store } from '#espalier/store/database.js';
import { listStrata } from '#espalier/store/strata.js';
import { declare } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { now, temporaryStore } from '../support/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
let files = 0;

type Row = Record<string, unknown> | string;

/** JSON lines of `rows`; a text stands for itself. */
function jsonLines(rows: readonly Row[]): string {
  const path = join(folder, `${files++}.jsonl`);
  writeFileSync(path, `${rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n')}\n`);
  return path;
}

interface Intake extends Partial<IntakeRequest> {
  readonly path: string;
  readonly format?: FormatName;
}

function take(store: Store, { path, format = 'jsonl', ...overrides }: Intake) {
  return ingest(store, {
    declaration: declare(),
    files: [{ path, name: basename(path), format }],
    domain: 'banking',
    source: 'test',
    fields: { text: 'text', label: 'label' },
    evalTexts: new Map(),
    rejectsFile: join(folder, 'rejects', `${files++}.jsonl`),
    now,
    actor: { name: 'ada', via: 'cli' },
    signal: new AbortController().signal,
    progress: () => undefined,
    ...overrides,
  });
}

const examplesOf = async (store: Store) =>
  (await store.queries.selectFrom('examples').selectAll().orderBy('id').execute()).map(({ seal: _, ...row }) => row);
const rejectsIn = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const closedLabels = (): AdapterDeclaration => ({
  ...declare(),
  tasks: [{ name: 'intent', labels: ['balance', 'transfer'] }],
});
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ text: `text ${index}`, label: `label ${index % 7}` }));
const nothing = {
  accepted: 0,
  heldOut: 0,
  duplicates: 0,
  contradictions: 0,
  leaked: 0,
  rejected: 0,
  rejectsFile: undefined,
};

describe('the order of arrival', () => {
  const numbers = async (store: Store, adapter: string) =>
    (
      await store.queries
        .selectFrom('examples')
        .select('arrival')
        .where('adapter', '=', adapter)
        .orderBy('arrival')
        .execute()
    ).map(({ arrival }) => arrival);
  const texts = (from: number, to: number) => many(to).slice(from);

  it('is numbered without a gap: rejected and repeated rows take no number', async () => {
    const store = await temporaryStore();
    const rows = texts(0, 6);
    const path = jsonLines([
      rows[0]!,
      { text: '', label: 'x' },
      rows[0]!,
      { text: 'text 0', label: 'another' },
      ...rows.slice(1, 4),
    ]);
    expect(await take(store, { path })).toMatchObject({ accepted: 4, rejected: 2, duplicates: 1 });
    expect(await take(store, { path: jsonLines(rows) })).toMatchObject({ accepted: 2, duplicates: 4 });
    expect(await numbers(store, 'support')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await lastArrival(store.queries, 'support')).toBe(6);
  });

  it('is that of each adapter, whatever ids its examples have', async () => {
    const store = await temporaryStore();
    const mood = { ...declare(), name: 'mood' };
    await take(store, { path: jsonLines(texts(0, 3)) });
    await take(store, { path: jsonLines(texts(0, 2)), declaration: mood });
    await take(store, { path: jsonLines(texts(3, 5)) });
    await take(store, { path: jsonLines(texts(2, 3)), declaration: mood });
    expect([await numbers(store, 'support'), await numbers(store, 'mood')]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3],
    ]);
  });

  it('gives the numbers of an intake that was refused to the next one', async () => {
    const store = await temporaryStore();
    const path = jsonLines([...texts(0, 3), { text: '', label: 'x' }]);
    await expect(take(store, { path, maxRejected: { rows: 0 } })).rejects.toMatchObject({ code: 'TOO_MANY_REJECTED' });
    expect(await lastArrival(store.queries, 'support')).toBe(0);
    await take(store, { path: jsonLines(texts(3, 5)) });
    expect(await numbers(store, 'support')).toEqual([1, 2]);
  });
});

describe('the same text in other letters', () => {
  const spellings = [
    'my parcel is late',
    'MY PARCEL IS LATE',
    'my parcel is late.',
    'my parcel is late?!',
    'my  parcel\u00a0is late',
    'm\u200by par\u00adcel is late',
    'my parcel is ｌａｔｅ',
    'my parcel is late\u2026',
  ];

  it('is a duplicate with the same label, within a file and in a later one; the first spelling is kept', async () => {
    const store = await temporaryStore();
    const first = await take(store, { path: jsonLines(spellings.map((text) => ({ text, label: 'late' }))) });
    expect(first).toMatchObject({
      accepted: 1,
      duplicates: spellings.length - 1,
      twins: spellings.length - 3,
      rejected: 0,
    });
    const again = await take(store, { path: jsonLines(spellings.slice(1).map((text) => ({ text, label: 'late' }))) });
    expect(again).toMatchObject({ accepted: 0, duplicates: spellings.length - 1 });
    expect((await examplesOf(store)).map(({ text }) => text)).toEqual([spellings[0]]);
  });

  it('is a contradiction with another label', async () => {
    const store = await temporaryStore();
    const rows = spellings.map((text, index) => ({ text, label: index === 0 ? 'late' : 'lost' }));
    const report = await take(store, { path: jsonLines(rows) });
    expect(report).toMatchObject({ accepted: 1, contradictions: spellings.length - 1 });
    const reason = 'the same text in other letters is labelled `late` earlier in this input; this row says `lost`';
    expect(rejectsIn(report.rejectsFile!)[0].reason).toBe(reason);
  });

  it('of an eval suite is kept out of training', async () => {
    const store = await temporaryStore();
    const evalTexts = new Map([[sameTextHash(spellings[0]!), 'parcels']]);
    const report = await take(store, {
      path: jsonLines([...spellings.map((text) => ({ text, label: 'late' })), { text: 'x', label: 'y' }]),
      evalTexts,
    });
    expect(report).toMatchObject({ accepted: 1, leaked: spellings.length });
  });

  it('is another text where numbers, signs or inner punctuation differ', async () => {
    const texts = [
      '3.5',
      '35',
      'C++',
      'C',
      'C#',
      "we're here",
      'were here',
      'a, b',
      'a b',
      '???',
      '!!!',
      '\u{1f600}',
      '\u{1f622}',
    ];
    const report = await take(await temporaryStore(), { path: jsonLines(texts.map((text) => ({ text, label: 'a' }))) });
    expect(report).toMatchObject({ accepted: texts.length, duplicates: 0 });
  });
});

describe('rows that are accepted', () => {
  it('are stored normalised, with hash, domain, source, time and provenance', async () => {
    const store = await temporaryStore();
    const rows = [
      { text: '  Where is\n my  money ', label: ' balance ' },
      { text: 'cafe\u0301', label: 7, of: 'dining', from: 'call centre', domain: 'not asked', note: 'kept out' },
    ];
    const path = jsonLines(rows);
    const fields = { text: 'text', label: 'label', domain: 'of', source: 'from' };
    expect(await take(store, { path, fields })).toMatchObject({ ...nothing, accepted: 2 });
    const shared = { adapter: 'support', task: 'intent', received_at: now.toISOString(), split: 'train' };
    expect(await examplesOf(store)).toEqual([
      {
        ...{
          id: 1,
          arrival: 1,
          ...shared,
          text: 'Where is my money',
          hash: textHash('Where is my money'),
          twin: sameTextHash('where is my money'),
          label: 'balance',
          domain: 'banking',
        },
        ...{ source: 'test', provenance: JSON.stringify({ file: basename(path), line: 1 }) },
      },
      {
        ...{
          id: 2,
          arrival: 2,
          ...shared,
          text: 'caf\u00e9',
          hash: textHash('caf\u00e9'),
          twin: sameTextHash('CAF\u00c9'),
          label: '7',
          domain: 'dining',
        },
        ...{ source: 'call centre', provenance: JSON.stringify({ file: basename(path), line: 2 }) },
      },
    ]);
  });

  it('may come as CSV with columns of other names', async () => {
    const store = await temporaryStore();
    const path = join(folder, 'rows.csv');
    writeFileSync(path, '\ufeffutterance,intent,domain\n"my card, please",card,banking\nbook a table,reserve,dining\n');
    const report = await take(store, {
      path,
      format: 'csv',
      fields: { text: 'utterance', label: 'intent', domain: 'domain' },
    });
    expect(report).toMatchObject({ ...nothing, accepted: 2 });
    expect((await examplesOf(store)).map(({ text, label, domain }) => [text, label, domain])).toEqual([
      ['my card, please', 'card', 'banking'],
      ['book a table', 'reserve', 'dining'],
    ]);
  });

  it('are held out by their share in each stratum, and counted', async () => {
    const store = await temporaryStore();
    const report = await take(store, { path: jsonLines(many(700)) });
    const examples = await examplesOf(store);
    expect(report.accepted).toBe(700);
    expect(report.heldOut).toBe(examples.filter((example) => example.split === 'holdout').length);
    for (const { label, received } of await listStrata(store.queries, 'support', 'intent')) {
      expect(received).toBe(100);
      expect(examples.filter((example) => example.label === label && example.split === 'holdout')).toHaveLength(20);
    }
  });

  it('register the adapter, and are told to the audit', async () => {
    const store = await temporaryStore();
    await take(store, { path: jsonLines(many(700)) });
    expect(await store.queries.selectFrom('adapters').select(['name', 'champion_version']).execute()).toEqual([
      { name: 'support', champion_version: null },
    ]);
    const acts = await store.queries.selectFrom('audit').select(['act', 'actor', 'via', 'subject']).execute();
    expect(acts).toEqual([{ act: 'ingested', actor: 'ada', via: 'cli', subject: '700 examples' }]);
  });

  it('come from several files, with progress that ends at the size of all', async () => {
    const store = await temporaryStore();
    const paths = [jsonLines(many(3)), jsonLines([{ text: 'one more', label: 'other' }])];
    const seen: [number, number][] = [];
    const report = await take(store, {
      path: '',
      files: paths.map((path) => ({ path, name: basename(path), format: 'jsonl' })),
      progress: (bytes, total) => seen.push([bytes, total]),
    });
    const size = paths.reduce((sum, path) => sum + readFileSync(path).length, 0);
    expect(report.accepted).toBe(4);
    expect(seen.at(-1)).toEqual([size, size]);
  });
});

describe('rows that are there already', () => {
  it('count as duplicates when the same file comes again, and change nothing', async () => {
    const store = await temporaryStore();
    const path = jsonLines(many(600));
    await take(store, { path });
    const before = await dumpOf(store);
    expect(await take(store, { path })).toMatchObject({ ...nothing, duplicates: 600 });
    expect(await dumpOf(store)).toEqual(before);
  });

  it('count as duplicates within one file, also when only white space differs', async () => {
    const store = await temporaryStore();
    const path = jsonLines([
      { text: 'my money', label: 'a' },
      { text: ' my  money', label: 'a' },
      { text: 'Other money', label: 'a' },
    ]);
    expect(await take(store, { path })).toMatchObject({ accepted: 2, duplicates: 1, twins: 0 });
  });

  it('are rejected when they contradict: the first label stays', async () => {
    const store = await temporaryStore();
    await take(store, { path: jsonLines([{ text: 'my money', label: 'balance' }]) });
    const report = await take(store, {
      path: jsonLines([
        { text: 'my money', label: 'transfer' },
        { text: 'new', label: 'a' },
        { text: 'new', label: 'b' },
      ]),
    });
    expect(report).toMatchObject({ accepted: 1, duplicates: 0, contradictions: 2, rejected: 2 });
    const reasons = rejectsIn(report.rejectsFile!).map((reject) => [reject.line, reject.field, reject.reason]);
    expect(reasons).toEqual([
      [1, 'label', 'the same text is labelled `balance` as example 1; this row says `transfer`'],
      [3, 'label', 'the same text is labelled `a` earlier in this input; this row says `b`'],
    ]);
    expect((await examplesOf(store)).map((example) => example.label)).toEqual(['balance', 'a']);
  });
});

describe('rows that are rejected', () => {
  const good = { text: 'good', label: 'balance' };

  it.each([
    ['no text', { label: 'a' }, 'text', 'the row has no field `text`'],
    [
      'a mistyped field',
      { txt: 'a', label: 'a' },
      'text',
      'no field `text`; it has `txt`, `label`: name one with `textField` txt',
    ],
    ['no label', { text: 'a' }, 'label', 'the row has no field `label`'],
    ['a null', { text: null, label: 'a' }, 'text', 'the field is null'],
    ['an empty text', { text: '', label: 'a' }, 'text', 'the field is empty'],
    ['a text of white space', { text: ' \n\u00a0', label: 'a' }, 'text', 'the field is empty'],
    ['an empty label', { text: 'a', label: '  ' }, 'label', 'the field is empty'],
    ['a list for a text', { text: ['a'], label: 'a' }, 'text', 'the field is a list, not text'],
    ['an object for a label', { text: 'a', label: {} }, 'label', 'the field is an object, not text'],
    ['true for a label', { text: 'a', label: true }, 'label', 'the field is the boolean true, not text'],
    ['a text of invisible characters', { text: '\u200b\u2060\u00ad', label: 'a' }, 'text', 'the field is empty'],
    ['a label of invisible characters', { text: 'a', label: '\u200b' }, 'label', 'the field is empty'],
    [
      'a text too long in its compatibility form',
      { text: '\ufdfa'.repeat(8000), label: 'a' },
      'text',
      'compatibility form (Unicode NFKC)',
    ],
    [
      'too long a text',
      { text: 'a'.repeat(20_001), label: 'a' },
      'text',
      'the field has 20001 characters; at most 20000 are taken',
    ],
    [
      'too long a label',
      { text: 'a', label: 'a'.repeat(201) },
      'label',
      'the field has 201 characters; at most 200 are taken',
    ],
    ['a line that is not JSON', '{"text": "a"', undefined, 'the line is not JSON'],
  ])('%s: line, field, reason and the row as it stood', async (_what, row, field, reason) => {
    const store = await temporaryStore();
    const report = await take(store, { path: jsonLines([good, row]) });
    expect(report).toMatchObject({ accepted: 1, rejected: 1 });
    const [reject] = rejectsIn(report.rejectsFile!);
    expect(reject).toMatchObject({ line: 2, raw: typeof row === 'string' ? row : JSON.stringify(row) });
    expect(reject.field).toBe(field);
    expect(reject.reason).toContain(reason);
    expect(await examplesOf(store)).toHaveLength(1);
  });

  it('a text that an eval suite holds, in whatever letter case: it is named', async () => {
    const store = await temporaryStore();
    const evalTexts = new Map([[sameTextHash('Play some music'), 'music']]);
    const report = await take(store, {
      path: jsonLines([good, { text: ' PLAY  some music', label: 'play' }]),
      evalTexts,
    });
    expect(report).toMatchObject({ accepted: 1, leaked: 1, rejected: 1 });
    expect(rejectsIn(report.rejectsFile!)[0].reason).toContain('a case of the eval suite `music`');
    expect((await examplesOf(store)).map((example) => example.text)).toEqual(['good']);
  });

  it('a label that is not declared, with the nearest that is', async () => {
    const store = await temporaryStore();
    const rows = [good, { text: 'a', label: 'transfre' }, { text: 'b', label: 'weather' }];
    const report = await take(store, { path: jsonLines(rows), declaration: closedLabels() });
    expect(report).toMatchObject({ accepted: 1, rejected: 2 });
    expect(rejectsIn(report.rejectsFile!).map((reject) => reject.reason)).toEqual([
      'the label `transfre` is not declared; the nearest is `transfer`',
      'the label `weather` is not declared',
    ]);
  });

  it('leave no file where there are none, and nothing half-written where there are', async () => {
    const store = await temporaryStore();
    const rejectsFile = join(temporaryFolder(), 'rejects', 'one.jsonl');
    const clean = await take(store, { path: jsonLines([good]), rejectsFile });
    expect(clean.rejectsFile).toBeUndefined();
    expect(existsSync(dirname(rejectsFile))).toBe(false);
    const report = await take(store, { path: jsonLines([good, 'bad']), rejectsFile });
    expect(report.rejectsFile).toBe(rejectsFile);
    expect(readdirSync(dirname(rejectsFile))).toEqual(['one.jsonl']);
  });

  it('INPUT_REJECTED when there are no others: the first is told, the file is named', async () => {
    const store = await temporaryStore();
    const rejectsFile = join(folder, 'all.jsonl');
    const path = jsonLines([
      { txt: 'a', label: 'a' },
      { txt: 'b', label: 'b' },
    ]);
    const error = await errorOf(take(store, { path, rejectsFile }));
    expect(error.code).toBe('INPUT_REJECTED');
    expect(error.message).toContain(
      `all 2 rows were rejected; the first: ${basename(path)}, line 1, field text: the row has no field`,
    );
    expect(error.hint).toContain(rejectsFile);
    expect(rejectsIn(rejectsFile)).toHaveLength(2);
  });
});

describe('a file that is wrong as a whole', () => {
  it('stores nothing, not even the good rows before the fault', async () => {
    const store = await temporaryStore();
    const path = join(folder, 'latin1.jsonl');
    const rows = many(1000).map((row) => `${JSON.stringify(row)}\n`);
    writeFileSync(path, Buffer.concat([Buffer.from(rows.join('')), Buffer.from([0x7b, 0xe9, 0x7d])]));
    expect(await errorOf(take(store, { path }))).toMatchObject({ code: 'INPUT_ENCODING', at: { line: 1001 } });
    expect(await examplesOf(store)).toEqual([]);
  });

  it('INPUT_EMPTY', async () => {
    expect((await errorOf(take(await temporaryStore(), { path: jsonLines([]) }))).code).toBe('INPUT_EMPTY');
  });
});

describe('an intake that is stopped', () => {
  const rows = many(1800);

  it('INTERRUPTED: it says where, and nothing was stored', async () => {
    const store = await temporaryStore();
    const controller = new AbortController();
    const path = jsonLines(rows);
    const error = await errorOf(
      take(store, { path, signal: controller.signal, progress: (done) => done > 0 && controller.abort() }),
    );
    expect(error).toMatchObject({
      code: 'INTERRUPTED',
      message: expect.stringMatching(/stopped at line 501 of .*; nothing was stored/),
    });
    expect(await dumpOf(store)).toEqual([[], [], [], []]);
  });

  it('leaves the store free for others, and takes everything when it is run again', async () => {
    const store = await temporaryStore();
    const path = jsonLines(rows);
    await errorOf(take(store, { path, signal: AbortSignal.abort() }));
    expect(await take(store, { path })).toMatchObject({ accepted: rows.length, duplicates: 0 });
  });
});

it('a disk that is full: nothing is stored, and everything when there is room again', async () => {
  const store = await temporaryStore();
  const path = jsonLines(many(4000));
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.queries);
  await sql`pragma max_page_count = ${sql.lit(rows[0]!.page_count + 150)}`.execute(store.queries);
  expect((await errorOf(take(store, { path }))).code).toBe('DISK_FULL');
  expect(await dumpOf(store)).toEqual([[], [], [], []]);
  await sql`pragma max_page_count = 1000000`.execute(store.queries);
  expect(await take(store, { path })).toMatchObject({ accepted: 4000, duplicates: 0 });
});

async function dumpOf(store: Store) {
  const tables = ['examples', 'strata', 'audit', 'adapters'] as const;
  return Promise.all(tables.map((table) => store.queries.selectFrom(table).selectAll().execute()));
}

describe('an adapter of several tasks', () => {
  const declaration: AdapterDeclaration = {
    ...declare(),
    tasks: [
      { name: 'intent', labels: 'open' },
      { name: 'tone', labels: ['glad', 'cross'] },
    ],
  };
  const rows = [
    { text: 'where is it', label: 'cross' },
    { text: 'thank you', label: 'glad' },
  ];

  it('takes one text once in each task, whatever its label there', async () => {
    const store = await temporaryStore();
    const path = jsonLines(rows);
    for (const task of ['intent', 'tone'])
      expect(await take(store, { path, declaration, task })).toMatchObject({ ...nothing, accepted: 2 });
    expect(await take(store, { path, declaration, task: 'tone' })).toMatchObject({ ...nothing, duplicates: 2 });
    const other = jsonLines([{ text: 'where is it', label: 'glad' }, rows[1]!]);
    expect(await take(store, { path: other, declaration, task: 'tone' })).toMatchObject({
      duplicates: 1,
      contradictions: 1,
    });
    expect((await examplesOf(store)).map(({ task, text, label }) => [task, text, label])).toEqual(
      ['intent', 'tone'].flatMap((task) => rows.map(({ text, label }) => [task, text, label])),
    );
  });

  it('knows the labels of each task by its own list', async () => {
    const store = await temporaryStore();
    const path = jsonLines([...rows, { text: 'late again', label: 'parcel' }]);
    const report = await take(store, { path, declaration, task: 'tone' });
    expect(report).toMatchObject({ accepted: 2, rejected: 1 });
    expect(rejectsIn(report.rejectsFile!)[0].reason).toContain('the label `parcel` is not declared');
    expect(await take(store, { path, declaration, task: 'intent' })).toMatchObject({ accepted: 3 });
  });

  it('counts the strata of each task by themselves', async () => {
    const store = await temporaryStore();
    const path = jsonLines(many(35));
    for (const task of ['intent', 'tone']) {
      const open = { ...declaration, tasks: declaration.tasks.map(({ name }) => ({ name, labels: 'open' as const })) };
      expect(await take(store, { path, declaration: open, task })).toMatchObject({ accepted: 35, heldOut: 7 });
    }
    for (const { received } of await listStrata(store.queries, 'support', 'tone')) expect(received).toBe(5);
  });

  it.each([
    [undefined, 'TASK_MISSING'],
    ['tune', 'TASK_UNKNOWN'],
  ])('asks which is meant: %s is %s, before anything is read', async (task, code) => {
    const store = await temporaryStore();
    expect((await errorOf(take(store, { path: 'nowhere', declaration, task }))).code).toBe(code);
  });
});
