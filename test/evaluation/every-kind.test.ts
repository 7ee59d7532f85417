/** What every kind of suite must hold as a member of its seam; a new member of the array is tested by being in it. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import { chanceOf } from '#espalier/evaluation/chance.js';
import { importSuite } from '#espalier/evaluation/importing/import.js';
import type { Role } from '#espalier/evaluation/importing/import-row.js';
import type { Case } from '#espalier/evaluation/kind.js';
import { type AnyKind, kindNamed, kinds } from '#espalier/evaluation/kinds.js';
import { metricValue } from '#espalier/evaluation/metrics.js';
import { askedCases, scoreSuite } from '#espalier/evaluation/score-suite.js';
import { readSuite, type Suite, textsOf } from '#espalier/evaluation/suites.js';
import type { AdapterOutput } from '#espalier/versions/adapter-session.js';
import { errorOf } from '../support/errors.js';
import { idealOutputs } from '../support/ideal-adapter.js';
import { importColumns, jsonLines, suiteOf, writeSuite } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

type Fields = Readonly<Record<string, unknown>>;

const root = temporaryFolder();
const outLabel = 'none of these';
const every: readonly AnyKind[] = kinds.map(({ name }) => kindNamed(name));

/** The example so many times over, each time with other ids and texts. */
function copiesOf(kind: AnyKind, times: number): Case[] {
  const own = new Set([...kind.example.map(({ id }) => id), ...kind.example.flatMap((item) => kind.texts(item))]);
  const copy = (value: unknown, number: number): unknown => {
    if (typeof value === 'string') return own.has(value) ? `${value} ${number}` : value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [copy(key, number), copy(inner, number)]));
  };
  return Array.from({ length: times }, (_, number) => kind.example.map((item) => copy(item, number) as Case)).flat();
}

const asSuite = ({ name }: AnyKind, cases: readonly Case[]) => suiteOf(name, cases as unknown as never);

async function metricOf(suite: Suite, outputs: readonly AdapterOutput[]): Promise<number> {
  const scored = await scoreSuite(suite, outputs, 'intent');
  const [scores, gold] = [scored.map(({ score }) => score), scored.map((item) => item.gold)];
  return metricValue(kindNamed(suite.kind).metric, scores, gold);
}

describe.each(every)('the kind of suite $name', (kind) => {
  const suite = asSuite(kind, copiesOf(kind, 12));

  it('has an example that is sound, and a place in docs/suites.md', async () => {
    const folder = writeSuite(mkdtempSync(join(root, 'evals-')), {
      name: 'example',
      kind: kind.name,
      cases: kind.example,
    });
    expect((await readSuite(folder)).cases).toEqual(kind.example);
    expect(kind.problemOf(suite.cases)).toBeUndefined();
    expect(readFileSync(new URL('../../docs/suites.md', import.meta.url), 'utf8')).toContain(`\`${kind.name}\``);
  });

  it('asks some of its cases, of texts that it shows, for labels that the case names', () => {
    const asked = askedCases(suite);
    const byId = new Map((suite.cases as readonly Case[]).map((item) => [item.id, item]));
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked.map(({ caseId }) => caseId)).size).toBe(asked.length);
    for (const { caseId, labels = [], textHash, tags } of asked) {
      const written = JSON.stringify(byId.get(caseId));
      expect(labels.filter((label) => !written.includes(JSON.stringify(label)))).toEqual([]);
      expect(textHash).toMatch(/^[0-9a-f]{16}$/);
      expect(['short', 'medium', 'long']).toContain(tags.length);
    }
    expect(textsOf(suite).every((text) => typeof text === 'string' && text !== '')).toBe(true);
    expect(idealOutputs(suite)).toHaveLength(textsOf(suite).length);
    if (kind.examines === 'encoder')
      expect([kind.asks, ...asked.map(({ labels }) => labels)].every((one) => one === undefined)).toBe(true);
  });

  it('has a chance from 0 to 1, below the best that can be expected', () => {
    for (const cases of [kind.example, suite.cases as readonly Case[]]) {
      const chance = chanceOf(asSuite(kind, cases));
      expect(chance).toBeGreaterThanOrEqual(0);
      expect(chance).toBeLessThan(1);
    }
  });

  it('scores a perfect adapter best, and one whose outputs belong to other texts by chance', async () => {
    const perfect = idealOutputs(suite);
    const best = await metricOf(suite, perfect);
    const random = seededRandom('shuffled', kind.name);
    const others: number[] = [];
    for (let draw = 0; draw < 20; draw++) others.push(await metricOf(suite, shuffled(perfect, random)));
    expect(best).toBeLessThanOrEqual(1);
    expect(best).toBeGreaterThan(chanceOf(suite) + 0.1);
    for (const other of others) expect(other).toBeLessThan(best);
    const mean = others.reduce((sum, value) => sum + value, 0) / others.length;
    expect(Math.abs(mean - chanceOf(suite))).toBeLessThan(0.1);
  });

  it('gives each asked case one score, a number, the same when it is asked again', async () => {
    const [first, again] = [
      await scoreSuite(suite, idealOutputs(suite), 'intent'),
      await scoreSuite(suite, idealOutputs(suite), 'intent'),
    ];
    expect(first.map(({ caseId }) => caseId)).toEqual(askedCases(suite).map(({ caseId }) => caseId));
    expect(first.every(({ score }) => Number.isFinite(score))).toBe(true);
    expect(again).toEqual(first);
  });

  it('refuses cases that are not as its example, and says how one is written', async () => {
    const item = kind.example.at(-1)! as Case & Fields;
    const spoilt: Fields[] = [
      { ...item, stranger: 'a' },
      ...Object.keys(item).flatMap((key) => [null, [], { '': null }].map((value) => ({ ...item, [key]: value }))),
      ...['', 5].flatMap((value) =>
        Object.keys(item).flatMap((key) => (typeof item[key] === 'string' ? [{ ...item, [key]: value }] : [])),
      ),
      ...Object.keys(item).map((key) => Object.fromEntries(Object.entries(item).filter(([own]) => own !== key))),
    ];
    // An empty list is a set of labels, and a query that names no document is refused as a whole suite.
    const accepted = spoilt.filter((value) => kind.schema.safeParse(value).success);
    for (const value of accepted)
      expect(Object.values(value).some((inner) => Array.isArray(inner) && inner.length === 0)).toBe(true);
    const folder = writeSuite(mkdtempSync(join(root, 'evals-')), {
      name: 'spoilt',
      kind: kind.name,
      cases: [item, { ...item, stranger: 1 }],
    });
    expect(await errorOf(readSuite(folder))).toMatchObject({
      code: 'SUITE_INVALID',
      at: { file: expect.stringContaining('cases.jsonl'), line: 2 },
      hint: expect.stringContaining(JSON.stringify(item)),
    });
  });

  it('refuses a suite without cases, and one id twice', async () => {
    const evals = mkdtempSync(join(root, 'evals-'));
    const twice = [...kind.example, kind.example[0]!];
    for (const [name, cases] of Object.entries({ none: [], twice })) {
      expect((await errorOf(readSuite(writeSuite(evals, { name, kind: kind.name, cases })))).code).toBe(
        'SUITE_INVALID',
      );
    }
  });

  it('is imported from rows that say what its cases do, the same each time, and hands back rows that lack something', async () => {
    const rows = rowsOf(kind, suite.cases as unknown as readonly (Case & Fields)[]);
    const { columns, mayLack } = kind.importing;
    const needed = columns.filter((column) => !mayLack.includes(column));
    const broken = needed.map((column) => ({ ...rows.at(-1), [column]: null }));
    const { imported, report, content } = await importRows(kind, [...rows, ...broken]);
    expect(report).toMatchObject({ duplicates: 0, rejected: needed.length });
    expect(new Set(textsOf(imported))).toEqual(new Set(textsOf(suite)));
    expect(report.cases - report.shown).toBe(askedCases(imported).length);
    if (rows.length === suite.cases.length) expect(contentsOf(imported)).toEqual(contentsOf(suite));
    expect((await importRows(kind, [...rows, ...broken])).content).toBe(content);
    expect(report.rejects.map(({ field }) => field)).toEqual(needed);
  });
});

/** Without the id, which names a line, and the split, which is drawn. */
function contentsOf(suite: Suite): string[] {
  return (suite.cases as unknown as readonly (Case & Fields)[])
    .map(({ id: _, split: __, ...rest }) => JSON.stringify(Object.entries(rest).sort()))
    .sort();
}

/** Of each case a row by the roles that its kind reads; of a query a row for each document. */
function rowsOf({ importing }: AnyKind, cases: readonly (Case & Fields)[]): Record<string, unknown>[] {
  if (importing.columns.includes('query')) return judgementsIn(cases);
  const reading: Partial<Record<Role, (item: Case & Fields) => unknown>> = {
    label: ({ label, labels, scope }) => label ?? labels ?? (scope === 'out' ? outLabel : 'in scope'),
    perturbed: ({ perturbed, changed }) => perturbed ?? changed,
  };
  return cases.map((item) =>
    Object.fromEntries(importing.columns.map((role) => [role, reading[role]?.(item) ?? item[role]])),
  );
}

function judgementsIn(cases: readonly (Case & Fields)[]): Record<string, unknown>[] {
  const textOf = new Map(cases.map((item) => [item.id, item.text]));
  const queries = cases.filter(({ relevant }) => relevant !== undefined);
  const documents = cases.filter(({ relevant }) => relevant === undefined);
  const graded = queries.flatMap(({ text, relevant }) =>
    Object.entries(relevant as Record<string, number>).map(([id, relevance]) => ({
      query: text,
      document: textOf.get(id),
      relevance,
    })),
  );
  const named = new Set(graded.map(({ document }) => document));
  const others = documents.filter(({ text }) => !named.has(text));
  return [...graded, ...others.map(({ text }) => ({ query: queries[0]!.text, document: text, relevance: 0 }))];
}

async function importRows(kind: AnyKind, rows: readonly unknown[]) {
  const folder = mkdtempSync(join(root, 'import-'));
  const path = join(folder, 'rows.jsonl');
  writeFileSync(path, jsonLines(rows));
  const rejectsFile = join(folder, 'rejects.jsonl');
  const report = await importSuite({
    ...{
      name: 'mine',
      kind: kind.name,
      shots: 1,
      seed: 7,
      task: undefined,
      capability: undefined,
      licence: 'CC0-1.0',
      outLabel,
    },
    file: { path, name: 'rows.jsonl', format: 'jsonl' },
    columns: { ...importColumns, relevance: kind.importing.columns.includes('query') ? 'relevance' : undefined },
    ...{ suiteFolders: [join(folder, 'evals')], rejectsFile, date: '2026-11-25' },
  });
  const rejects = readFileSync(rejectsFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Fields);
  const content = readFileSync(join(report.folder, 'cases.jsonl'), 'utf8');
  return { imported: await readSuite(report.folder), report: { ...report, rejects }, content };
}
