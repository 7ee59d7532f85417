import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, startEspalier, succeed } from '../support/command.js';
import { at, billing, copyOf, deskDeclaration, ingestWords, rowsOf, withDatabase, writeDesk } from '../support/desk.js';
import { writeSuite } from '../support/suite.js';

/** More cases than one slice holds, of few texts. */
const manyCases = Array.from({ length: 5000 }, (_, index) => {
  const { text, label } = billing[index % billing.length]!;
  return { id: `case-${index}`, text: `${text} please, as soon as you can`, label };
});
const update = ['update', 'desk', ...at(12)];

let start: string;
beforeAll(async () => {
  const declaration = deskDeclaration((source) =>
    source.replace('[desk-tones, desk-likeness]', '[desk-many, desk-likeness]'),
  );
  start = writeDesk(declaration);
  writeSuite(join(start, 'evals'), { name: 'desk-many', kind: 'classification', cases: manyCases });
  writeFileSync(join(start, 'adapters', 'desk', 'adapter.yaml'), declaration);
  await succeed(start, [...ingestWords('billing'), ...at(8)]);
  await succeed(start, ['update', 'desk', ...at(9)]);
  await succeed(start, ['candidates', 'approve', '1', '--override', '--reason', 'the first', ...at(10)]);
  await succeed(start, [...ingestWords('shipping'), ...at(11)]);
});

async function killAt(folder: string, moment: string): Promise<void> {
  const killed = await espalier(folder, update, {
    preload: 'die-at.mjs',
    environment: { ESPALIER_TEST_DIE_AT: moment },
  });
  expect([killed.signal, killed.stdout]).toEqual(['SIGKILL', '']);
  expect(rowsOf(folder, 'select stage, status from runs where id = 2')).toEqual([
    { stage: 'evaluate', status: 'running' },
  ]);
}

/** All that the evaluation left, and what was made of it. */
function outcomeIn(folder: string) {
  return {
    results: rowsOf(folder, 'select * from eval_results where run_id = 2 order by contender, suite, case_id'),
    suites: rowsOf(folder, 'select * from eval_suites where run_id = 2 order by place'),
    contenders: rowsOf(folder, 'select strategy, report, chosen from contenders where run_id = 2'),
    candidates: rowsOf(folder, 'select * from candidates where run_id = 2'),
    run: rowsOf(
      folder,
      "select status, stage, plan, json_remove(outputs, '$.encode') as outputs from runs where id = 2",
    ),
  };
}

/** Suite -> the numbers that the database gave to its rows: they are other ones when the suite is scored again. */
function rowNumbers(folder: string): Record<string, string> {
  const rows = rowsOf<{ suite: string; numbers: string }>(
    folder,
    'select suite, group_concat(rowid) as numbers from (select rowid, suite from eval_results where run_id = 2 order by rowid) group by suite',
  );
  return Object.fromEntries(rows.map(({ suite, numbers }) => [suite, numbers]));
}

const doneSuites = (folder: string) =>
  rowsOf<{ suite: string }>(folder, 'select suite from eval_suites where run_id = 2 order by place').map(
    ({ suite }) => suite,
  );

describe('an update that is killed while it evaluates', () => {
  let undisturbed: ReturnType<typeof outcomeIn>;
  let order: string[];
  beforeAll(async () => {
    const folder = copyOf(start);
    await succeed(folder, update);
    undisturbed = outcomeIn(folder);
    order = doneSuites(folder);
    expect(order.slice(0, 2)).toEqual(['holdout/billing', 'holdout/shipping']);
    expect(order).toContain('desk-many');
    expect(undisturbed.results.length).toBeGreaterThan(5000);
  });

  it('keeps the suites that are done, scores the others, and ends in the same bytes', async () => {
    const folder = copyOf(start);
    const kept = async (moment: string) => {
      await killAt(folder, moment);
      return rowNumbers(folder);
    };
    const first = await kept('suite:holdout/billing');
    expect(doneSuites(folder)).toEqual(['holdout/billing']);
    const second = await kept(`suite:${order[2]}`);
    expect(doneSuites(folder)).toEqual(order.slice(0, 3));
    expect(second['holdout/billing']).toBe(first['holdout/billing']);
    await succeed(folder, update);
    for (const suite of order.slice(0, 3)) expect(rowNumbers(folder)[suite]).toBe(second[suite]);
    expect(outcomeIn(folder)).toEqual(undisturbed);
  });

  it('between two slices of a suite scores that suite again from its first case', async () => {
    const folder = copyOf(start);
    const slicesBefore = order.indexOf('desk-many');
    await killAt(folder, `results:${slicesBefore + 3}`);
    const stored = rowsOf<{ count: number }>(
      folder,
      "select count(*) as count from eval_results where run_id = 2 and suite = 'desk-many'",
    );
    expect(stored[0]!.count).toBeGreaterThan(0);
    expect(stored[0]!.count).toBeLessThan(5000);
    expect(doneSuites(folder)).not.toContain('desk-many');
    await succeed(folder, update);
    expect(outcomeIn(folder)).toEqual(undisturbed);
  });

  it.each([
    [
      'a result was changed',
      "update eval_results set candidate_score = 1 - candidate_score where run_id = 2 and case_id = 'case-77'",
    ],
    [
      'a result is gone',
      "delete from eval_results where run_id = 2 and suite = 'holdout/billing' and rowid = (select min(rowid) from eval_results where run_id = 2)",
    ],
    ['they are of other rules', 'update eval_suites set rules = rules + 1, seal = null'],
    ['their suite had other cases', "update eval_suites set content_hash = 'another', seal = null where run_id = 2"],
    ['the row of the suite was changed', 'update eval_suites set chance = 0.125 where run_id = 2'],
    [
      'they are of no suite that is asked',
      "update eval_suites set suite = 'gone' where suite = 'holdout/billing' and run_id = 2",
    ],
  ])('does not take results for done of which %s', async (_, statement) => {
    const folder = copyOf(start);
    await killAt(folder, 'evaluate:before');
    withDatabase(folder, (database) => database.exec(statement));
    await succeed(folder, update);
    expect(outcomeIn(folder)).toEqual(undisturbed);
  });

  it('by Ctrl-C goes on as well', async () => {
    const folder = copyOf(start);
    const running = startEspalier(folder, update);
    await running.says('  train ');
    running.process.kill('SIGINT');
    const { code } = await running.outcome;
    expect([0, 130]).toContain(code);
    if (code === 130) await succeed(folder, update);
    expect(outcomeIn(folder)).toEqual(undisturbed);
  });
});

describe('an update whose lease was lost while it evaluates', () => {
  it('writes nothing more over the results of the run that took over', async () => {
    const folder = copyOf(start);
    await killAt(folder, 'suite:holdout/billing');
    // Another process holds the run from the moment on at which this one has stored its first suite.
    withDatabase(folder, (database) => {
      database.exec(`create trigger overtaken after insert on eval_suites when new.suite = 'holdout/shipping'
        begin update runs set fencing_token = fencing_token + 1 where id = 2; end`);
    });
    const { code, stderr } = await espalier(folder, update);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[LEASE_LOST]')]);
    expect(doneSuites(folder)).toEqual(['holdout/billing', 'holdout/shipping']);
    withDatabase(folder, (database) => database.exec('drop trigger overtaken'));
    await succeed(folder, update);
  });
});
