import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VersionEvaluation } from '#espalier/measuring/evaluate-version.js';
import type { HistoryLine } from '#espalier/measuring/suite-history.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, rowsOf, trainedDesk } from '../support/desk.js';
import { jsonLines, writeSuite } from '../support/suite.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come out
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
const hostile = '\u001b]0;owned\u0007\u009b2J';

function expectPlain(text: string): void {
  expect(text).not.toMatch(steering);
  expect(text.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
}

let desk: string;
let evaluation: VersionEvaluation;
beforeAll(async () => {
  desk = await trainedDesk();
  // A suite of no adapter, whose cases would steer a terminal.
  const texts = ['good', 'bad'].flatMap((label) =>
    ['train', 'test'].map((split) => ({ text: `${hostile}${label} ${split}`, label, split })),
  );
  writeSuite(join(desk, 'evals'), {
    name: 'stray',
    kind: 'probe',
    cases: texts.map((item, index) => ({ id: `${index}`, ...item, group: hostile })),
  });
  writeSuite(join(desk, 'evals'), {
    name: 'poems',
    kind: 'classification',
    cases: [{ id: '1', text: 'shall I compare thee', label: 'sonnet' }],
  });
  const exported = ['--export', 'lm-eval', '--out', 'scores.json'];
  evaluation = await succeedJson(desk, ['eval', 'run', 'desk', ...exported, ...at(11)]);
});

describe('espalier eval run', () => {
  it('scores the champion on the declared suites and the holdouts', () => {
    expect(evaluation).toMatchObject({ adapter: 'desk', version: 1, isChampion: true, skipped: [] });
    expect(evaluation.measured.map(({ suite }) => suite)).toEqual([
      'holdout/billing',
      'answers/robustness',
      'answers/invariance',
      'answers/scope',
      'desk-tones',
      'desk-likeness',
    ]);
    for (const { score, lower, upper } of evaluation.measured) expect(lower <= score && score <= upper).toBe(true);
  });

  it('finds what the update found, case for case', () => {
    const judged = rowsOf<{ suite: string; score: number }>(
      desk,
      "select suite, avg(candidate_score) as score from eval_results where suite <> 'answers/scope' group by suite order by suite desc",
    );
    expect(judged.map(({ suite }) => suite)).toEqual(['holdout/billing', 'answers/robustness', 'answers/invariance']);
    for (const { suite, score } of judged)
      expect(evaluation.measured.find((one) => one.suite === suite)!.score).toBeCloseTo(score, 12);
  });

  it('exports what it measured', () => {
    const { results } = JSON.parse(readFileSync(join(desk, 'scores.json'), 'utf8'));
    const tones = evaluation.measured.find(({ suite }) => suite === 'desk-tones')!;
    expect(results['desk-tones']).toMatchObject({ 'acc,none': tones.score, 'acc_stderr,none': tones.standardError });
  });

  it('asks any suite that is named, and draws it in 80 columns', async () => {
    const text = await succeed(desk, [
      'eval',
      'run',
      'desk',
      '--version',
      '1',
      '--suites',
      'stray,holdout/billing',
      ...at(12),
    ]);
    expect(text).toMatch(/version 1, the champion(.|\n)* holdout\/billing (.|\n)* stray /);
    expect(text).not.toContain('desk-tones');
    expectPlain(text);
  });

  it('refuses what it cannot measure', async () => {
    const refusals = [
      [['--version', '7'], 'VERSION_NOT_FOUND'],
      [['--suites', 'poems'], 'LABELS_UNKNOWN'],
      [['--suites', 'desk-tone'], 'SUITE_NOT_FOUND'],
    ] as const;
    const outcomes = await Promise.all(refusals.map(([words]) => espalier(desk, ['eval', 'run', 'desk', ...words])));
    for (const [index, { code, stderr }] of outcomes.entries())
      expect([code, stderr]).toEqual([1, expect.stringContaining(`[${refusals[index]![1]}]`)]);
  });
});

describe('espalier eval history', () => {
  it('tells what updates and evaluations measured, once', async () => {
    const { lines } = await succeedJson<{ lines: HistoryLine[] }>(desk, ['eval', 'history', 'answers/robustness']);
    expect(lines).toMatchObject([
      { adapter: 'desk', points: [{ version: 1, measuredBy: 'update', status: 'approved' }] },
    ]);
    expect(lines[0]!.points).toHaveLength(1);
  });

  it('of a suite of the encoder, which the head cannot change, holds what was measured apart from updates', async () => {
    const { lines } = await succeedJson<{ lines: HistoryLine[] }>(desk, ['eval', 'history', 'desk-tones']);
    expect(lines).toMatchObject([{ adapter: 'desk', cases: 6, points: [{ version: 1, measuredBy: 'eval run' }] }]);
  });
});

describe('espalier eval list and show', () => {
  it('name every suite, mark those of the adapter, and let no text of a suite steer the terminal', async () => {
    const [listed, shown] = await Promise.all([
      succeed(desk, ['eval', 'list']),
      succeed(desk, ['eval', 'show', 'stray']),
    ]);
    expect([...listed.matchAll(/^ \* {2}(\S+)/gm)].map(([, name]) => name)).toEqual(['desk-likeness', 'desk-tones']);
    expect(listed).toMatch(/ {4}sentiment-lines /);
    expectPlain(listed);
    expectPlain(shown);
    expect(shown).toMatch(/by label +good 1, bad 1/);
  });
});

describe('espalier eval import and validate', () => {
  it('make a suite, and find that the adapter trains on its texts', async () => {
    const imported = await succeedJson<{ cases: number }>(desk, [
      'eval',
      'import',
      'billing.jsonl',
      '--name',
      'seen',
      '--kind',
      'knn',
      '--shots',
      '5',
    ]);
    expect(imported.cases).toBeGreaterThan(90);
    const { code, stdout, stderr } = await espalier(desk, ['eval', 'validate', 'seen']);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/seen: invalid(.|\n)*training data of desk/)]);
    expect(stderr).toContain('[SUITE_INVALID]');
  });

  it('make a suite of judged documents, and say how many are asked and ranked', async () => {
    const rows = ['how,Turn it off.,2', 'how,Sell it.,0', 'why,It was hot.,1'];
    writeFileSync(join(desk, 'judged.csv'), `question,answer,grade\n${rows.join('\n')}\n`);
    const fields = ['--query-field', 'question', '--document-field', 'answer', '--relevance-field', 'grade'];
    const told = await succeed(desk, [
      'eval',
      'import',
      'judged.csv',
      '--name',
      'judged',
      '--kind',
      'retrieval',
      ...fields,
    ]);
    expect(told).toContain('judged: 2 cases to ask, 3 documents');
    expectPlain(told);
    expect(readFileSync(join(desk, 'evals', 'judged', 'README.md'), 'utf8')).toContain('relevance from `grade`');
  });

  it('take what would steer a terminal out of texts', async () => {
    const rows = ['x', 'y'].flatMap((label) =>
      Array.from({ length: 20 }, (_, index) => ({ text: `${hostile} ${label} ${index}`, label })),
    );
    writeFileSync(join(desk, 'hostile.jsonl'), jsonLines(rows));
    await succeed(desk, ['eval', 'import', 'hostile.jsonl', '--name', 'cleaned', '--kind', 'knn']);
    const cases = readFileSync(join(desk, 'evals', 'cleaned', 'cases.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(cases).toHaveLength(40);
    for (const line of cases) expect((JSON.parse(line) as { text: string }).text).not.toMatch(steering);
    rmSync(join(desk, 'evals', 'cleaned'), { recursive: true });
  });

  it('leave no half of a suite where they fail', async () => {
    writeFileSync(join(desk, 'bad.jsonl'), jsonLines([{ text: hostile, label: 'x' }]));
    const before = readdirSync(join(desk, 'evals'));
    const { code, stderr } = await espalier(desk, ['eval', 'import', 'bad.jsonl', '--name', 'bad', '--kind', 'knn']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[SUITE_INVALID]')]);
    expect(stderr.replaceAll('\n', '')).not.toMatch(steering);
    expect(readdirSync(join(desk, 'evals'))).toEqual(before);
  });

  it('end well where there are warnings only', async () => {
    mkdirSync(join(desk, 'apart'));
    const folder = writeSuite(join(desk, 'apart'), {
      name: 'few',
      kind: 'classification',
      cases: [
        { id: '1', text: 'a', label: 'x' },
        { id: '2', text: 'b', label: 'y' },
      ],
    });
    expect(await succeed(desk, ['eval', 'validate', folder])).toContain(
      '1 checked: 0 sound, 1 with warnings, 0 invalid',
    );
  });
});
