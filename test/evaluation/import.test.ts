import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#espalier/core/hash.js';
import { cleanText, normaliseText } from '#espalier/core/text.js';
import { importSuite } from '#espalier/evaluation/importing/import.js';
import type { ImportRequest } from '#espalier/evaluation/importing/import-request.js';
import type { ImportColumns } from '#espalier/evaluation/importing/import-row.js';
import { readSuite } from '#espalier/evaluation/suites.js';
import type { FormatName } from '#espalier/reading/input-file.js';
import { markOfDead } from '../support/dead-process.js';
import { errorOf } from '../support/errors.js';
import { importColumns, jsonLines } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();

const columns: ImportColumns = importColumns;

/** A request to import `content` into a folder of its own. */
function requestOf(content: string, change: Partial<ImportRequest> = {}, format: FormatName = 'jsonl'): ImportRequest {
  const folder = mkdtempSync(join(root, 'import-'));
  const path = join(folder, `rows.${format}`);
  writeFileSync(path, content);
  return {
    file: { path, name: `rows.${format}`, format },
    ...{
      name: 'mine',
      kind: 'classification',
      shots: 2,
      seed: 7,
      task: undefined,
      capability: undefined,
      licence: 'CC0-1.0',
    },
    columns,
    outLabel: 'out-of-scope',
    suiteFolders: [join(folder, 'evals')],
    rejectsFile: join(folder, 'rejects.jsonl'),
    date: '2026-11-24',
    ...change,
  };
}

const fruit = ['plum', 'pear', 'fig', 'lime'].map((text) => ({ text, label: 'fruit' }));
const tools = ['saw', 'axe', 'file', 'rasp'].map((text) => ({ text, label: 'tool' }));
const rejectsOf = ({ rejectsFile }: ImportRequest) =>
  readFileSync(rejectsFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: number; field?: string; reason: string });

describe('an imported suite', () => {
  it('takes away the draft that a killed import left', async () => {
    const request = requestOf(jsonLines([...fruit, ...tools]));
    const [suites] = request.suiteFolders;
    mkdirSync(join(suites!, `.theirs.${markOfDead()}.0011aabb.part`, 'theirs'), { recursive: true });
    await importSuite(request);
    expect(readdirSync(suites!)).toEqual(['mine']);
  });

  it('is a whole suite, with a log and a README that says where it comes from', async () => {
    const content = jsonLines([...fruit, ...tools]);
    const request = requestOf(content, { capability: 'Tells fruit from tools.', task: 'sort' });
    const report = await importSuite(request);
    expect(report).toMatchObject({ cases: 8, shown: 0, duplicates: 0, rejected: 0, rejectsFile: undefined });
    const suite = await readSuite(report.folder);
    expect(suite).toMatchObject({
      name: 'mine',
      version: 1,
      chance: 0.5,
      task: 'sort',
      capability: 'Tells fruit from tools.',
    });
    expect(suite.log).toEqual([{ version: 1, date: '2026-11-24', sha256: suite.contentHash, note: 'Imported.' }]);
    const readme = readFileSync(join(report.folder, 'README.md'), 'utf8');
    for (const part of ['rows.jsonl', sha256(content), 'CC0-1.0', '2026-11-24']) expect(readme).toContain(part);
  });

  const stored = (text: string) => normaliseText(cleanText(text));

  it('holds the cases that the rows were, whatever they say', async () => {
    const word = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter((text) => stored(text) !== '');
    const rows = fc.uniqueArray(fc.record({ text: word, label: fc.constantFrom('left', 'right') }), {
      selector: ({ text }) => stored(text),
      minLength: 2,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(
        rows.filter((all) => new Set(all.map(({ label }) => label)).size === 2),
        async (all) => {
          const { folder } = await importSuite(requestOf(jsonLines(all)));
          const { cases } = await readSuite(folder);
          expect(cases).toEqual(
            all.map(({ text, label }, index) => ({ id: `line-${index + 1}`, text: stored(text), label })),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is the same from CSV, where the columns may be named', async () => {
    const csv = 'what,kind\n"a, plum",fruit\n"a\nsaw",tool\n';
    const named = { ...columns, text: 'what', label: 'kind' };
    const { folder } = await importSuite(requestOf(csv, { columns: named }, 'csv'));
    expect((await readSuite(folder)).cases.map((item) => ('text' in item ? item.text : ''))).toEqual([
      'a, plum',
      'a saw',
    ]);
  });

  it('of a kind that shows some cases has so many shots of each label, the same for the same seed', async () => {
    const content = jsonLines([...fruit, ...tools]);
    const shownBy = async (seed: number) => {
      const { folder, shown } = await importSuite(requestOf(content, { kind: 'probe', seed }));
      expect(shown).toBe(4);
      const { cases } = await readSuite(folder);
      const train = cases.filter((item) => 'split' in item && item.split === 'train') as {
        id: string;
        label: string;
      }[];
      expect(train.map(({ label }) => label).sort()).toEqual(['fruit', 'fruit', 'tool', 'tool']);
      return train.map(({ id }) => id).join();
    };
    expect(await shownBy(7)).toBe(await shownBy(7));
    expect(new Set(await Promise.all([1, 2, 3, 4, 5].map(shownBy))).size).toBeGreaterThan(1);
  });

  it.each([
    [
      'sts',
      [
        { a: 'x', b: 'y', score: '1.5' },
        { a: 'u', b: 'v', score: 2 },
      ],
      [{ score: 1.5 }, { score: 2 }],
      0,
    ],
    [
      'pair-classification',
      [
        { a: 'x', b: 'y', label: 1 },
        { a: 'u', b: 'v', label: 'Different' },
        { a: 'w', b: 'v', label: '0' },
      ],
      [{ label: 'same' }, { label: 'different' }, { label: 'different' }],
      0.3333,
    ],
  ] as const)('may be of pairs: %s', async (kind, rows, cases, chance) => {
    const { folder } = await importSuite(requestOf(jsonLines(rows), { kind }));
    expect(await readSuite(folder)).toMatchObject({ kind, chance, cases });
  });
});

it('of an array names its cases after their places: several may stand in one line', async () => {
  const request = requestOf(JSON.stringify([...fruit, { text: 'no label' }, ...tools]), {}, 'json');
  const { folder } = await importSuite(request);
  const { cases } = await readSuite(folder);
  expect(cases.map(({ id }) => id)).toEqual([1, 2, 3, 4, 6, 7, 8, 9].map((place) => `element-${place}`));
  expect(rejectsOf(request)).toEqual([expect.objectContaining({ line: 1, element: 5, field: 'label' })]);
});

describe('a row that cannot be a case', () => {
  it.each([
    ['that is not JSON', 'nonsense', undefined, /not JSON/],
    ['without its label', JSON.stringify({ text: 'nail' }), 'label', /no field `label`/],
    [
      'of invisible characters alone',
      JSON.stringify({ text: '\u200b\u001b[2J', label: 'tool' }),
      'text',
      /the field is empty/,
    ],
    [
      'that contradicts another',
      JSON.stringify({ text: ' plum ', label: 'tool' }),
      undefined,
      /line-1 .*`tool` instead of `fruit`/,
    ],
  ])('%s is rejected with line, field and reason', async (_, line, field, reason) => {
    const request = requestOf(`${jsonLines([...fruit, ...tools])}${line}\n`);
    expect(await importSuite(request)).toMatchObject({ cases: 8, rejected: 1, rejectsFile: request.rejectsFile });
    const [reject] = rejectsOf(request);
    expect(reject).toMatchObject({ line: 9, reason: expect.stringMatching(reason) });
    expect(reject!.field).toBe(field);
  });

  it('that is there already is a duplicate, also with the two texts of a pair exchanged', async () => {
    const rows = [
      { a: 'x', b: 'y', score: 1 },
      { a: 'u', b: 'v', score: 2 },
      { a: 'y', b: 'x', score: 1 },
    ];
    expect(await importSuite(requestOf(jsonLines(rows), { kind: 'sts' }))).toMatchObject({
      cases: 2,
      duplicates: 1,
      rejected: 0,
    });
  });

  it('is named where there are only such rows', async () => {
    const error = await errorOf(importSuite(requestOf('{"text": "x"}\n')));
    expect([error.code, error.message]).toEqual([
      'INPUT_REJECTED',
      expect.stringContaining('rows.jsonl, line 1, field label'),
    ]);
  });
});

describe('an import that fails', () => {
  it.each<[string, string, Partial<ImportRequest>, string]>([
    ['for a name that leads elsewhere', jsonLines(fruit), { name: '../mine' }, 'USAGE'],
    ['for labels with too few rows', jsonLines([...fruit, tools[0]]), { kind: 'knn' }, 'SUITE_INVALID'],
    ['for a single label', jsonLines(fruit), {}, 'SUITE_INVALID'],
    ['for pairs with nothing to rank', jsonLines([{ a: 'x', b: 'y', score: 1 }]), { kind: 'sts' }, 'SUITE_INVALID'],
    ['for an empty file', '', {}, 'INPUT_EMPTY'],
  ])('%s leaves nothing behind', async (_, content, change, code) => {
    const request = requestOf(content, change);
    expect((await errorOf(importSuite(request))).code).toBe(code);
    const [evals] = request.suiteFolders as [string];
    expect(existsSync(evals) ? readdirSync(evals) : []).toEqual([]);
  });

  it('overwrites no suite, wherever it is found', async () => {
    const request = requestOf(jsonLines([...fruit, ...tools]));
    const { folder } = await importSuite(request);
    const before = readFileSync(join(folder, 'cases.jsonl'), 'utf8');
    expect((await errorOf(importSuite(request))).code).toBe('SUITE_EXISTS');
    const own = join(root, 'elsewhere');
    mkdirSync(own, { recursive: true });
    expect((await errorOf(importSuite({ ...request, suiteFolders: [own, ...request.suiteFolders] }))).code).toBe(
      'SUITE_EXISTS',
    );
    expect([readFileSync(join(folder, 'cases.jsonl'), 'utf8'), readdirSync(own)]).toEqual([before, []]);
  });
});
