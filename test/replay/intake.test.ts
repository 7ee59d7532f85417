import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { AdapterDeclaration } from '#espalier/core/declaration.js';
import { leakageHash, textHash, twinHash } from '#espalier/core/text.js';
import { type IntakeRequest, ingest } from '#espalier/replay/intake.js';
import type { Store } from '#espalier/store/database.js';
import { listStrata } from '#espalier/store/examples.js';
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
  readonly format?: 'jsonl' | 'csv';
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
    actor: 'ada',
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
const closedLabels = (): AdapterDeclaration => ({ ...declare(), tasks: [{ name: 'intent', labels: ['balance', 'transfer'] }] });
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ text: `text ${index}`, label: `label ${index % 7}` }));
const nothing = { accepted: 0, heldOut: 0, duplicates: 0, contradictions: 0, leaked: 0, rejected: 0, rejectsFile: undefined };

describe('twins, which differ in letter case, punctuation or invisible characters only', () => {
  const texts = Array.from({ length: 60 }, (_, index) => `my parcel number ${index} is late`);
  const rows = (change: (text: string) => string) => texts.map((text) => ({ text: change(text), label: 'late' }));

  it('stand on one side of the holdout, within a file and in a later one', async () => {
    const store = await temporaryStore();
    const shouted = rows((text) => `${text.toUpperCase()}!!`);
    await take(store, { path: jsonLines(rows((text) => text).flatMap((row, index) => [row, shouted[index]!])) });
    await take(store, { path: jsonLines(rows((text) => `\u200b${text.replace('late', 'ＬＡＴＥ')}.`)) });
    const sides = new Map<string, Set<string>>();
    for (const { text, split } of await examplesOf(store)) {
      const number = /\d+/.exec(text)![0];
      sides.set(number, (sides.get(number) ?? new Set()).add(split));
    }
    expect(sides.size).toBe(60);
    expect([...sides.values()].every(({ size }) => size === 1)).toBe(true);
    expect([...sides.values()].filter((side) => side.has('holdout')).length).toBeGreaterThan(8);
  });

  it('are other texts for everything else, and texts of nothing but signs are no twins', async () => {
    const store = await temporaryStore();
    const { accepted } = await take(store, { path: jsonLines([...rows((text) => text), ...rows((text) => `${text}?`)]) });
    expect(accepted).toBe(120);
    expect(twinHash('???')).not.toBe(twinHash('!!!'));
    expect(twinHash('Straße 5, bitte!')).toBe(twinHash('straße 5 bitte'));
  });
});

describe('rows that are accepted', () => {
  it('are stored normalised, with hash, domain, source, time and provenance', async () => {
    const store = await temporaryStore();
    const rows = [
      { text: '  Where is\n my  money ', label: ' balance ' },
      { text: 'cafe\u0301', label: 7, domain: 'dining', source: 'call centre', note: 'kept out' },
    ];
    const path = jsonLines(rows);
    expect(await take(store, { path })).toEqual({ ...nothing, accepted: 2 });
    const shared = { adapter: 'support', task: 'intent', received_at: now.toISOString(), split: 'train' };
    expect(await examplesOf(store)).toEqual([
      {
        ...{
          id: 1,
          ...shared,
          text: 'Where is my money',
          hash: textHash('Where is my money'),
          twin: twinHash('where is my money'),
          label: 'balance',
          domain: 'banking',
        },
        ...{ source: 'test', provenance: JSON.stringify({ file: basename(path), line: 1 }) },
      },
      {
        ...{ id: 2, ...shared, text: 'caf\u00e9', hash: textHash('caf\u00e9'), twin: twinHash('CAF\u00c9'), label: '7', domain: 'dining' },
        ...{ source: 'call centre', provenance: JSON.stringify({ file: basename(path), line: 2 }) },
      },
    ]);
  });

  it('may come as CSV with columns of other names', async () => {
    const store = await temporaryStore();
    const path = join(folder, 'rows.csv');
    writeFileSync(path, '\ufeffutterance,intent,domain\n"my card, please",card,banking\nbook a table,reserve,dining\n');
    const report = await take(store, { path, format: 'csv', fields: { text: 'utterance', label: 'intent' } });
    expect(report).toEqual({ ...nothing, accepted: 2 });
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

  it('register the adapter, and are told to the audit slice by slice', async () => {
    const store = await temporaryStore();
    await take(store, { path: jsonLines(many(700)) });
    expect(await store.queries.selectFrom('adapters').select(['name', 'champion_version']).execute()).toEqual([
      { name: 'support', champion_version: null },
    ]);
    const acts = await store.queries.selectFrom('audit').select(['act', 'actor', 'subject']).execute();
    expect(acts).toEqual([
      { act: 'ingested', actor: 'ada', subject: '500 examples' },
      { act: 'ingested', actor: 'ada', subject: '200 examples' },
    ]);
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
    expect(await take(store, { path })).toEqual({ ...nothing, duplicates: 600 });
    expect(await dumpOf(store)).toEqual(before);
  });

  it('count as duplicates within one file, also when only white space differs', async () => {
    const store = await temporaryStore();
    const path = jsonLines([
      { text: 'my money', label: 'a' },
      { text: ' my  money', label: 'a' },
      { text: 'My money', label: 'a' },
    ]);
    expect(await take(store, { path })).toMatchObject({ accepted: 2, duplicates: 1 });
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
    ['a mistyped field', { txt: 'a', label: 'a' }, 'text', 'the row has no field `text`; it has `txt`'],
    ['no label', { text: 'a' }, 'label', 'the row has no field `label`'],
    ['a null', { text: null, label: 'a' }, 'text', 'the field is null'],
    ['an empty text', { text: '', label: 'a' }, 'text', 'the field is empty'],
    ['a text of white space', { text: ' \n\u00a0', label: 'a' }, 'text', 'the field is empty'],
    ['an empty label', { text: 'a', label: '  ' }, 'label', 'the field is empty'],
    ['a list for a text', { text: ['a'], label: 'a' }, 'text', 'the field is not text'],
    ['an object for a label', { text: 'a', label: {} }, 'label', 'the field is not text'],
    ['true for a label', { text: 'a', label: true }, 'label', 'the field is not text'],
    ['NUL in the text', { text: 'a\u0000b', label: 'a' }, 'text', 'the field holds the control character U+0000'],
    ['ESC in the text', { text: '\u001b[2Ja', label: 'a' }, 'text', 'the field holds the control character U+001B'],
    ['ESC in the label', { text: 'a', label: '\u001b[31m' }, 'label', 'the field holds the control character U+001B'],
    ['an override in the domain', { text: 'a', label: 'a', domain: 'x\u202ey' }, 'domain', 'the field holds the control character U+202E'],
    ['ESC in the source', { text: 'a', label: 'a', source: '\u001bc' }, 'source', 'the field holds the control character U+001B'],
    ['too long a text', { text: 'a'.repeat(20_001), label: 'a' }, 'text', 'the field has 20001 characters; at most 20000 are taken'],
    ['too long a label', { text: 'a', label: 'a'.repeat(201) }, 'label', 'the field has 201 characters; at most 200 are taken'],
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
    const evalTexts = new Map([[leakageHash('Play some music'), 'music']]);
    const report = await take(store, { path: jsonLines([good, { text: ' PLAY  some music', label: 'play' }]), evalTexts });
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
    expect(error.message).toContain(`all 2 rows were rejected; the first: ${basename(path)}, line 1, field text: the row has no field`);
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

  async function stopAfter(store: Store, path: string, bytes: number) {
    const controller = new AbortController();
    const progress = (done: number) => done >= bytes && controller.abort();
    return errorOf(take(store, { path, signal: controller.signal, progress }));
  }

  it('INTERRUPTED: it says where, and the rows before are kept', async () => {
    const store = await temporaryStore();
    const path = jsonLines(rows);
    const error = await stopAfter(store, path, 1);
    expect(error.code).toBe('INTERRUPTED');
    const line = Number(/line (\d+)/.exec(error.message)?.[1]);
    expect(line).toBe(501);
    expect((await examplesOf(store)).map((example) => example.text)).toEqual(rows.slice(0, line - 1).map((row) => row.text));
  });

  it('keeps the rows of an unfinished slice too', async () => {
    const store = await temporaryStore();
    const controller = new AbortController();
    const path = jsonLines(rows.slice(0, 30));
    // Stopped while the eleventh row is looked at.
    const evalTexts = new Map<string, string>();
    evalTexts.get = (hash) => {
      if (hash === leakageHash('text 10')) controller.abort();
      return undefined;
    };
    const error = await errorOf(take(store, { path, signal: controller.signal, evalTexts }));
    expect(error.message).toContain('stopped at line 12');
    expect(await examplesOf(store)).toHaveLength(11);
  });

  it('ends, when it is run again, in the same as one that was never stopped', async () => {
    const [disturbed, undisturbed] = [await temporaryStore(), await temporaryStore()];
    const path = jsonLines(rows);
    await stopAfter(disturbed, path, 15_000);
    const kept = (await examplesOf(disturbed)).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(rows.length);
    expect(await take(disturbed, { path })).toMatchObject({ accepted: rows.length - kept, duplicates: kept });
    await take(undisturbed, { path });
    expect(await examplesOf(disturbed)).toEqual(await examplesOf(undisturbed));
    expect(await listStrata(disturbed.queries, 'support', 'intent')).toEqual(await listStrata(undisturbed.queries, 'support', 'intent'));
  });
});

it('DISK_FULL: the slices before are kept whole, and the same file completes it later', async () => {
  const store = await temporaryStore();
  const path = jsonLines(many(4000));
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.queries);
  await sql`pragma max_page_count = ${sql.lit(rows[0]!.page_count + 150)}`.execute(store.queries);
  expect((await errorOf(take(store, { path }))).code).toBe('DISK_FULL');
  const kept = (await examplesOf(store)).length;
  expect(kept).toBeGreaterThan(0);
  expect(kept % 500).toBe(0);
  await sql`pragma max_page_count = 1000000`.execute(store.queries);
  expect(await take(store, { path })).toMatchObject({ accepted: 4000 - kept, duplicates: kept });
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
    for (const task of ['intent', 'tone']) expect(await take(store, { path, declaration, task })).toEqual({ ...nothing, accepted: 2 });
    expect(await take(store, { path, declaration, task: 'tone' })).toEqual({ ...nothing, duplicates: 2 });
    const other = jsonLines([{ text: 'where is it', label: 'glad' }, rows[1]!]);
    expect(await take(store, { path: other, declaration, task: 'tone' })).toMatchObject({ duplicates: 1, contradictions: 1 });
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
