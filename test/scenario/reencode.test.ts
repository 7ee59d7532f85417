/** A change of encoder has a way forward: everything is learned again, and compared with what the champion answered. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '#espalier/gate/report.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, billing, copyOf, declare, deskDeclaration, ingestWords, rowsOf, trainedDesk } from '../support/desk.js';
import { jsonLines } from '../support/suite.js';

const onTokenMean = deskDeclaration((source) =>
  source.replace('model: use-lite', 'model: use-lite\n  pooling: [mean]'),
);

/**
 * Version 1 of billing is champion on the usual recipe, shipping has arrived, and adapter.yaml declares another recipe.
 */
let desk: string;
beforeAll(async () => {
  desk = await trainedDesk();
  await succeed(desk, [...ingestWords('shipping'), ...at(11)]);
  declare(desk, onTokenMean);
});

describe('after a change of encoder', () => {
  it('an update is refused, with the command that helps', async () => {
    const { code, stderr } = await espalier(desk, ['update', 'desk', ...at(12)]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/\[ENCODER_MISMATCH\][\s\S]*espalier update desk --reencode/),
    ]);
  });

  it('the champion still answers, through the encoder that it was trained on', async () => {
    expect(await succeed(desk, ['predict', 'desk', billing[0]!.text])).toContain(billing[0]!.label);
  });

  it('--reencode learns everything in the store, old and new, and is compared with what the champion answered', async () => {
    const folder = copyOf(desk);
    const before = rowsOf<{ id: string; score: number }>(
      folder,
      "select case_id as id, candidate_score as score from eval_results where run_id = 1 and suite = 'holdout/billing' order by case_id",
    );
    const { report } = await succeedJson<{ report: Report }>(folder, ['update', 'desk', '--reencode', ...at(12)]);
    const trained = rowsOf<{ count: number }>(
      folder,
      "select count(*) as count from examples where split = 'train'",
    )[0]!.count;
    const [run] = rowsOf<{ mix: string }>(folder, "select outputs ->> '$.mix.analytic' as mix from runs where id = 2");
    expect(JSON.parse(run!.mix)).toMatchObject({ continues: false, fresh: trained, replayedIds: [] });
    const compared = rowsOf<{ id: string; score: number }>(
      folder,
      "select case_id as id, champion_score as score from eval_results where run_id = 2 and suite = 'holdout/billing' order by case_id",
    );
    expect(compared).toEqual(before);
    const row = report.rows.find(({ suite }) => suite === 'holdout/billing')!;
    expect(row.champion).toBeCloseTo(before.reduce((sum, { score }) => sum + score, 0) / before.length, 12);
    // The embedding changed, and so what it is good for is measured again.
    expect(report.rows.map(({ suite }) => suite)).toEqual(expect.arrayContaining(['desk-tones', 'desk-likeness']));
  });

  it('the new version serves once it is approved, and updates continue from it', async () => {
    const folder = copyOf(desk);
    await succeed(folder, ['update', 'desk', '--reencode', ...at(12)]);
    await succeed(folder, ['candidates', 'approve', '2', '--override', '--reason', 'new encoder', ...at(13)]);
    const answered = await succeed(folder, ['predict', 'desk', billing[0]!.text]);
    expect(answered).toContain(billing[0]!.label);
    writeFileSync(
      join(folder, 'more.jsonl'),
      jsonLines(
        ['front', 'back', 'garage', 'garden'].map((door) => ({
          text: `a parcel never came to my ${door} door`,
          label: 'missing_parcel',
        })),
      ),
    );
    await succeed(folder, ['ingest', 'more.jsonl', '--adapter', 'desk', '--domain', 'shipping', ...at(14)]);
    await succeed(folder, ['update', 'desk', ...at(15)]);
    const manifests = rowsOf(folder, 'select version, champion_version as parent from candidates order by version');
    expect(manifests).toEqual([
      { version: 1, parent: null },
      { version: 2, parent: 1 },
      { version: 3, parent: 2 },
    ]);
  });
});

describe('examples export', () => {
  it('prints every example as a row, in order of arrival, and only what is asked for', async () => {
    const rowsPrinted = async (...words: string[]) =>
      (await succeed(desk, ['examples', 'export', ...words]))
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { text: string; label: string; split: string; domain: string });
    const all = await rowsPrinted();
    const stored = rowsOf<{ text: string; label: string; split: string }>(
      desk,
      'select text, label, split from examples order by id',
    );
    expect(all.map(({ text, label, split }) => ({ text, label, split }))).toEqual(stored);
    expect(await rowsPrinted('--split', 'holdout', '--domain', 'shipping')).toEqual(
      all.filter(({ split, domain }) => split === 'holdout' && domain === 'shipping'),
    );
    expect(await rowsPrinted('--domain', 'nowhere')).toEqual([]);
  });

  it('refuses a side that there is not', async () => {
    const { code, stderr } = await espalier(desk, ['examples', 'export', '--split', 'test']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--split is train or holdout, not `test`')]);
  });
});
