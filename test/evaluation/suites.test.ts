import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { leakageHash } from '#espalier/core/text.js';
import { collectEvalTexts, listSuites, readSuite, readSuites, textsOf } from '#espalier/evaluation/suites.js';
import { errorOf } from '../support/errors.js';
import { jsonLines, type SuiteSource, writeSuite } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const shipped = fileURLToPath(new URL('../../evals', import.meta.url));
const names = [...(await listSuites([shipped])).keys()];
const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'evals-'));

describe('the shipped suites', () => {
  it('are at least eight, of all kinds', async () => {
    expect(names.length).toBeGreaterThanOrEqual(8);
    const kinds = new Set((await readSuites([shipped], names)).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['classification', 'probe', 'retrieval', 'sts']);
  });

  it.each(names)('%s holds together, has a README, and stands in the log', async (name) => {
    const suite = await readSuite(join(shipped, name));
    const ids = readFileSync(join(shipped, name, 'cases.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect([new Set(ids).size, suite.cases.length]).toEqual([ids.length, ids.length]);
    expect(readFileSync(join(shipped, name, 'README.md'), 'utf8').length).toBeGreaterThan(200);
    expect(readFileSync(join(shipped, 'LOG.md'), 'utf8')).toContain(`| ${name} |`);
  });

  it('share no text with the sample data', async () => {
    const data = fileURLToPath(new URL('../../adapters/support-triage/data', import.meta.url));
    const evalTexts = await collectEvalTexts([shipped]);
    const files = ['1-billing', '2-account', '3-shipping', '4-returns'].map((file) =>
      readFileSync(join(data, `${file}.jsonl`), 'utf8')
        .trim()
        .split('\n'),
    );
    const texts = files.flat().map((line) => (JSON.parse(line) as { text: string }).text);
    expect(texts.length).toBeGreaterThan(700);
    expect(texts.filter((text) => evalTexts.has(leakageHash(text)))).toEqual([]);
  });
});

const probe: SuiteSource = {
  name: 'tones',
  kind: 'probe',
  cases: [
    { id: '1', text: 'oh no', label: 'sad', split: 'train' },
    { id: '2', text: 'oh yes', label: 'glad', split: 'train' },
    { id: '3', text: 'alas', label: 'sad', split: 'test' },
  ],
};
const sts: SuiteSource = {
  name: 'pairs',
  kind: 'sts',
  cases: [
    { id: '1', a: 'a', b: 'b', score: 1 },
    { id: '2', a: 'c', b: 'd', score: 2 },
  ],
};
const retrieval: SuiteSource = {
  name: 'search',
  kind: 'retrieval',
  cases: [
    { id: 'd1', kind: 'document', text: 'a page' },
    { id: 'q1', kind: 'query', text: 'a question', relevant: { d1: 1 } },
  ],
};

describe('a suite', () => {
  it.each([probe, sts, retrieval])('of kind $kind is read whole, with a hash of its content', async (source) => {
    const suite = await readSuite(writeSuite(newFolder(), source));
    expect(suite).toMatchObject({ name: source.name, version: 1, kind: source.kind, cases: source.cases });
    const changed = { ...source, cases: [...source.cases.slice(0, -1), { ...(source.cases.at(-1) as object), id: 'other' }] };
    expect((await readSuite(writeSuite(newFolder(), changed))).contentHash).not.toBe(suite.contentHash);
  });

  it('shows the encoder every text it has', async () => {
    expect(textsOf(await readSuite(writeSuite(newFolder(), sts)))).toEqual(['a', 'b', 'c', 'd']);
    expect(textsOf(await readSuite(writeSuite(newFolder(), retrieval)))).toEqual(['a page', 'a question']);
  });

  const withLine = (source: SuiteSource, line: string) => (folder: string) =>
    writeFileSync(join(folder, 'cases.jsonl'), `${jsonLines(source.cases)}\n${line}\n`);
  const withHeader = (change: (header: string) => string) => (folder: string) => {
    const file = join(folder, 'suite.yaml');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  const withCases =
    (...cases: unknown[]) =>
    (folder: string) =>
      writeFileSync(join(folder, 'cases.jsonl'), jsonLines(cases));
  const [sad, glad, asked] = probe.cases as [object, object, object];
  const lineAfter = (source: SuiteSource) => source.cases.length + 2;

  it.each<
    [what: string, source: SuiteSource, damage: (folder: string) => void, at: { file: string; line?: number; field?: string }, says: RegExp]
  >([
    ['a line that is not JSON', probe, withLine(probe, '{"id": '), { file: 'cases.jsonl', line: lineAfter(probe) }, /not JSON/],
    [
      'a case without its label',
      probe,
      withLine(probe, '{"id": "9", "text": "x", "split": "test"}'),
      { file: 'cases.jsonl', line: lineAfter(probe), field: 'label' },
      /string/,
    ],
    [
      'a case with a field too many',
      probe,
      withLine(probe, '{"id": "9", "text": "x", "label": "sad", "split": "test", "note": ""}'),
      { file: 'cases.jsonl', line: lineAfter(probe) },
      /note/,
    ],
    [
      'an empty text',
      sts,
      withLine(sts, '{"id": "9", "a": "", "b": "x", "score": 1}'),
      { file: 'cases.jsonl', line: lineAfter(sts), field: 'a' },
      /.+/,
    ],
    [
      'a score that is not a number',
      sts,
      withLine(sts, '{"id": "9", "a": "x", "b": "x", "score": "high"}'),
      { file: 'cases.jsonl', line: lineAfter(sts), field: 'score' },
      /number/,
    ],
    ['one id twice', probe, withCases(sad, glad, asked, asked), { file: 'cases.jsonl', field: 'id' }, /`3` occurs twice/],
    ['no cases', probe, withCases(), { file: 'cases.jsonl' }, /.+/],
    ['nothing to ask', probe, withCases(sad, glad), { file: 'cases.jsonl' }, /no test cases/],
    ['one class to learn', probe, withCases(sad, asked), { file: 'cases.jsonl' }, /fewer than two labels/],
    [
      'a class that is asked for and never shown',
      probe,
      withCases(sad, glad, { ...asked, label: 'numb' }),
      { file: 'cases.jsonl' },
      /no training case has the label `numb` of `3`/,
    ],
    [
      'scores that are all the same',
      sts,
      withCases(...sts.cases.map((pair) => ({ ...(pair as object), score: 3 }))),
      { file: 'cases.jsonl' },
      /nothing to rank/,
    ],
    ['no queries', retrieval, withCases(retrieval.cases[0]), { file: 'cases.jsonl' }, /no queries/],
    [
      'a query that no document answers',
      retrieval,
      withCases(retrieval.cases[0], { ...(retrieval.cases[1] as object), relevant: {} }),
      { file: 'cases.jsonl' },
      /`q1` names no relevant document/,
    ],
    [
      'a query that names a lost document',
      retrieval,
      withCases(retrieval.cases[0], { ...(retrieval.cases[1] as object), relevant: { d7: 1 } }),
      { file: 'cases.jsonl' },
      /`d7`, which is no document/,
    ],
    [
      'a query that names a query',
      retrieval,
      withCases(retrieval.cases[0], { ...(retrieval.cases[1] as object), relevant: { q1: 1 } }),
      { file: 'cases.jsonl' },
      /`q1`, which is no document/,
    ],
    [
      'an unknown kind',
      probe,
      withHeader((header) => header.replace('kind: probe', 'kind: poem')),
      { file: 'suite.yaml', field: 'kind' },
      /.+/,
    ],
    [
      'a metric of another kind',
      probe,
      withHeader((header) => header.replace('metric: accuracy', 'metric: spearman')),
      { file: 'suite.yaml', field: 'metric' },
      /the metric of probe is accuracy/,
    ],
    [
      'a metric of which less is better',
      probe,
      withHeader((header) => header.replace('better: true', 'better: false')),
      { file: 'suite.yaml', field: 'higher_is_better' },
      /.+/,
    ],
    ['no version', probe, withHeader((header) => header.replace('version: 1\n', '')), { file: 'suite.yaml', field: 'version' }, /.+/],
    ['a key that is unknown', probe, withHeader((header) => `${header}colour: red\n`), { file: 'suite.yaml' }, /colour/],
    ['a header that is not YAML', probe, withHeader((header) => `${header}chance: [1\n`), { file: 'suite.yaml' }, /.+/],
    [
      'the name of another folder',
      probe,
      withHeader((header) => header.replace('name: tones', 'name: moods')),
      { file: 'suite.yaml' },
      /the name is `moods`, the folder tones/,
    ],
  ])('with %s is refused, naming the place', async (_, source, damage, { file, ...place }, says) => {
    const folder = writeSuite(newFolder(), source);
    damage(folder);
    const error = await errorOf(readSuite(folder));
    expect([error.code, error.at]).toEqual(['SUITE_INVALID', { file: join(folder, file), ...place }]);
    expect(error.message).toMatch(says);
  });

  it('without its cases is told by the missing file', async () => {
    const folder = join(newFolder(), 'tones');
    mkdirSync(folder);
    writeFileSync(join(folder, 'suite.yaml'), readFileSync(join(writeSuite(newFolder(), probe), 'suite.yaml')));
    const error = await errorOf(readSuite(folder));
    expect([error.code, error.at]).toEqual(['FILE_NOT_FOUND', { file: join(folder, 'cases.jsonl') }]);
  });
});

describe('suites of several folders', () => {
  it("the workspace's own suite takes the place of the shipped one of that name", async () => {
    const [own, theirs] = [newFolder(), newFolder()];
    const mine = writeSuite(own, { ...probe, cases: [...probe.cases, { id: '4', text: 'mine', label: 'glad', split: 'test' }] });
    writeSuite(theirs, probe);
    const other = writeSuite(theirs, sts);
    expect(await listSuites([own, theirs])).toEqual(
      new Map([
        ['tones', mine],
        ['pairs', other],
      ]),
    );
    const [suite] = await readSuites([own, theirs], ['tones']);
    expect(suite!.cases).toHaveLength(4);
  });

  it('folders without suite.yaml, and folders that are not there, count for nothing', async () => {
    const own = newFolder();
    mkdirSync(join(own, 'notes'));
    expect(await listSuites([join(own, 'absent'), own])).toEqual(new Map());
    expect(existsSync(join(own, 'absent'))).toBe(false);
  });

  it('a name that none has is refused with the nearest there is', async () => {
    const own = newFolder();
    writeSuite(own, probe);
    const [near, far] = [await errorOf(readSuites([own], ['tonse'])), await errorOf(readSuites([own], ['weather']))];
    expect([near.code, near.hint]).toEqual(['SUITE_NOT_FOUND', 'Did you mean `tones`?']);
    expect([far.code, far.hint]).toEqual(['SUITE_NOT_FOUND', 'There is: tones.']);
  });
});
