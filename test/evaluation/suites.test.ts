import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#espalier/core/hash.js';
import { normaliseText, sameTextHash } from '#espalier/core/text.js';
import { kinds } from '#espalier/evaluation/kinds.js';
import { askedCases } from '#espalier/evaluation/score-suite.js';
import { collectEvalTexts, listSuites, readSuite, readSuites, textsOf } from '#espalier/evaluation/suites.js';
import { errorOf } from '../support/errors.js';
import { jsonLines, type SuiteSource, writeSuite } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const shipped = fileURLToPath(new URL('../../evals', import.meta.url));
const names = [...(await listSuites([shipped])).keys()];
const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'evals-'));

describe('the shipped suites', () => {
  it('are at least twenty, of every kind that examines the encoder, and one that asks the sample adapter', async () => {
    expect(names.length).toBeGreaterThanOrEqual(20);
    const found = new Set((await readSuites([shipped], names)).map(({ kind }) => kind));
    const encoder = kinds.filter(({ examines }) => examines === 'encoder').map(({ name }) => name);
    expect([...found].sort()).toEqual([...encoder, 'classification'].sort());
  });

  it.each(names)('%s is documented, logged, large enough, and holds no text twice', async (name) => {
    const folder = join(shipped, name);
    const suite = await readSuite(folder);
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const part of ['## Known limits', '## Ceiling', '## Versions', 'icence']) expect(readme, name).toContain(part);
    expect(readme).toContain(`- ${suite.version} (`);
    expect(readFileSync(join(folder, 'suite.yaml'), 'utf8')).toContain(suite.contentHash);
    expect(readFileSync(join(shipped, 'LOG.md'), 'utf8')).toContain(`| ${name} |`);
    expect(readFileSync(new URL('../../docs/suites.md', import.meta.url), 'utf8')).toContain(`| \`${name}\` |`);
    expect(askedCases(suite).length).toBeGreaterThanOrEqual(100);
    const texts = textsOf(suite).map(normaliseText);
    expect(new Set(texts).size).toBe(texts.length);
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
    expect(texts.filter((text) => evalTexts.has(sameTextHash(text)))).toEqual([]);
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

const pairs: SuiteSource = {
  name: 'twins',
  kind: 'pair-classification',
  cases: [
    { id: '1', a: 'a', b: 'b', label: 'same' },
    { id: '2', a: 'c', b: 'd', label: 'different' },
  ],
};
const clusters: SuiteSource = {
  name: 'groups',
  kind: 'clustering',
  cases: ['a', 'b', 'a'].map((label, index) => ({ id: `${index}`, text: `${index}`, label })),
};
const scope: SuiteSource = {
  name: 'scope',
  kind: 'out-of-scope',
  cases: [
    { id: '1', text: 'near', scope: 'in', split: 'train' },
    { id: '2', text: 'nearer', scope: 'in', split: 'test' },
    { id: '3', text: 'far', scope: 'out', split: 'test' },
  ],
};
const twins: SuiteSource = {
  name: 'slips',
  kind: 'robustness',
  cases: [
    { id: '1', text: 'one', perturbed: 'oen', group: 'typo' },
    { id: '2', text: 'two', perturbed: 'tow', group: 'typo' },
  ],
};
const groups: SuiteSource = {
  name: 'people',
  kind: 'bias',
  cases: [
    ...probe.cases.slice(0, 2),
    { id: '3', text: 'the old man is glad', label: 'glad', split: 'test', group: 'old' },
    { id: '4', text: 'the young man is glad', label: 'glad', split: 'test', group: 'young' },
  ],
};
const logOf = (version: number, { cases }: SuiteSource) =>
  [
    'log:',
    `  - version: ${version}`,
    '    date: 2026-11-25',
    `    sha256: ${sha256(jsonLines(cases))}`,
    '    note: Created.',
    '',
  ].join('\n');

describe('a suite', () => {
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

  it.each([probe, sts, retrieval, pairs, clusters, scope, twins, groups])(
    'of kind $kind is read whole, with a hash of its content',
    async (source) => {
      const suite = await readSuite(writeSuite(newFolder(), source));
      expect(suite).toMatchObject({ name: source.name, version: 1, kind: source.kind, cases: source.cases });
      const changed = {
        ...source,
        cases: [...source.cases.slice(0, -1), { ...(source.cases.at(-1) as object), id: 'other' }],
      };
      expect((await readSuite(writeSuite(newFolder(), changed))).contentHash).not.toBe(suite.contentHash);
    },
  );

  it('belongs to the group that it names, or to that of its kind, and may reach 1 where it names no ceiling', async () => {
    const folder = writeSuite(newFolder(), pairs);
    expect(await readSuite(folder)).toMatchObject({ group: 'pair-classification', ceiling: 1 });
    withHeader((header) => `${header}group: similarity\nceiling: 0.9\n`)(folder);
    expect(await readSuite(folder)).toMatchObject({ group: 'similarity', ceiling: 0.9 });
  });

  it('with a log of its versions is what the last entry says', async () => {
    const folder = writeSuite(newFolder(), probe);
    withHeader((header) => `${header}${logOf(1, probe)}`)(folder);
    expect((await readSuite(folder)).version).toBe(1);
    writeFileSync(join(folder, 'cases.jsonl'), jsonLines(probe.cases.toReversed()));
    const { hint } = await errorOf(readSuite(folder));
    expect(hint).toBe(
      `Restore cases.jsonl, or set \`version\` to 2 and add a log entry with sha256 ${sha256(jsonLines(probe.cases.toReversed()))}.`,
    );
  });

  it('shows the encoder every text it has', async () => {
    expect(textsOf(await readSuite(writeSuite(newFolder(), sts)))).toEqual(['a', 'b', 'c', 'd']);
    expect(textsOf(await readSuite(writeSuite(newFolder(), retrieval)))).toEqual(['a page', 'a question']);
  });

  const [sad, glad, asked] = probe.cases as [object, object, object];
  const lineAfter = (source: SuiteSource) => source.cases.length + 2;

  it.each<
    [
      what: string,
      source: SuiteSource,
      damage: (folder: string) => void,
      at: { file: string; line?: number; field?: string },
      says: RegExp,
    ]
  >([
    [
      'a line that is not JSON',
      probe,
      withLine(probe, '{"id": '),
      { file: 'cases.jsonl', line: lineAfter(probe) },
      /not JSON/,
    ],
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
    [
      'one id twice',
      probe,
      withCases(sad, glad, asked, asked),
      { file: 'cases.jsonl', line: 4, field: 'id' },
      /`3` occurs twice/,
    ],
    ['no cases', probe, withCases(), { file: 'cases.jsonl' }, /there are no cases/],
    ['nothing to ask', probe, withCases(sad, glad), { file: 'cases.jsonl' }, /no test cases/],
    ['one class to learn', probe, withCases(sad, asked), { file: 'cases.jsonl' }, /fewer than two labels/],
    [
      'a class that is asked for and never shown',
      probe,
      withCases(sad, glad, { ...asked, label: 'numb' }),
      { file: 'cases.jsonl', line: 3, field: 'label' },
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
      { file: 'cases.jsonl', line: 2, field: 'relevant' },
      /`q1` names no relevant document/,
    ],
    [
      'a query that names a lost document',
      retrieval,
      withCases(retrieval.cases[0], { ...(retrieval.cases[1] as object), relevant: { d7: 1 } }),
      { file: 'cases.jsonl', line: 2, field: 'relevant' },
      /`d7`, which is no document/,
    ],
    [
      'a query that names a query',
      retrieval,
      withCases(retrieval.cases[0], { ...(retrieval.cases[1] as object), relevant: { q1: 1 } }),
      { file: 'cases.jsonl', line: 2, field: 'relevant' },
      /`q1`, which is no document/,
    ],
    [
      'one text with two labels',
      probe,
      withCases(sad, glad, asked, { ...asked, id: '4', text: ' alas ', label: 'glad' }),
      { file: 'cases.jsonl', line: 4, field: 'label' },
      /`3` and `4` ask the same and expect `sad` and `glad`/,
    ],
    [
      'a text that is both shown and asked',
      probe,
      withCases(sad, glad, { ...asked, text: 'oh no' }),
      { file: 'cases.jsonl', line: 3, field: 'text' },
      /the test case `3` has the text of the training case `1`/,
    ],
    [
      'one pair with two scores, whichever comes first',
      sts,
      withCases(...sts.cases, { id: '3', a: 'd', b: 'c', score: 4 }),
      { file: 'cases.jsonl', line: 3, field: 'score' },
      /`2` and `3` ask the same and expect `2` and `4`/,
    ],
    ['one pair only', sts, withCases(sts.cases[0]), { file: 'cases.jsonl' }, /nothing to rank/],
    [
      'one query with two answers',
      retrieval,
      withCases(...retrieval.cases, { ...(retrieval.cases[1] as object), id: 'q2', relevant: { d1: 2 } }),
      { file: 'cases.jsonl', line: 3, field: 'relevant' },
      /`q1` and `q2` ask the same/,
    ],
    [
      'pairs that are all the same',
      pairs,
      withCases(...pairs.cases.map((pair) => ({ ...(pair as object), label: 'same' }))),
      { file: 'cases.jsonl' },
      /nothing to tell apart/,
    ],
    [
      'one pair with two labels',
      pairs,
      withCases(...pairs.cases, { id: '3', a: 'b', b: 'a', label: 'different' }),
      { file: 'cases.jsonl', line: 3, field: 'label' },
      /`1` and `3` ask the same/,
    ],
    [
      'one class to cluster',
      clusters,
      withCases(...clusters.cases.map((item) => ({ ...(item as object), label: 'a' }))),
      { file: 'cases.jsonl' },
      /fewer than two labels/,
    ],
    [
      'as many classes as texts',
      clusters,
      withCases(...clusters.cases.map((item, index) => ({ ...(item as object), label: `${index}` }))),
      { file: 'cases.jsonl' },
      /nothing to group/,
    ],
    [
      'a shown text that is out of scope',
      scope,
      withCases(...scope.cases, { id: '9', text: 'far', scope: 'out', split: 'train' }),
      { file: 'cases.jsonl', line: 4, field: 'scope' },
      /`9` is out of scope/,
    ],
    [
      'nothing out of scope',
      scope,
      withCases(...scope.cases.slice(0, 2)),
      { file: 'cases.jsonl' },
      /not of both scopes/,
    ],
    [
      'nothing in scope to show',
      scope,
      withCases(...scope.cases.slice(1)),
      { file: 'cases.jsonl' },
      /no training cases/,
    ],
    ['one twin only', twins, withCases(twins.cases[0]), { file: 'cases.jsonl' }, /fewer than two texts/],
    [
      'one text with two twins',
      twins,
      withCases(...twins.cases, { id: '3', text: 'one', perturbed: 'ONE', group: 'case' }),
      { file: 'cases.jsonl', line: 3, field: 'text' },
      /`1` and `3` ask the same/,
    ],
    [
      'a question of bias without a group',
      groups,
      withCases(...groups.cases, { id: '9', text: 'x', label: 'glad', split: 'test' }),
      { file: 'cases.jsonl', line: groups.cases.length + 1, field: 'group' },
      /.+/,
    ],
    [
      'one group only',
      groups,
      withCases(...groups.cases.slice(0, -1)),
      { file: 'cases.jsonl' },
      /fewer than two groups/,
    ],
    [
      'a ceiling that guessing reaches',
      probe,
      withHeader((header) => header.replace('chance: 0', 'chance: 0.5\nceiling: 0.5')),
      { file: 'suite.yaml', field: 'ceiling' },
      /not above chance/,
    ],
    [
      'a log that ends with another version',
      probe,
      withHeader((header) => `${header}${logOf(2, probe)}`),
      { file: 'suite.yaml', field: 'log' },
      /the version is 1, the log ends with 2/,
    ],
    [
      'cases that were edited without a new version',
      probe,
      withHeader((header) => `${header}${logOf(1, sts)}`),
      { file: 'suite.yaml', field: 'log' },
      /edited without a new version/,
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
    [
      'no version',
      probe,
      withHeader((header) => header.replace('version: 1\n', '')),
      { file: 'suite.yaml', field: 'version' },
      /.+/,
    ],
    [
      'a key that is unknown',
      probe,
      withHeader((header) => `${header}colour: red\n`),
      { file: 'suite.yaml' },
      /colour/,
    ],
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
    const mine = writeSuite(own, {
      ...probe,
      cases: [...probe.cases, { id: '4', text: 'mine', label: 'glad', split: 'test' }],
    });
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

it('a suite behind a link is found, and its texts are kept out of training', async () => {
  const [real, linked] = [newFolder(), newFolder()];
  const folder = writeSuite(real, {
    name: 'tones',
    kind: 'classification',
    cases: [{ id: '1', text: 'a sunny day', label: 'glad' }],
  });
  symlinkSync(folder, join(linked, 'tones'));
  expect([...(await listSuites([linked])).keys()]).toEqual(['tones']);
  expect((await collectEvalTexts([linked])).get(sameTextHash('A sunny day'))).toBe('tones');
});
