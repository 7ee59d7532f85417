/** What intake makes of labels, of rows that were turned down, and of fields that it was not told of. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDeclaration } from '#espalier/declaration/declaration.js';
import { ingest } from '#espalier/intake/intake.js';
import type { IntakeRequest } from '#espalier/intake/intake-report.js';
import type { Store } from '#espalier/store/database.js';
import { headSettings } from '#espalier/training/heads.js';
import { errorOf } from '../support/errors.js';
import { now, temporaryStore } from '../support/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
let files = 0;

const declare = (task = '{ name: intent }') =>
  parseDeclaration(`name: support\ntasks: [${task}]`, 'adapter.yaml', headSettings);

async function take(store: Store, rows: readonly unknown[], overrides: Partial<IntakeRequest> = {}) {
  const path = join(folder, `${files++}.jsonl`);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const report = await ingest(store, {
    ...{
      declaration: declare(),
      domain: 'desk',
      source: 'test',
      fields: { text: 'text', label: 'label' },
      evalTexts: new Map(),
      now,
    },
    files: [{ path, name: basename(path), format: 'jsonl' }],
    rejectsFile: join(folder, 'rejects', `${files++}.jsonl`),
    actor: { name: 'ada', via: 'cli' },
    signal: new AbortController().signal,
    progress: () => undefined,
    ...overrides,
  });
  const lines = report.rejectsFile === undefined ? [] : readFileSync(report.rejectsFile, 'utf8').trim().split('\n');
  return { report, reasons: lines.map((line) => JSON.parse(line).reason as string) };
}

const labelsOf = async (store: Store) =>
  (await store.queries.selectFrom('examples').select('label').orderBy('id').execute()).map(({ label }) => label);
const rowsOf = (labels: readonly unknown[]) =>
  labels.map((label, index) => ({ text: `text ${index} of ${files}`, label }));

describe('labels that are new', () => {
  it('are listed with their counts and with what they are near to, among themselves too', async () => {
    const store = await temporaryStore();
    await take(store, rowsOf(['refund', 'refund', 'login']));
    const { report } = await take(
      store,
      rowsOf(['refund', 'Refund', 'Refund', 'late_parcel', 'late parcel', 'late parcel']),
    );
    expect(report.newLabels).toEqual([
      { label: 'Refund', count: 2, near: { label: 'refund', differsBy: 'letter case' } },
      { label: 'late parcel', count: 2, near: undefined },
      { label: 'late_parcel', count: 1, near: { label: 'late parcel', differsBy: 'separators' } },
    ]);
  });

  it('are near to none where they are declared', async () => {
    const declaration = declare('{ name: intent, labels: [refund, Refund] }');
    const { report } = await take(await temporaryStore(), rowsOf(['refund', 'Refund']), { declaration });
    expect(report.newLabels.map(({ near }) => near)).toEqual([undefined, undefined]);
  });

  it('warn of those that a closed list does not declare any more, unless an alias says what they are called now', async () => {
    const store = await temporaryStore();
    const warningsUnder = async (task: string) =>
      (await take(store, rowsOf(['refund', 'delivery']), { declaration: declare(task) })).report.warnings;
    expect(await warningsUnder('{ name: intent, labels: [refund, delivery, late_parcel] }')).toEqual([]);
    await take(store, rowsOf(['late_parcel']));
    expect(await warningsUnder('{ name: intent, labels: [refund, delivery] }')).toEqual([
      expect.stringMatching(/does not declare any more \(late_parcel\)\. .*map its old name with `aliases`/),
    ]);
    expect(
      await warningsUnder('{ name: intent, labels: [refund, delivery], aliases: { late_parcel: delivery } }'),
    ).toEqual([]);
    expect(await warningsUnder('{ name: intent }')).toEqual([]);
  });

  it.each([
    [['0', '1'], ['refund']],
    [['refund'], [0, 1]],
  ])('are warned of where numbers stand beside names: %j, then %j', async (first, then) => {
    const store = await temporaryStore();
    expect((await take(store, rowsOf(first))).report.warnings).toEqual([]);
    expect((await take(store, rowsOf(then))).report.warnings).toEqual([
      expect.stringMatching(/numbers \(0.*names \(refund\)/),
    ]);
  });

  it('of a multi-label task are the labels of its sets', async () => {
    const declaration = declare('{ name: topics, multiLabel: true }');
    const fields = { text: 'text', label: 'labels' };
    const store = await temporaryStore();
    await take(store, [{ text: 'a', labels: ['noise', 'price'] }], { declaration, fields });
    const { report } = await take(store, [{ text: 'b', labels: ['noise', 'Price'] }], { declaration, fields });
    expect(report.newLabels).toEqual([
      { label: 'Price', count: 1, near: { label: 'price', differsBy: 'letter case' } },
    ]);
  });
});

describe('labels as they are written', () => {
  it.each([
    ['with invisible characters', 're\u00adfu\u200bnd\u202c ', 'refund'],
    ['with white space inside', 'late \t parcel', 'late parcel'],
    ['the number 1.0', 1.0, '1'],
    ['a list of one', ['refund'], 'refund'],
  ])('are read as what they are: %s', async (_what, label, value) => {
    const store = await temporaryStore();
    await take(store, rowsOf([label]));
    expect(await labelsOf(store)).toEqual([value]);
  });

  it.each([
    ['nan', 'missing value'],
    ['None', 'missing value'],
    ['NULL', 'missing value'],
    ['n/a', 'missing value'],
    ['<NA>', 'missing value'],
    [-1, 'missing value'],
    ['-7', 'negative number'],
    ['True', 'serialised boolean'],
    ['1.0', 'not whole'],
    [0.5, 'not whole'],
    ['1e3', 'not whole'],
    ["['refund']", 'list that was printed'],
    ['["a","b"]', 'list that was printed'],
    ['{"choices": 1}', 'object that was printed'],
    ['[object Object]', 'list that was printed'],
    ['np.int64(3)', 'printed as code'],
    ["array(['a'], dtype=object)", 'printed as code'],
    ["<class 'str'>", 'printed as code'],
    ['"refund"', 'in quotes'],
    ["b'refund'", 'in quotes'],
    ['__label__refund', 'fastText'],
    [['a', 'b'], 'a list of 2 labels'],
    [[], 'an empty list'],
    [[null], 'null'],
    [{ name: 'a' }, 'an object, not text'],
    ['\u200b', 'empty'],
  ])('are rejected where they are no names: %j', async (label, form) => {
    const store = await temporaryStore();
    const { report, reasons } = await take(store, [...rowsOf(['good', 'fine']), { text: 'last', label }]);
    expect([report.accepted, reasons]).toEqual([2, [expect.stringContaining(form)]]);
  });

  it('are taken whatever they look like where they are declared', async () => {
    const declared = ['none', 'True', '-1', '1.0', '["a"]', 'n/a'];
    const declaration = declare(`{ name: intent, labels: ${JSON.stringify(declared)} }`);
    const store = await temporaryStore();
    const { report } = await take(store, rowsOf(['none', 'True', -1, '1.0', '["a"]', 'n/a']), { declaration });
    expect([report.rejected, await labelsOf(store)]).toEqual([0, declared]);
  });

  it('do not close the task where the first one looks like a set', async () => {
    const declaration = declare(`{ name: intent, labels: ['["a"]', other] }`);
    const store = await temporaryStore();
    await take(store, rowsOf(['["a"]']), { declaration });
    expect((await take(store, rowsOf(['other']), { declaration })).report.accepted).toBe(1);
  });

  it('may be a JSON list in a cell of a multi-label task', async () => {
    const declaration = declare('{ name: topics, multiLabel: true }');
    const store = await temporaryStore();
    const rows = [
      { text: 'a', labels: '["noise", "price"]' },
      { text: 'b', labels: '[]' },
      { text: 'c', labels: "['noise']" },
    ];
    const { reasons } = await take(store, rows, { declaration, fields: { text: 'text', label: 'labels' } });
    expect([await labelsOf(store), reasons]).toEqual([
      ['["noise","price"]', '[]'],
      [expect.stringContaining('list that was printed')],
    ]);
  });
});

describe('aliases and letter case', () => {
  it('aliases map names, missing values too, before anything is compared', async () => {
    const declaration = declare(
      '{ name: intent, labels: [delivery, other], aliases: { late_parcel: delivery, none: other, "3": delivery } }',
    );
    const store = await temporaryStore();
    await take(store, rowsOf(['late_parcel', ' none ', 3, 'delivery']), { declaration });
    expect(await labelsOf(store)).toEqual(['delivery', 'other', 'delivery', 'delivery']);
  });

  it('foldCase keeps the spelling that is declared, stored, or first', async () => {
    const store = await temporaryStore();
    await take(store, rowsOf(['Refund']));
    const declaration = declare('{ name: intent, foldCase: true }');
    const { report } = await take(store, rowsOf(['REFUND', 'Login', 'login']), { declaration });
    expect(await labelsOf(store)).toEqual(['Refund', 'Refund', 'Login', 'Login']);
    expect(report.newLabels).toEqual([{ label: 'Login', count: 2, near: undefined }]);
    const closed = declare('{ name: intent, labels: [refund, login], foldCase: true }');
    const other = await temporaryStore();
    await take(other, rowsOf(['REFUND', 'Login']), { declaration: closed });
    expect(await labelsOf(other)).toEqual(['refund', 'login']);
  });

  it.each([
    ['{ name: intent, labels: [a, b], aliases: { c: d } }', /`c` stands for `d`, which is not declared/],
    ['{ name: intent, labels: [a, b], aliases: { a: b } }', /`a` is a declared label/],
    ['{ name: intent, aliases: { a: b, b: c } }', /`a` stands for `b`, which is an alias itself/],
    ['{ name: intent, aliases: { a: b, b: a } }', /which is an alias itself/],
    ['{ name: intent, aliases: { a: a } }', /which is an alias itself/],
  ])('an alias that leads nowhere is refused: %s', (task, said) => {
    expect(() => declare(task)).toThrow(said);
  });
});

describe('rows that an annotator turned down', () => {
  it.each([
    ['answer', 'reject'],
    ['answer', 'ignore'],
    ['was_cancelled', true],
    ['status', 'Discarded'],
    ['skipped', true],
  ])('are rejected: %s is %j', async (field, value) => {
    const store = await temporaryStore();
    const rows = [{ text: 'a', label: 'x', [field]: value }, ...rowsOf(['y', 'z'])];
    const { report, reasons } = await take(store, rows);
    expect([report.accepted, reasons]).toEqual([2, [expect.stringContaining(`\`${field}\` is \`${value}\``)]]);
    const told = await take(store, rows, { where: [{ field, value: String(value) }] });
    expect(told.report).toMatchObject({ accepted: 1, filtered: 2, rejected: 0 });
  });

  it('say nothing where the field is the label itself', async () => {
    const { report } = await take(await temporaryStore(), [{ text: 'a', answer: 'reject' }], {
      fields: { text: 'text', label: 'answer' },
    });
    expect(report.accepted).toBe(1);
  });
});

describe('fields', () => {
  const row = { text: 'a', label: 'x', domain: 'shop.example', source: { url: '...' }, _input_hash: 7 };

  it('count only when they are named, and those that were not read are listed once', async () => {
    const store = await temporaryStore();
    const { report } = await take(store, [row, { ...row, text: 'b' }]);
    expect([report.accepted, report.notRead]).toEqual([2, ['domain', 'source', '_input_hash']]);
    expect(
      await store.queries.selectFrom('examples').select(['domain', 'source']).where('id', '=', 1).executeTakeFirst(),
    ).toEqual({
      domain: 'desk',
      source: 'test',
    });
  });

  it('that are named win, and rows without them have what was said for all, or are rejected', async () => {
    const fields = { text: 'text', label: 'label', domain: 'domain' };
    const store = await temporaryStore();
    await take(store, [row, { text: 'b', label: 'x' }, { text: 'c', label: 'x', domain: ' ' }], { fields });
    const domains = await store.queries.selectFrom('examples').select('domain').orderBy('id').execute();
    expect(domains.map(({ domain }) => domain)).toEqual(['shop.example', 'desk', 'desk']);
    const { reasons } = await take(
      store,
      [
        { ...row, text: 'd' },
        { text: 'e', label: 'x' },
      ],
      { fields, domain: undefined },
    );
    expect(reasons).toEqual([
      expect.stringContaining('no field `domain`; it has `text`, `label`: name one with `domainField`'),
    ]);
  });
});

describe('how much may be rejected', () => {
  const rows = [...rowsOf(['a', 'b', 'c']), { text: 'no label' }];

  it.each([[{ rows: 0 }], [{ share: 0.2 }]])('%j: with more than that nothing is stored', async (maxRejected) => {
    const store = await temporaryStore();
    expect((await errorOf(take(store, rows, { maxRejected }))).code).toBe('TOO_MANY_REJECTED');
    expect(await labelsOf(store)).toEqual([]);
  });

  it.each([[{ rows: 1 }], [{ share: 0.25 }]])('%j is met', async (maxRejected) => {
    expect((await take(await temporaryStore(), rows, { maxRejected })).report.accepted).toBe(3);
  });

  it('nothing taken is an error unless most rows were there already', async () => {
    const store = await temporaryStore();
    await take(store, rows);
    expect((await take(store, rows)).report).toMatchObject({ accepted: 0, duplicates: 3, rejected: 1 });
    const wrong = rows.slice(0, 3).map((row, index) => ({ ...row, label: index === 0 ? 'a' : 'other' }));
    expect((await errorOf(take(store, wrong))).code).toBe('INPUT_REJECTED');
    expect((await errorOf(take(store, rows, { where: [{ field: 'label', value: 'none of them' }] }))).code).toBe(
      'NOTHING_TAKEN',
    );
  });
});

it.runIf(process.platform !== 'win32')(
  'the rejects file is its owner\u2019s alone, and holds no character that could steer a terminal',
  async () => {
    const rejectsFile = join(temporaryFolder(), 'rejects', 'one.jsonl');
    const raw = { text: 'a\u202eb\u009b31m\u200b', labels: 'x' };
    await take(await temporaryStore(), [raw, { text: 'good', label: 'x' }, { text: 'fine', label: 'x' }], {
      rejectsFile,
    });
    const content = readFileSync(rejectsFile, 'utf8');
    expect(content).toMatch(/^[\x20-\x7e\n]+$/);
    expect(JSON.parse(JSON.parse(content).raw)).toEqual(raw);
    expect([statSync(rejectsFile).mode & 0o777, statSync(dirname(rejectsFile)).mode & 0o777]).toEqual([0o600, 0o700]);
  },
);
