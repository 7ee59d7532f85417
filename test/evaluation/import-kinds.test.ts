/** Suites of two sorts of cases, or of twins, made of a file: what is read of the suite is what the rows said. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, normaliseText } from '#espalier/core/text.js';
import { importSuite } from '#espalier/evaluation/importing/import.js';
import type { ImportColumns } from '#espalier/evaluation/importing/import-row.js';
import type { KnownKind } from '#espalier/evaluation/kinds.js';
import { readSuite } from '#espalier/evaluation/suites.js';
import { errorOf } from '../support/errors.js';
import { importColumns, jsonLines } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();

const columns: ImportColumns = { ...importColumns, relevance: 'relevance' };

async function importRows(kind: KnownKind['name'], rows: readonly object[], named: Partial<ImportColumns> = {}) {
  const folder = mkdtempSync(join(root, 'import-'));
  const path = join(folder, 'rows.jsonl');
  writeFileSync(path, jsonLines(rows));
  const rejectsFile = join(folder, 'rejects.jsonl');
  const report = await importSuite({
    ...{
      name: 'mine',
      kind,
      shots: 1,
      seed: 7,
      task: undefined,
      capability: undefined,
      licence: 'CC0-1.0',
      outLabel: 'none of these',
    },
    ...{ file: { path, name: 'rows.jsonl', format: 'jsonl' }, columns: { ...columns, ...named } },
    ...{ suiteFolders: [join(folder, 'evals')], rejectsFile, date: '2026-11-25' },
  });
  const suite = await readSuite(report.folder);
  const rejects = report.rejected === 0 ? [] : readFileSync(rejectsFile, 'utf8').trim().split('\n');
  return {
    report,
    suite,
    cases: suite.cases as object[],
    rejects: rejects.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** Without characters that intake takes out. */
const word = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .map(cleanText)
  .filter((text) => normaliseText(text) !== '');
const words = (count: { minLength: number; maxLength: number }) =>
  fc.uniqueArray(word, { selector: normaliseText, ...count });
const runs = { numRuns: 25 };

describe('retrieval, of rows that judge a document for a query', () => {
  /** Every query answered by its own document, and further judgements between them, some of 0. */
  const judged = fc
    .record({ queries: words({ minLength: 1, maxLength: 5 }), documents: words({ minLength: 6, maxLength: 9 }) })
    .chain(({ queries, documents }) =>
      fc
        .uniqueArray(fc.tuple(fc.nat(queries.length - 1), fc.nat(documents.length - 1), fc.nat(3)), {
          selector: ([query, document]) => `${query} ${document}`,
        })
        .map((more) => [
          ...queries.map((query, index) => ({ query, document: documents[index]!, relevance: 2 })),
          ...more
            .filter(([query, document]) => query !== document)
            .map(([query, document, relevance]) => ({
              query: queries[query]!,
              document: documents[document]!,
              relevance,
            })),
          { query: queries[0]!, document: documents[5]!, relevance: 0 },
        ]),
    )
    .map((rows) => [...new Map(rows.map((row) => [`${row.query}\n${row.document}`, row])).values()]);

  it('has each text once, and of each query the grades that the rows gave', async () => {
    await fc.assert(
      fc.asyncProperty(judged, async (rows) => {
        const { suite, report } = await importRows('retrieval', rows);
        if (suite.kind !== 'retrieval') throw new Error(suite.kind);
        const textOf = new Map(suite.cases.map((item) => [item.id, item.text]));
        const queries = suite.cases.flatMap((item) => (item.kind === 'query' ? [item] : []));
        const read = queries.flatMap(({ text, relevant }) =>
          Object.entries(relevant).map(([id, grade]) => [text, textOf.get(id), grade]),
        );
        const said = rows.filter(({ relevance }) => relevance > 0);
        expect(new Set(read.map(String))).toEqual(
          new Set(
            said.map(({ query, document, relevance }) =>
              String([normaliseText(query), normaliseText(document), relevance]),
            ),
          ),
        );
        const documents = new Set(rows.map(({ document }) => normaliseText(document)));
        expect([report.shown, report.cases]).toEqual([documents.size, documents.size + queries.length]);
        expect(new Set(suite.cases.flatMap((item) => (item.kind === 'document' ? [item.text] : [])))).toEqual(
          documents,
        );
      }),
      runs,
    );
  });

  const two = [
    { query: 'cold', document: 'Wear a coat.' },
    { query: 'wet', document: 'Take an umbrella.' },
  ];

  it('takes every document of a row for an answer where no column of grades is named', async () => {
    const { cases } = await importRows('retrieval', two, { relevance: undefined });
    expect(cases).toEqual([
      { id: 'line-1-document', kind: 'document', text: 'Wear a coat.' },
      { id: 'line-2-document', kind: 'document', text: 'Take an umbrella.' },
      { id: 'line-1-query', kind: 'query', text: 'cold', relevant: { 'line-1-document': 1 } },
      { id: 'line-2-query', kind: 'query', text: 'wet', relevant: { 'line-2-document': 1 } },
    ]);
  });

  it('works out chance: one answer among two documents is first or second', async () => {
    const { suite } = await importRows('retrieval', two, { relevance: undefined });
    expect(suite.chance).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 4);
  });

  it.each([
    ['a grade below 0', { query: 'wet', document: 'Swim.', relevance: -1 }, 'relevance', /below 0/],
    ['a grade that is no number', { query: 'wet', document: 'Swim.', relevance: 'high' }, 'relevance', /not a number/],
    ['no document', { query: 'wet', relevance: 1 }, 'document', /no field `document`/],
    [
      'two grades',
      { query: 'wet', document: 'Take an umbrella.', relevance: 2 },
      undefined,
      /line-2 asks, and expects `2` instead of `1`/,
    ],
    [
      'two groups of a query',
      { query: 'wet', document: 'Swim.', relevance: 1, group: 'sea' },
      undefined,
      /line-2 asks/,
    ],
  ])('rejects %s', async (_, row, field, reason) => {
    const graded = two.map((one) => ({ ...one, relevance: 1, group: 'air' }));
    const { rejects } = await importRows('retrieval', [...graded, { group: 'air', ...row }], { group: 'group' });
    expect(rejects).toEqual([expect.objectContaining({ line: 3, reason: expect.stringMatching(reason) })]);
    expect(rejects[0]!.field).toBe(field);
  });

  it('names the query that nothing answers', async () => {
    const rows = [
      ...two.map((one) => ({ ...one, relevance: 1 })),
      { query: 'dry', document: 'Wear a coat.', relevance: 0 },
    ];
    const error = await errorOf(importRows('retrieval', rows));
    expect([error.code, error.message]).toEqual([
      'SUITE_INVALID',
      expect.stringContaining('`line-3-query` names no relevant document'),
    ]);
  });
});

describe('multi-label, of rows with a list of labels, or one that bars part', () => {
  it('has the cases that the rows were, with the score of giving all the commonest set for chance', async () => {
    const rows = [
      { text: 'a storm and a flood', labels: ['storm', 'flood'] },
      { text: 'water in the cellar', labels: 'flood' },
      { text: 'waves over the wall', labels: 'flood|storm' },
      { text: 'a quiet day', labels: [] },
    ];
    const { suite, cases } = await importRows('multi-label', rows, { label: 'labels' });
    expect(cases.map((item) => (item as { labels: string[] }).labels)).toEqual([
      ['flood', 'storm'],
      ['flood'],
      ['flood', 'storm'],
      [],
    ]);
    // Both of the commonest set, half of it, both, none.
    expect(suite.chance).toBeCloseTo((1 + 0.5 + 1 + 0) / 4, 4);
  });

  it.each([
    ['a label twice', ['storm', 'storm'], /twice/],
    ['a label that is no text', ['storm', {}], /label 2: the field is an object, not text/],
    ['another set for a text that is there', ['flood'], /line-1 asks/],
  ])('rejects %s', async (_, labels, reason) => {
    const rows = [
      { text: 'a storm', labels: ['storm'] },
      { text: 'calm', labels: [] },
      { text: 'a storm', labels },
    ];
    const { rejects } = await importRows('multi-label', rows, { label: 'labels' });
    expect(rejects).toEqual([expect.objectContaining({ line: 3, reason: expect.stringMatching(reason) })]);
  });
});

describe('out-of-scope, of labelled rows', () => {
  it('shows so many of each label in scope, asks all others, and keeps of the label whether it is in scope', async () => {
    const labels = fc.constantFrom('plum', 'saw', 'none of these');
    const start = ['plum', 'plum', 'saw', 'saw', 'none of these'];
    const rows = fc
      .tuple(words({ minLength: 5, maxLength: 15 }), fc.array(labels, { minLength: 10, maxLength: 10 }))
      .map(([texts, more]) => texts.map((text, index) => ({ text, label: [...start, ...more][index]! })));
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const { suite, report } = await importRows('out-of-scope', all);
        if (suite.kind !== 'out-of-scope') throw new Error(suite.kind);
        expect(suite.cases.map(({ text, scope }) => [text, scope])).toEqual(
          all.map(({ text, label }) => [normaliseText(text), label === 'none of these' ? 'out' : 'in']),
        );
        const shown = suite.cases.flatMap(({ split }, index) => (split === 'train' ? [all[index]!.label] : []));
        expect([shown.sort(), report.shown]).toEqual([['plum', 'saw'], 2]);
      }),
      runs,
    );
  });

  it('is refused where no row has the label for out of scope', async () => {
    const rows = ['a', 'b', 'c'].map((text) => ({ text, label: 'letter' }));
    expect((await errorOf(importRows('out-of-scope', rows))).message).toContain('not of both scopes');
  });
});

describe('robustness, of texts and their twins', () => {
  it('has the cases that the rows were', async () => {
    const rows = words({ minLength: 4, maxLength: 12 }).map((all) =>
      Array.from({ length: Math.floor(all.length / 2) }, (_, index) => ({
        text: all[2 * index]!,
        perturbed: all[2 * index + 1]!,
        group: 'typo',
      })),
    );
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const { cases } = await importRows('robustness', all);
        expect(cases).toEqual(
          all.map(({ text, perturbed, group }, index) => ({
            ...{ id: `line-${index + 1}`, text: normaliseText(text), perturbed: normaliseText(perturbed), group },
          })),
        );
      }),
      runs,
    );
  });

  it.each([
    [
      'a twin that is the text itself',
      { text: 'three', perturbed: ' three ', group: 'typo' },
      'perturbed',
      /nothing was perturbed/,
    ],
    ['a second twin of a text', { text: 'one', perturbed: 'oen', group: 'typo' }, undefined, /line-1 asks/],
    [
      'a twin of two texts',
      { text: 'three', perturbed: 'tow', group: 'typo' },
      undefined,
      /expects `three` instead of `two`/,
    ],
    ['a row without its group', { text: 'three', perturbed: 'there' }, 'group', /no field `group`/],
  ])('rejects %s', async (_, row, field, reason) => {
    const sound = [
      { text: 'one', perturbed: 'noe', group: 'typo' },
      { text: 'two', perturbed: 'tow', group: 'typo' },
    ];
    const { rejects } = await importRows('robustness', [...sound, row]);
    expect(rejects).toEqual([expect.objectContaining({ line: 3, reason: expect.stringMatching(reason) })]);
    expect(rejects[0]!.field).toBe(field);
  });
});

describe('bias, of rows with and without a group', () => {
  it('shows those without, asks those with, and keeps what depends on each other', async () => {
    const start = [
      ['glad', undefined],
      ['sad', null],
      ['glad', 'young'],
      ['sad', 'old'],
    ] as const;
    const more = fc.array(fc.tuple(fc.constantFrom('glad', 'sad'), fc.constantFrom('young', 'old', '', undefined)), {
      minLength: 8,
      maxLength: 8,
    });
    const rows = fc.tuple(words({ minLength: 4, maxLength: 12 }), more).map(([texts, rest]) =>
      texts.map((text, index) => ({
        text,
        label: [...start, ...rest][index]![0],
        group: [...start, ...rest][index]![1],
        frame: index % 3,
      })),
    );
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const { cases } = await importRows('bias', all, { cluster: 'frame' });
        expect(cases).toEqual(
          all.map(({ text, label, group, frame }, index) => ({
            ...{
              id: `line-${index + 1}`,
              text: normaliseText(text),
              label,
              split: group ? 'test' : 'train',
              cluster: `${frame}`,
            },
            ...(group ? { group } : {}),
          })),
        );
      }),
      runs,
    );
  });

  it('is refused where every row has a group: nothing is shown', async () => {
    const rows = ['young', 'old'].map((group) => ({ text: `a ${group} man`, label: 'glad', group }));
    expect((await errorOf(importRows('bias', rows))).code).toBe('SUITE_INVALID');
  });
});
