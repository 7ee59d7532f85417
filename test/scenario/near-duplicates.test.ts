/** Near-duplicates from a file to the buffer's listings, with the real command. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IntakeReport } from '#espalier/intake/intake-report.js';
import type { NearConflicts } from '#espalier/library/near-conflicts.js';
import type { NearDuplicates } from '#espalier/library/near-duplicates.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, type DeskRow, declare, deskDeclaration, rowsOf, withDatabase, writeDesk } from '../support/desk.js';
import { jsonLines } from '../support/suite.js';

const withAction = (action: string) =>
  deskDeclaration((source) => `${source}intake: { nearDuplicates: { action: ${action} } }\n`);

const template = (order: number) => `Hello, my order with the number ${order} has not arrived at my new address yet`;
/** Forty rows of two templates, and one that has another label. */
const rows: readonly DeskRow[] = [
  ...Array.from({ length: 20 }, (_, index) => ({ text: template(70_000 + index * 13), label: 'missing_parcel' })),
  ...Array.from({ length: 20 }, (_, index) => ({
    text: `I would like to cancel the subscription of user ${5000 + index * 7} from next month on`,
    label: 'cancel_subscription',
  })),
  { text: template(71_000), label: 'refund_status' },
];

function deskWith(declaration = deskDeclaration()): string {
  const folder = writeDesk(declaration);
  writeFileSync(join(folder, 'filled.jsonl'), jsonLines(rows));
  return folder;
}

const ingest = ['ingest', 'filled.jsonl', '--adapter', 'desk', '--domain', 'shop', ...at(8)];

describe('one file of filled-in templates', () => {
  it('is stored whole without the setting, and its groups and conflicts are found', async () => {
    const folder = deskWith();
    const report = await succeedJson<IntakeReport>(folder, ingest);
    expect(report).toMatchObject({ accepted: 41, nearDuplicates: null, rejected: 0 });
    const found = await succeedJson<NearDuplicates>(folder, ['buffer', 'duplicates']);
    expect(found).toMatchObject({ adapter: 'desk', examples: 41, found: 2, duplicates: 39, threshold: 0.8 });
    expect(found.groups.map(({ members, labels }) => [members.length, labels])).toEqual([
      [21, 2],
      [20, 1],
    ]);
    // They were split like any other rows: the holdout asks what was trained on.
    expect(found.acrossSplits).toBe(2);
    const shown = await succeed(folder, ['buffer', 'duplicates', '--limit', '1']);
    expect(shown).toContain('2 groups among 41 examples: 39 resemble an earlier one (0.8)');
    expect(shown).toMatch(/21 examples, 2 labels, train and holdout\n {2}1\.00 +1 {2}missing_parcel/);
    expect(shown).toMatch(/and 15 more\n\nand 1 more groups/);
    const conflicts = await succeedJson<NearConflicts>(folder, ['buffer', 'conflicts', '--limit', '2']);
    expect(conflicts.found).toBeGreaterThan(2);
    expect(conflicts.conflicts[0]!.later).toMatchObject({ id: 41, label: 'refund_status', text: template(71_000) });
    expect(await succeed(folder, ['buffer', 'conflicts'])).toMatch(
      /0\.\d\d +\d+ {2}missing_parcel .*\n +41 {2}refund_status/,
    );
  });

  it('leaves one row of each template with `skip`, and the rejects file holds the others', async () => {
    const folder = deskWith(withAction('skip'));
    const { stdout } = await espalier(folder, ingest);
    expect(stdout).toContain('2 accepted');
    expect(stdout).toMatch(/38 skipped: they resemble an earlier example with the same label: .*rejects/);
    expect(stdout).toContain('of the rejected 1 have another label than that example');
    expect(stdout).toMatch(/ {2}0\.\d\d Hello, my order with the number 70013/);
    const [rejected] = rowsOf<{ count: number }>(folder, 'select count(*) as count from examples');
    expect(rejected!.count).toBe(2);
    const again = await succeedJson<IntakeReport>(folder, ingest);
    expect(again).toMatchObject({ accepted: 0, duplicates: 2, rejected: 1, nearDuplicates: { skipped: 38 } });
    const lines = readFileSync(again.rejectsFile!, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(39);
    expect(JSON.parse(lines.at(-1)!).reason).toMatch(/resembles example 1 .* labelled `missing_parcel`; this row says/);
  });

  it('is stored whole with `link`, each template on one side of the holdout', async () => {
    const folder = deskWith(withAction('link'));
    const { stdout } = await espalier(folder, ingest);
    expect(stdout).toContain('39 of the accepted resemble an earlier example; they are linked to it, in its split');
    expect(stdout).toContain('warning: 1 row has another label than the example that the text resembles');
    const found = await succeedJson<NearDuplicates>(folder, ['buffer', 'duplicates']);
    expect(found).toMatchObject({ examples: 41, found: 2, acrossSplits: 0 });
    for (const { members } of found.groups)
      expect(members.slice(1).filter(({ linkedTo }) => linkedTo === null)).toEqual([]);
  });

  it('counts with a setting that came later, which first indexes what was there', async () => {
    const folder = deskWith();
    await succeed(folder, ingest);
    declare(folder, withAction('skip'));
    writeFileSync(join(folder, 'filled.jsonl'), jsonLines([{ text: template(79_999), label: 'missing_parcel' }]));
    const report = await succeedJson<IntakeReport>(folder, ingest);
    expect(report).toMatchObject({ accepted: 0, rejected: 0, nearDuplicates: { skipped: 1 } });
    const [indexed] = rowsOf<{ count: number }>(folder, 'select count(distinct example_id) as count from near_bands');
    expect(indexed!.count).toBe(41);
  });
});

describe('an intake that is killed', () => {
  it.each(['insert into "near_links"', 'insert into "near_marks"'])(
    'before `%s` has stored nothing, and the next one is as if it were the first',
    async (statement) => {
      const folder = deskWith(withAction('link'));
      const killed = await espalier(folder, ingest, {
        preload: 'die-at.mjs',
        environment: { ESPALIER_TEST_DIE_AT: `statement:${statement}` },
      });
      expect(killed.signal).toBe('SIGKILL');
      for (const table of ['examples', 'near_bands', 'near_marks', 'near_links'])
        expect(rowsOf(folder, `select * from ${table}`)).toEqual([]);
      const report = await succeedJson<IntakeReport>(folder, ingest);
      expect(report).toMatchObject({ accepted: 41, nearDuplicates: { linked: 39 } });
    },
  );
});

describe('the listings', () => {
  it('show no escape sequence of a text or a label, and fit 80 columns', async () => {
    const folder = deskWith();
    const texts = ['a', 'b'].map(
      (end) => `the text turns around, and more of it follows until the end of the line ${end}`,
    );
    writeFileSync(
      join(folder, 'filled.jsonl'),
      jsonLines(texts.map((text, index) => ({ text, label: `label ${index}` }))),
    );
    await succeed(folder, ingest);
    // Intake removes such characters; another program may have written them.
    withDatabase(folder, (database) => {
      database.function('hostile', (text) => String(text).replace('e', '\u202e\u001b[31m\u0007e'));
      database.exec('update examples set text = hostile(text), label = hostile(label)');
    });
    for (const words of [['duplicates'], ['conflicts']]) {
      const shown = await succeed(folder, ['buffer', ...words]);

      expect(shown).toContain('\u241b[31m');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
      for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('say that nothing was found, and refuse a threshold that is no similarity', async () => {
    const folder = writeDesk();
    expect(await succeed(folder, ['buffer', 'duplicates'])).toContain('No texts are similar (0.8) among 0 examples.');
    expect(await succeed(folder, ['buffer', 'conflicts', '--threshold', '.9'])).toContain('(0.9)');
    for (const threshold of ['0.2', '2', 'much', '-1']) {
      const { code, stderr } = await espalier(folder, ['buffer', 'conflicts', '--threshold', threshold]);
      expect(code).not.toBe(0);
      expect(stderr).toContain('[USAGE]');
    }
  });
});
