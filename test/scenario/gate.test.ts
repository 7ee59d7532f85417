import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '#espalier/gate/report.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import {
  at,
  copyOf,
  declare,
  deskDeclaration,
  ingestWords,
  rowsOf,
  trainedDesk,
  withDatabase,
  writeDesk,
} from '../support/desk.js';
import { expectReport } from '../support/plain.js';
import { jsonLines } from '../support/suite.js';

interface Shown {
  readonly report: Report;
  readonly verdict: string;
  readonly flips: { readonly lost: readonly { readonly text: string | null; readonly expected: string | null }[] };
}

/** A desk whose champion knows billing, and a naive candidate of shipping that waits. */
let desk: string;
beforeAll(async () => {
  desk = await trainedDesk();
  await succeed(desk, [...ingestWords('shipping'), ...at(11)]);
  await succeed(desk, ['update', 'desk', '--strategy', 'finetune', ...at(12)]);
}, 120_000);

const errorCode = (stderr: string) => /\[([A-Z_]+)\]/.exec(stderr)?.[1];

describe('a verdict', () => {
  it('is worked out again from stored rows alone: without suites, versions or encoder', async () => {
    const bare = copyOf(desk);
    rmSync(join(bare, 'evals'), { recursive: true });
    rmSync(join(bare, 'adapters', 'desk', 'versions'), { recursive: true });
    const verified = await succeedJson<unknown>(bare, ['candidates', 'verify', '2']);
    expect(verified).toEqual({
      candidate: 2,
      contenders: [{ strategy: 'finetune', verdict: 'fail', differences: [] }],
    });
  });

  it.each([
    ['a case’s result', "update eval_results set candidate_score = 1 where run_id = 2 and suite = 'holdout/billing'"],
    ['the report', `update candidates set report = json_set(report, '$.verdict', 'pass') where id = 2`],
    ['the policy', `update runs set plan = json_set(plan, '$.declaration.gate.margin', 0.9) where id = 2`],
  ])('is told from one that somebody changed: %s', async (_what, statement) => {
    const spoilt = copyOf(desk);
    withDatabase(spoilt, (database) => database.exec(statement));
    const { code, stdout, stderr } = await espalier(spoilt, ['candidates', 'verify', '2']);
    expect([code, errorCode(stderr)]).toEqual([1, 'VERDICT_DIFFERS']);
    expect(stdout).toContain('another report');
  });

  it('of an Espalier that kept less is said to be beyond verifying', async () => {
    const older = copyOf(desk);
    withDatabase(older, (database) =>
      database.exec(`update runs set seal = null, outputs = json_set(outputs, '$.evaluate', json('{"cases":1}'))`),
    );
    expect(errorCode((await espalier(older, ['candidates', 'verify', '2'])).stderr)).toBe('NOT_VERIFIABLE');
  });

  it('by the rules of an older Espalier is said to be beyond verifying', async () => {
    const older = copyOf(desk);
    withDatabase(older, (database) => {
      for (const table of ['candidates', 'contenders'])
        database.exec(`update ${table} set report = json_remove(report, '$.rulesVersion')`);
    });
    const { stderr } = await espalier(older, ['candidates', 'verify', '2']);
    expect([errorCode(stderr), stderr]).toEqual([
      'NOT_VERIFIABLE',
      expect.stringContaining('whose rules or stored results differ'),
    ]);
  });
});

describe('a candidate that says it is older than it is', () => {
  it.each([
    ['its report', `update candidates set report = json_set(report, '$.rulesVersion', 1) where id = 2`],
    ['its run', `update runs set outputs = json_set(outputs, '$.evaluate.rules', 1) where id = 2`],
  ])('is neither verified nor approved, where %s was changed', async (_what, statement) => {
    const spoilt = copyOf(desk);
    withDatabase(spoilt, (database) => database.exec(statement));
    for (const words of [
      ['verify', '2'],
      ['approve', '2', '--override', '--reason', 'x', ...at(13)],
    ])
      expect(errorCode((await espalier(spoilt, ['candidates', ...words])).stderr)).toBe('STORE_CORRUPT');
    expect(rowsOf(spoilt, 'select champion_version as version from adapters')).toEqual([{ version: 1 }]);
  });
});

describe('the report of a candidate', () => {
  it('is one screen: what was lost and gained as whiskers, where, the flips with their texts, and what to do', async () => {
    const printed = await succeed(desk, ['candidates', 'show', '2']);
    expectReport(printed);
    for (const part of [
      'FAIL',
      'Not improved: lost',
      'holdout/billing',
      '●',
      'where it was lost',
      'right before, wrong now',
      'next',
    ])
      expect(printed).toContain(part);
    const { flips } = await succeedJson<Shown>(desk, ['candidates', 'show', '2']);
    expect(flips.lost.length).toBeGreaterThan(5);
    for (const { text, expected } of flips.lost) expect([typeof text, typeof expected]).toEqual(['string', 'string']);
    expect(printed).toContain(flips.lost[0]!.text!.slice(0, 40));
  });

  it('cuts what was held out by label, and measures confidence on both sides', async () => {
    const { report } = await succeedJson<Shown>(desk, ['candidates', 'show', '2']);
    expect(report.slices.filter(({ by }) => by === 'label').map(({ value }) => value)).toEqual([
      'cancel_subscription',
      'payment_failed',
      'refund_status',
    ]);
    expect(report.calibration).toMatchObject({
      champion: { cases: expect.any(Number) },
      difference: { cases: expect.any(Number) },
    });
    expect(report.calibration!.difference!.value).toBeLessThan(0);
  });

  it('is a page, too, that needs nothing else', async () => {
    await succeed(desk, ['candidates', 'show', '2', '--html', 'report.html']);
    const page = readFileSync(join(desk, 'report.html'), 'utf8');
    expect(page).toContain('holdout/billing');
    expect(page).not.toMatch(/(src|href)="https?:/);
  });
});

describe('a policy', () => {
  const gate = (lines: string) =>
    deskDeclaration((source) => source.replace(/gate:[\s\S]*$/, `gate:\n  confidence: 0.9\n  margin: 0.3\n${lines}\n`));
  async function updateUnder(lines: string, change: (folder: string) => void = () => undefined) {
    const folder = copyOf(desk);
    declare(folder, gate(lines));
    change(folder);
    return { folder, ...(await espalier(folder, ['update', 'desk', '--json', ...at(13)])) };
  }

  it.each([
    [
      'a suite that the adapter does not ask',
      '  suites: { desk-tone: { margin: 0.1 } }',
      'gate.suites.desk-tone',
      'desk-tones',
    ],
    [
      'a group of suites that it does not ask',
      '  groups: { all: { suites: [desk-likenes] } }',
      'gate.groups.all.suites',
      'desk-likeness',
    ],
    ['a slice of such a suite', '  slices: [{ by: label, suite: desk-tonse }]', 'gate.slices.0.suite', 'desk-tones'],
    [
      'one suite in two groups',
      '  groups: { a: { suites: [probe] }, b: { suites: [probe] } }',
      'gate.groups',
      'two groups',
    ],
    ['an anchor that never served', '  anchor: { version: 2 }', 'gate.anchor.version', 'Versions that served: 1'],
  ])('that names %s is refused, with the field', async (_what, lines, field, hint) => {
    const { code, stdout } = await updateUnder(lines);
    const { error } = JSON.parse(stdout) as {
      error: { code: string; message: string; hint: string; at: { field: string } };
    };
    expect([code, error.code, error.at.field]).toEqual([1, 'DECLARATION_INVALID', field]);
    expect(`${error.message} ${error.hint}`).toContain(hint);
  });

  it.each([0, 1.5, -0.1])('of a margin of %f is refused', async (margin) => {
    const folder = copyOf(desk);
    declare(
      folder,
      deskDeclaration((source) => source.replace('margin: 0.3', `margin: ${margin}`)),
    );
    expect(errorCode((await espalier(folder, ['update', 'desk'])).stderr)).toBe('DECLARATION_INVALID');
  });

  it('lets a person approve what is inconclusive where it says so, and marks no override', async () => {
    const undecided = 'confidence: 0.9\n  margin: 0.01\n  inconclusive: allow';
    const folder = copyOf(desk);
    declare(
      folder,
      deskDeclaration((source) => source.replace(/gate:[\s\S]*$/, `gate:\n  ${undecided}\n`)),
    );
    const { report, candidateId } = await succeedJson<{ report: Report; candidateId: number }>(folder, [
      'update',
      'desk',
      ...at(13),
    ]);
    expect(report.verdict).toBe('inconclusive');
    await succeed(folder, ['candidates', 'approve', String(candidateId), '--reason', 'looked at it', ...at(14)]);
    expect(rowsOf(folder, 'select act from decisions order by id desc limit 1')).toEqual([{ act: 'approve' }]);
  });

  it('compares with a fixed older version, and sees what gates one by one did not', async () => {
    const folder = copyOf(desk);
    await succeed(folder, ['candidates', 'approve', '2', '--reason', 'a mistake', '--override', ...at(13)]);
    declare(folder, gate('  anchor: { version: 1, margin: 0.2 }'));
    writeFileSync(
      join(folder, 'more.jsonl'),
      jsonLines([
        { text: 'the courier never rang', label: 'missing_parcel' },
        { text: 'nobody brought my box', label: 'missing_parcel' },
        { text: 'the parcel van drove past', label: 'missing_parcel' },
      ]),
    );
    await succeed(folder, ['ingest', 'more.jsonl', '--adapter', 'desk', '--domain', 'shipping', ...at(14)]);
    const { report } = await succeedJson<{ report: Report }>(folder, [
      'update',
      'desk',
      '--strategy',
      'finetune',
      ...at(15),
    ]);
    const earlier = report.rows.find(({ suite }) => suite === 'holdout/billing')!;
    expect(earlier.anchor).toBeGreaterThan(earlier.champion! + 0.2);
    const whole = report.rows.find(({ suite }) => suite === 'holdout/earlier domains')!;
    expect(whole.findings.find(({ rule }) => rule === 'anchor')!.verdict).toBe('fail');
    expect(await succeedJson(folder, ['candidates', 'verify', '3'])).toMatchObject({
      contenders: [{ differences: [] }],
    });
  }, 60_000);

  it('is not met while a suite that judged the champion is missing, until it is retired', async () => {
    const without = (retired: string) =>
      gate(retired).replace('suites: [desk-tones, desk-likeness]', 'suites: [desk-likeness]');
    const folder = copyOf(desk);
    declare(folder, without(''));
    const { report } = await succeedJson<{ report: Report }>(folder, ['update', 'desk', ...at(13)]);
    expect([report.verdict, report.sentence]).toEqual([
      'inconclusive',
      expect.stringContaining('desk-tones judged the champion and is not asked any more'),
    ]);
    declare(folder, without('  retired: [desk-tones]'));
    expect((await succeedJson<{ report: Report }>(folder, ['update', 'desk', ...at(14)])).report.verdict).toBe('pass');
  }, 60_000);

  it('is not read over cases that were edited without a new version', async () => {
    const { code, stderr } = await updateUnder('', (folder) => {
      const file = join(folder, 'evals', 'desk-tones', 'cases.jsonl');
      writeFileSync(file, readFileSync(file, 'utf8').replace('this made my day', 'this has made my day'));
    });
    expect([code, errorCode(stderr)]).toEqual([1, 'SUITE_INVALID']);
    expect(stderr).toContain('it is still version 1');
  });
});

it('a bottleneck that was trained until likeness is lost is refused by the similarity suites, although its own task loses nothing', async () => {
  const folder = writeDesk();
  const tone = (training: string) =>
    `name: tone\ntasks: [{ name: tone }]\nstrategy: finetune\ntraining: { head: bottleneck, batchSize: 16, ${training} }\nholdout: { fraction: 0.3 }\n` +
    'suites: [wordnet-gloss-similarity, wordnet-definition-pairs]\ngate: { margin: 0.05 }\n';
  const place = (source: string) => {
    mkdirSync(join(folder, 'adapters', 'tone'), { recursive: true });
    writeFileSync(join(folder, 'adapters', 'tone', 'adapter.yaml'), source);
  };
  const things = [
    'the invoice',
    'my parcel',
    'this order',
    'the refund',
    'my account',
    'the password',
    'a delivery',
    'the coupon',
  ];
  const ways = {
    polite: [
      'could you please check %',
      'would you kindly look at %',
      'I would be grateful for help with %',
      'please be so good as to fix %',
    ],
    curt: ['fix % now', 'what is wrong with %', 'you people broke %', 'hurry up with %'],
  };
  const rows = Object.entries(ways).flatMap(([label, forms]) =>
    forms.flatMap((form) => things.map((thing) => ({ text: form.replace('%', thing), label }))),
  );
  const [first, second] = [rows.filter((_, index) => index % 2 === 0), rows.filter((_, index) => index % 2 === 1)];
  writeFileSync(join(folder, 'first.jsonl'), jsonLines(first));
  writeFileSync(join(folder, 'second.jsonl'), jsonLines(second));
  place(tone('epochs: 1, leastSteps: 1, learningRate: 0.0003'));
  await succeed(folder, ['ingest', 'first.jsonl', '--adapter', 'tone', '--domain', 'mail', ...at(8)]);
  await succeed(folder, ['update', 'tone', ...at(9)]);
  await succeed(folder, ['candidates', 'approve', '1', '--reason', 'gentle', ...at(10)]);
  place(tone('epochs: 60, learningRate: 0.01'));
  await succeed(folder, ['ingest', 'second.jsonl', '--adapter', 'tone', '--domain', 'mail', ...at(11)]);
  const { report } = await succeedJson<{ report: Report }>(folder, ['update', 'tone', ...at(12)]);
  const failed = report.rows
    .filter(({ findings }) => findings.some(({ verdict }) => verdict === 'fail'))
    .map(({ suite }) => suite);
  expect(report.verdict).toBe('fail');
  expect(failed).toEqual(expect.arrayContaining(['wordnet-gloss-similarity', 'wordnet-definition-pairs']));
  expect(report.unchanged).toEqual([]);
  expect(report.rows.find(({ suite }) => suite === 'holdout/mail')!.difference).toBeGreaterThanOrEqual(0);
}, 120_000);
