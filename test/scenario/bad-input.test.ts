import { chmodSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CommandOptions, espalier, succeed, succeedJson } from '../support/command.js';
import {
  at,
  billing,
  copyOf,
  databaseOf,
  declare,
  deskDeclaration,
  ingestWords,
  rowsOf,
  trainedDesk,
  withDatabase,
  writeDesk,
} from '../support/desk.js';
import { expectNoControls } from '../support/plain.js';
import { jsonLines, writeSuite } from '../support/suite.js';

/**
 * A desk without data, and one with a champion of billing and a second candidate; each test that changes one works in a
 * copy.
 */
let empty: string;
let desk: string;
beforeAll(async () => {
  empty = writeDesk();
  await succeed(empty, ['status']);
  desk = await trainedDesk();
  await succeed(desk, [...ingestWords('shipping'), ...at(11)]);
  await succeed(desk, ['update', 'desk', ...at(12)]);
});

/** Others are 1. An input of which nothing was taken has a code of its own. */
const exitCodes: Record<string, number> = {
  USAGE: 2,
  INPUT_EMPTY: 3,
  INPUT_REJECTED: 3,
  NOTHING_TAKEN: 3,
  TOO_MANY_REJECTED: 3,
};

/** Runs a command that must be refused with this code, short, clean and with a hint; gives back what it said. */
async function refused(
  folder: string,
  words: readonly string[],
  code: string,
  options: CommandOptions = {},
): Promise<string> {
  const outcome = await espalier(folder, words, options);
  expect([outcome.code, outcome.stdout, outcome.stderr]).toEqual([
    exitCodes[code] ?? 1,
    '',
    expect.stringContaining(`[${code}]`),
  ]);
  expect(outcome.stderr).toMatch(/\n {2}hint {2}\S.*\n$/);
  expect(outcome.stderr).not.toMatch(/\n\s+at .*\.js:\d+/);
  expectNoControls(outcome.stderr);
  return outcome.stderr;
}

const ingest = (file: string, ...more: string[]) => ['ingest', file, '--adapter', 'desk', '--domain', 'd', ...more];
const countExamples = (folder: string) =>
  rowsOf<{ count: number }>(folder, 'select count(*) as count from examples')[0]!.count;

describe('an input file that is wrong as a whole', () => {
  it.each<[what: string, name: string, content: string | Buffer, code: string, says: RegExp]>([
    ['empty', 'rows.jsonl', '', 'INPUT_EMPTY', /rows\.jsonl is empty/],
    ['nothing but blank lines', 'rows.jsonl', '\n \n\n', 'INPUT_EMPTY', /rows\.jsonl is empty/],
    [
      'binary',
      'rows.jsonl',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
      'INPUT_BINARY',
      /holds zero bytes: it is not text/,
    ],
    [
      'not UTF-8',
      'rows.jsonl',
      Buffer.concat([
        Buffer.from('{"text":"a","label":"b"}\n{"text":"caf'),
        Buffer.from([0xe9]),
        Buffer.from('","label":"b"}\n'),
      ]),
      'INPUT_ENCODING',
      /near line 2 .*\n {2}at {4}rows\.jsonl, line 2\n/,
    ],
    [
      'CSV with a missing column',
      'rows.csv',
      'text,labels\nhello,greeting\n',
      'CSV_COLUMN_MISSING',
      /no column `label` .*\n {2}at {4}rows\.csv, line 1, field label\n {2}hint {2}The header has: text, labels\. Name the column with --label-field labels\./,
    ],
  ])('%s is refused before its first row is stored', async (_, name, content, code, says) => {
    writeFileSync(join(empty, name), content);
    expect(await refused(empty, ingest(name), code)).toMatch(says);
    expect(countExamples(empty)).toBe(0);
  });

  it('named wrongly, or a folder, is told apart', async () => {
    expect(await refused(empty, ingest('absent.jsonl'), 'FILE_NOT_FOUND')).toContain('absent.jsonl');
    expect(await refused(empty, ingest('evals'), 'FILE_UNREADABLE')).toContain('is a folder');
  });
});

describe('rows that are wrong', () => {
  it('go to a rejects file with line, field and reason, and the others are taken', async () => {
    const folder = copyOf(empty);
    const longText = 'x'.repeat(1_000_000);
    const rows = [
      '{"text": "good one", "label": "a"}',
      `{"text": "${longText}", "label": "a"}`,
      '{"text": "no label here", "labels": "a"}',
      '{"text": "zero \\u0000 byte", "label": "a"}',
      '{"text": "\\u001b[31mred", "label": "a"}',
      '{"text": "fine", "label": "\\u001b]0;title\\u0007"}',
      'not json \u001b[2J',
      '{"text": "good two", "label": "b"}',
    ];
    writeFileSync(join(folder, 'rows.jsonl'), `${rows.join('\n')}\n`);
    const { code, stdout, stderr } = await espalier(folder, ingest('rows.jsonl'));
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^4 accepted: .*\n4 rejected: .*rejects.*\.jsonl\n2 texts held invisible or control characters, which were removed\n/,
      ),
    ]);
    expectNoControls(stdout + stderr);
    expect(rowsOf(folder, 'select text from examples').map(({ text }) => text)).toEqual([
      'good one',
      'zero byte',
      'red',
      'good two',
    ]);
    const [rejects] = readdirSync(join(folder, 'replay-store', 'rejects')) as [string];
    const written = readFileSync(join(folder, 'replay-store', 'rejects', rejects), 'utf8');
    const rejected = written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; field?: string; reason: string });
    expect(rejected.map(({ line, field, reason }) => [line, field, reason])).toEqual([
      [2, undefined, expect.stringMatching(/^the line has 1000\d\d\d bytes; at most 262144 are read$/)],
      [3, 'label', 'the row has no field `label`; it has `text`, `labels`: name one with --label-field labels'],
      [6, 'label', 'the field is empty'],
      [7, undefined, expect.stringContaining('not JSON')],
    ]);
    expect(written.length).toBeLessThan(10_000);
  });

  it('all of them, is an error that names the first', async () => {
    writeFileSync(join(empty, 'intents.jsonl'), jsonLines(billing.map(({ text, label }) => ({ text, intent: label }))));
    const said = await refused(empty, ingest('intents.jsonl'), 'INPUT_REJECTED');
    expect(said).toContain(
      `all ${billing.length} rows were rejected; the first: intents.jsonl, line 1, field label: the row has no field \`label\``,
    );
    const report = await succeedJson<{ accepted: number }>(
      copyOf(empty),
      ingest('intents.jsonl', '--label-field', 'intent'),
    );
    expect(report.accepted).toBe(billing.length);
  });

  it('with a label that was never declared, where labels are closed, are rejected with the nearest', async () => {
    const folder = writeDesk(
      deskDeclaration((source) =>
        source.replace('- name: intent', '- name: intent\n    labels: [refund_status, cancel_subscription]'),
      ),
    );
    writeFileSync(join(folder, 'rows.jsonl'), jsonLines([{ text: 'money?', label: 'refund_statsu' }]));
    expect(await refused(folder, ingest('rows.jsonl'), 'INPUT_REJECTED')).toContain(
      'the label `refund_statsu` is not declared; the nearest is `refund_status`',
    );
  });

  it('whose text is a case of an eval suite are refused as leakage, whatever their letter case', async () => {
    const folder = copyOf(empty);
    writeFileSync(
      join(folder, 'rows.jsonl'),
      jsonLines([
        { text: 'WORST evening  in years', label: 'a' },
        { text: 'a fresh text', label: 'a' },
      ]),
    );
    const report = await succeedJson<Record<string, unknown>>(folder, ingest('rows.jsonl'));
    expect(report).toMatchObject({ accepted: 1, rejected: 1, leaked: 1 });
  });

  it('whose text became a case of an eval suite after they came in are left out of training', async () => {
    const folder = copyOf(desk);
    const trained = rowsOf<{ id: number; text: string }>(
      folder,
      "select id, text from examples where domain = 'shipping' and split = 'train'",
    );
    const pairs = trained
      .slice(0, 2)
      .map(({ text }, index) => ({ id: `${index}`, a: text, b: 'something else', score: index }));
    writeSuite(join(folder, 'evals'), { name: 'late', kind: 'sts', cases: pairs });
    const { plan } = await succeedJson<{ plan: { version: number } }>(folder, ['update', 'desk', ...at(13)]);
    const [{ mix }] = rowsOf<{ mix: string }>(
      folder,
      "select outputs ->> '$.mix.analytic' as mix from runs where id = 3",
    ) as [{ mix: string }];
    expect(plan.version).toBe(3);
    expect(JSON.parse(mix)).toMatchObject({
      fresh: trained.length - 2,
      leakedIds: trained.slice(0, 2).map(({ id }) => id),
    });
    const statistics = rowsOf<{ count: number }>(
      folder,
      "select outputs ->> '$.train.analytic.facts.examplesInStatistics' as count from runs where id in (1, 2, 3)",
    );
    expect(statistics.map(({ count }) => count)[2]).toBe(statistics.map(({ count }) => count)[1]! - 2);
  });

  it('with another label than the same text had are refused as contradictions', async () => {
    const folder = copyOf(desk);
    writeFileSync(
      join(folder, 'rows.jsonl'),
      jsonLines([
        { text: billing[0]!.text, label: 'something else' },
        { text: 'a fresh text', label: 'a' },
      ]),
    );
    expect(await succeedJson(folder, ingest('rows.jsonl'))).toMatchObject({
      accepted: 1,
      contradictions: 1,
      rejected: 1,
    });
    expect(rowsOf(folder, 'select label from examples where id = 1')).toEqual([{ label: billing[0]!.label }]);
  });
});

describe('what an intake tells', () => {
  it('ends with 3 where nothing was taken, and with a loud last line where most rows were rejected', async () => {
    const folder = copyOf(empty);
    const rows = [{ text: 'one', label: 'a' }, { text: 'two' }, { text: 'three' }];
    writeFileSync(join(folder, 'rows.jsonl'), jsonLines(rows));
    expect(await refused(folder, ingest('rows.jsonl', '--max-rejected', '50%'), 'TOO_MANY_REJECTED')).toContain(
      '2 of 3 rows were rejected',
    );
    expect(await refused(folder, ingest('rows.jsonl', '--where', 'label=b'), 'NOTHING_TAKEN')).toContain(
      'left out all 3 rows',
    );
    expect(countExamples(folder)).toBe(0);
    const { code, stderr } = await espalier(folder, ingest('rows.jsonl'));
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([
      0,
      expect.stringMatching(/^most rows were rejected: 2 of 3\. Read .*rejects/),
    ]);
  });

  it('lists new labels with what they are near to, what was not read, and what it removed', async () => {
    const folder = copyOf(empty);
    const rows = [
      { text: 'my \u200bmoney', label: 'refund', answer: 'accept', _hash: 1 },
      { text: 'my parcel', label: 're\u00adFund', answer: 'accept', _hash: 2 },
      { text: 'my hat', label: 'refund', answer: 'reject', _hash: 3 },
    ];
    writeFileSync(join(folder, 'rows.jsonl'), jsonLines(rows));
    const said = await succeed(folder, ingest('rows.jsonl'));
    expect(said).toMatch(/2 new labels: reFund \(1\), refund \(1\)/);
    expect(said).toMatch(/`refund` \(1\) differs from `reFund` by letter case only/);
    expect(said).toMatch(/1 text held invisible.*\n1 label held invisible/);
    expect(said).toContain('not read: _hash\n');
    expect(
      await succeedJson(copyOf(empty), ['ingest', '-', '--adapter', 'desk', '--domain-field', 'd'], {
        input: '{"text":"a","label":"b","d":"x"}',
      }),
    ).toMatchObject({
      accepted: 1,
      newLabels: [{ label: 'b', count: 1 }],
    });
  });

  it('needs a domain, said or named', async () => {
    expect(await refused(empty, ['ingest', 'billing.jsonl', '--adapter', 'desk'], 'USAGE')).toContain('--domain-field');
  });
});

describe('adapter.yaml', () => {
  it('with an unknown key is refused with line and nearest name', async () => {
    const folder = copyOf(empty);
    declare(
      folder,
      deskDeclaration((source) => source.replace('learningRate', 'learning_rate')),
    );
    expect(await refused(folder, ['update', 'desk'], 'DECLARATION_INVALID')).toMatch(
      /unknown key `learning_rate` .*\n {2}at .*adapter\.yaml, line 11, field training\.learning_rate\n {2}hint {2}Did you mean `learningRate`\?/,
    );
  });

  it('without a gate starts no update', async () => {
    const folder = copyOf(desk);
    declare(
      folder,
      deskDeclaration((source) => source.replace(/gate:\n( {2}.*\n)+/, '')),
    );
    expect(await refused(folder, ['update', 'desk'], 'NO_GATE_POLICY')).toContain('desk declares no gate');
    expect(rowsOf(folder, 'select id from runs')).toHaveLength(2);
  });

  it.each(['../desk', 'desk/../desk', 'dekc'])('is not looked for under the name %j', async (name) => {
    await refused(empty, ['update', name], 'ADAPTER_NOT_FOUND');
  });

  it('is not made under a name that climbs', async () => {
    await refused(empty, ['init', 'inner', '--adapter', '../../outside'], 'DECLARATION_INVALID');
    await refused(empty, ['init', 'inner', '--adapter', 'x #/../../../outside'], 'DECLARATION_INVALID');
    expect(readdirSync(empty)).not.toContain('inner');
  });

  it('that names another encoder than the champion was trained on stops an update, while the champion answers on', async () => {
    const folder = copyOf(desk);
    declare(
      folder,
      deskDeclaration((source) => source.replace('model: use-lite', 'model: use-lite\n  pooling: [mean]')),
    );
    const said = /desk version 1 was trained on use-lite \(\w{12}\); the encoder is now use-lite \(\w{12}\)/;
    expect(await refused(folder, ['update', 'desk'], 'ENCODER_MISMATCH')).toMatch(said);
    expect(await succeed(folder, ['predict', 'desk', billing[0]!.text])).toContain(billing[0]!.label);
    declare(folder, deskDeclaration());
    expect(await succeed(folder, ['status'])).toMatch(/ desk +analytic +v1 /);
  });
});

describe('a trained version whose files are damaged', () => {
  const onnxOf = (folder: string) => join(folder, 'adapters', 'desk', 'versions', '1', 'adapter.onnx');

  it('truncated, does not serve and is not gone on from', async () => {
    const folder = copyOf(desk);
    truncateSync(onnxOf(folder), 1000);
    expect(await refused(folder, ['predict', 'desk', 'hello'], 'ADAPTER_INVALID')).toMatch(
      /its SHA-256 differs from the manifest's/,
    );
    const before = rowsOf(folder, 'select id from candidates');
    await refused(folder, ['update', 'desk'], 'ADAPTER_INVALID');
    expect(rowsOf(folder, 'select id from candidates')).toEqual(before);
  });

  it('with one bit turned, does not serve', async () => {
    const folder = copyOf(desk);
    const bytes = readFileSync(onnxOf(folder));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(onnxOf(folder), bytes);
    await refused(folder, ['predict', 'desk', 'hello'], 'ADAPTER_INVALID');
  });
});

describe('a database', () => {
  it('that is corrupt is refused unchanged', async () => {
    const folder = copyOf(empty);
    writeFileSync(databaseOf(folder), 'These are notes. '.repeat(1000));
    await refused(folder, ['status'], 'STORE_CORRUPT');
    expect(readFileSync(databaseOf(folder), 'utf8')).toBe('These are notes. '.repeat(1000));
  });

  it('that is damaged inside is told as such when a command meets the damage', async () => {
    const folder = copyOf(desk);
    withDatabase(folder, (database) => database.pragma('wal_checkpoint(TRUNCATE)'));
    const bytes = readFileSync(databaseOf(folder));
    // All pages but the first two: header and schema still read well.
    bytes.fill(0x5a, 8192);
    writeFileSync(databaseOf(folder), bytes);
    await refused(folder, ['buffer', 'stats'], 'STORE_CORRUPT');
  });

  it('of a newer Espalier is refused unchanged', async () => {
    const folder = copyOf(empty);
    withDatabase(folder, (database) => database.pragma('user_version = 99'));
    expect(await refused(folder, ['status'], 'STORE_NEWER')).toContain('has schema 99');
    expect(withDatabase(folder, (database) => database.pragma('user_version', { simple: true }))).toBe(99);
  });

  it('that is a folder cannot be opened', async () => {
    const folder = writeDesk();
    mkdirSync(databaseOf(folder));
    expect(await refused(folder, ['status'], 'FILE_UNREADABLE')).toContain('is a folder');
  });

  it('on a disk that refuses writing is left as it is', async () => {
    const folder = copyOf(desk);
    withDatabase(folder, (database) => database.pragma('wal_checkpoint(TRUNCATE)'));
    const before = readFileSync(databaseOf(folder));
    const store = join(folder, 'replay-store');
    chmodSync(databaseOf(folder), 0o444);
    chmodSync(store, 0o555);
    try {
      await refused(folder, ['candidates', 'reject', '2', '--reason', 'no'], 'DISK_READ_ONLY', {
        permissions: 'obeyed',
      });
      expect(readFileSync(databaseOf(folder))).toEqual(before);
    } finally {
      chmodSync(store, 0o755);
    }
  });

  it('on a full disk takes none of the rows, and all when there is room again', async () => {
    const folder = copyOf(empty);
    const rows = Array.from({ length: 3000 }, (_, index) => ({
      text: `${'many words '.repeat(20)}${index}`,
      label: `label ${index % 3}`,
    }));
    writeFileSync(join(folder, 'rows.jsonl'), jsonLines(rows));
    const full = { preload: 'small-disk.mjs', environment: { ESPALIER_TEST_PAGES: '300' } };
    expect(await refused(folder, ingest('rows.jsonl'), 'DISK_FULL', full)).toContain('no space left');
    expect(countExamples(folder)).toBe(0);
    expect(await succeedJson(folder, ingest('rows.jsonl'))).toMatchObject({
      accepted: rows.length,
      duplicates: 0,
      rejected: 0,
    });
  });

  it('on a full disk leaves an update to be resumed', async () => {
    const folder = copyOf(desk);
    const full = { preload: 'small-disk.mjs', environment: { ESPALIER_TEST_PAGES: '2' } };
    await refused(folder, ['update', 'desk', ...at(14)], 'DISK_FULL', full);
    expect(rowsOf(folder, 'select status from runs where id = 3')).toEqual([{ status: 'running' }]);
    const printed = await succeed(folder, ['update', 'desk', ...at(14)]);
    expect(printed).toContain('an earlier run was taken over at its stage');
  });
});

describe('a decision', () => {
  it('is taken once: a candidate that was decided is decided', async () => {
    const folder = copyOf(desk);
    await refused(folder, ['candidates', 'approve', '1', '--reason', 'again'], 'CANDIDATE_DECIDED');
    expect(rowsOf(folder, 'select act from decisions')).toEqual([{ act: 'approve' }]);
  });

  it('is not taken on a comparison with a champion that serves no more', async () => {
    const folder = copyOf(desk);
    await succeed(folder, ['update', 'desk', ...at(13)]);
    await succeed(folder, ['candidates', 'approve', '3', '--reason', 'the newer one', ...at(14)]);
    expect(
      await refused(folder, ['candidates', 'approve', '2', '--reason', 'the older one'], 'CANDIDATE_STALE'),
    ).toContain('espalier update');
    expect(rowsOf(folder, 'select champion_version from adapters')).toEqual([{ champion_version: 3 }]);
  });

  it('needs a candidate that is there, and a reason', async () => {
    await refused(desk, ['candidates', 'approve', '77', '--reason', 'x'], 'CANDIDATE_NOT_FOUND');
    const { code, stderr } = await espalier(desk, ['candidates', 'approve', '2']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("required option '--reason <text>'")]);
  });
});

describe('a folder that is no workspace', () => {
  it('is told with what to do', async () => {
    expect(await refused('/', ['status'], 'NOT_A_WORKSPACE')).toContain('espalier init DIR');
  });
});

describe('escape sequences', () => {
  const red = '\u001b[31mred\u001b]0;title\u0007\u009b2J\u202e';

  it('that came in before there was a check never reach a terminal', async () => {
    const folder = copyOf(desk);
    withDatabase(folder, (database) => {
      database
        .prepare('update examples set text = ?, label = ?, domain = ?, source = ? where id = 1')
        .run(red, red, red, red);
      database.prepare("update buffer set reason = ?, state = 'member' where example_id = 1").run(red);
      database
        .prepare(
          'insert into decisions (adapter, candidate_id, act, from_version, to_version, actor, reason, at) values (?, 2, ?, 1, 1, ?, ?, ?)',
        )
        .run('desk', 'reject', red, red, '2026');
      database
        .prepare(
          'update eval_results set case_id = case_id || ?, champion_answer = ?, candidate_answer = ?, champion_score = 1, candidate_score = 0',
        )
        .run(red, red, red);
      database
        .prepare("update candidates set report = replace(report, 'desk-tones', ?) where id = 2")
        .run(JSON.stringify(red).slice(1, -1));
    });
    for (const words of [
      ['buffer', 'list', '--limit', '5'],
      ['buffer', 'show', '1'],
      ['buffer', 'why', '1'],
      ['buffer', 'stats'],
      ['candidates', 'show', '2'],
    ]) {
      expectNoControls(await succeed(folder, words));
    }
    expectNoControls(await succeed(folder, ['buffer', 'show', '1', '--json']));
  });

  it('in a text that is asked, in words that are unknown, and in adapter.yaml come out as pictures', async () => {
    for (const format of [[], ['--json']]) {
      expectNoControls(await succeed(desk, ['predict', 'desk', ...format], { input: `${red} where is my refund\n` }));
    }
    for (const words of [[red], ['update', 'desk', `--${red}`], ['buffer', 'show', red]]) {
      const { code, stdout, stderr } = await espalier(desk, words);
      expect(code).toBeGreaterThan(0);
      expectNoControls(stdout + stderr);
    }
    const folder = copyOf(empty);
    declare(
      folder,
      deskDeclaration((source) => source.replace('strategy: analytic', `strategy: ${JSON.stringify(red)}`)),
    );
    expectNoControls(await succeed(folder, ['status']));
  });
});
