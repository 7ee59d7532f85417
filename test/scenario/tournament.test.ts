import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { worksInWords } from '#espalier/cli/progress.js';
import { espalier, type Outcome, succeed, succeedJson } from '../support/command.js';
import { at, copyOf, declare, deskDeclaration, ingestWords, rowsOf, trainedDesk } from '../support/desk.js';
import { expectReport } from '../support/plain.js';

/** A desk with a champion of billing, and shipping taken in but not learned. Each test works in a copy of it. */
let start: string;
let undisturbed: string;
let told: Outcome;
/** Named in another order than that of all strategies, which counts. */
const tournament = ['update', 'desk', '--tournament', 'finetune,analytic', ...at(12)];

beforeAll(async () => {
  start = await trainedDesk();
  await succeed(start, [...ingestWords('shipping'), ...at(11)]);
  undisturbed = copyOf(start);
  told = await espalier(undisturbed, tournament);
});

interface Row {
  readonly strategy: string;
  readonly verdict: string | null;
  readonly chosen: boolean;
  readonly averageAccuracy: number;
  readonly error: { readonly code: string } | null;
}

const versionIn = (folder: string) => join(folder, 'adapters', 'desk', 'versions', '2');
const runsIn = (folder: string) => readdirSync(join(folder, 'adapters', 'desk', 'runs'));
const contendersOf = (folder: string) =>
  rowsOf<{ strategy: string; seconds: number }>(folder, 'select * from contenders where run_id = 2 order by place');

describe('a tournament', () => {
  it('proposes the best that passes, and shows the whole field on a terminal', () => {
    expect([told.code, told.stderr]).toEqual([0, expect.stringContaining('version 2 by analytic, finetune')]);
    expectReport(told.stdout);
    expect(told.stdout).toContain('candidate 2: desk version 2 by analytic, compared with version 1');
    expect(told.stdout).toMatch(
      /\n ▸ analytic +PASS( +-?\d+\.\d){2} +billing -?\d+\.\d +\d+\.\d +\d+\.\d+\n {3}finetune +FAIL /,
    );
    expect(told.stdout).toMatch(/\nfinetune FAIL\n {2}Not improved: lost .* on\s+holdout\/billing/);
  });

  it('keeps the results of every contender on the same cases, with one score of the champion, and the files of the best alone', () => {
    const [counted] = rowsOf(
      undisturbed,
      "select count(*) as cases, count(distinct champion) as champions from (select group_concat(distinct champion_score) as champion, count(*) as contenders from eval_results where run_id = 2 group by suite, case_id having contenders <> 2 or champion like '%,%')",
    );
    expect(counted).toEqual({ cases: 0, champions: 0 });
    expect(rowsOf(undisturbed, 'select distinct contender from eval_results where run_id = 2 order by 1')).toHaveLength(
      2,
    );
    expect(JSON.parse(readFileSync(join(versionIn(undisturbed), 'manifest.json'), 'utf8'))).toMatchObject({
      strategy: 'analytic',
    });
    expect(runsIn(undisturbed)).toEqual([]);
  });

  it('is told again by candidates show', async () => {
    const shown = await succeedJson<{ strategy: string; field: Row[] }>(undisturbed, ['candidates', 'show', '2']);
    expect(shown.strategy).toBe('analytic');
    expect(shown.field.map(({ strategy, verdict, chosen }) => [strategy, verdict, chosen])).toEqual([
      ['analytic', 'pass', true],
      ['finetune', 'fail', false],
    ]);
    expect(shown.field[0]!.averageAccuracy).toBeGreaterThan(shown.field[1]!.averageAccuracy);
  });

  it('that is killed ends in the same bytes, and trains nobody twice', async () => {
    const folder = copyOf(start);
    const killed = await espalier(folder, tournament, {
      preload: 'die-at.mjs',
      environment: { ESPALIER_TEST_DIE_AT: 'train:before' },
    });
    expect(killed.signal).toBe('SIGKILL');
    const run = join(folder, 'adapters', 'desk', 'runs', '2');
    for (const name of ['analytic', 'finetune']) {
      const record = join(run, `${name}.json`);
      writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), seconds: 1234 }));
    }
    await succeed(folder, tournament);
    expect(contendersOf(folder).map(({ seconds }) => seconds)).toEqual([1234, 1234]);
    for (const name of readdirSync(versionIn(undisturbed)))
      expect(
        readFileSync(join(versionIn(folder), name)).equals(readFileSync(join(versionIn(undisturbed), name))),
        name,
      ).toBe(true);
    for (const table of ['eval_results', 'candidates', 'domain_accuracies', 'audit'])
      expect(rowsOf(folder, `select * from ${table}`), table).toEqual(rowsOf(undisturbed, `select * from ${table}`));
    const withoutSeconds = (rows: { seconds: number }[]) => rows.map((row) => ({ ...row, seconds: 0 }));
    expect(withoutSeconds(contendersOf(folder))).toEqual(withoutSeconds(contendersOf(undisturbed)));
    expect(runsIn(folder)).toEqual([]);
  });

  it('goes on without a strategy that fails, and says with what', async () => {
    const folder = copyOf(start);
    declare(
      folder,
      deskDeclaration((source) => source.replace('learningRate: 0.03', 'learningRate: 1.0e+30')),
    );
    const { field } = await succeedJson<{ field: Row[] }>(folder, tournament);
    expect(field.map(({ strategy, verdict, error }) => [strategy, verdict, error?.code])).toEqual([
      ['analytic', 'pass', undefined],
      ['finetune', null, 'TRAINING_DIVERGED'],
    ]);
    expect(existsSync(versionIn(folder))).toBe(true);
  });
});

it('trainings side by side are one line, clipped to the terminal', () => {
  const works = [
    { name: 'analytic', state: 'done' },
    { name: 'derpp', state: 'running', steps: { done: 9, total: 20, unit: 'epochs' } },
    { name: 'er-ace', state: 'failed' },
    { name: 'replay', state: 'waiting' },
  ] as const;
  expect(worksInWords(works, 68)).toBe('✓ analytic  derpp 45 %  ✗ er-ace  replay …');
  expect(worksInWords(works, 20)).toBe('✓ analytic  derpp 4…');
});
