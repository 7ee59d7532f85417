/**
 * What a decision rests on is checked when it is made: files, manifest and verdict. What is damaged is refused, and the
 * champion stays.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, copyOf, ingestWords, rowsOf, trainedDesk, withDatabase } from '../support/desk.js';

/** Version 1 serves, version 2 was champion once, and candidate 3 waits. */
let desk: string;
beforeAll(async () => {
  desk = await trainedDesk();
  await succeed(desk, [...ingestWords('shipping'), ...at(11)]);
  await succeed(desk, ['update', 'desk', ...at(12)]);
  await succeed(desk, ['candidates', 'approve', '2', '--override', '--reason', 'a second', ...at(13)]);
  await succeed(desk, ['rollback', 'desk', '--reason', 'back', ...at(14)]);
  await succeed(desk, ['update', 'desk', ...at(15)]);
}, 120_000);

const folderOf = (folder: string, version: number) => join(folder, 'adapters', 'desk', 'versions', String(version));
const approve = (folder: string) =>
  espalier(folder, ['candidates', 'approve', '3', '--override', '--reason', 'ship', ...at(16)]);

const damages: readonly (readonly [string, (folder: string, version: number) => void, string])[] = [
  ['its folder is gone', (folder, version) => rmSync(folderOf(folder, version), { recursive: true }), 'has no folder'],
  [
    'its adapter.onnx was cut off',
    (folder, version) => {
      const file = join(folderOf(folder, version), 'adapter.onnx');
      writeFileSync(file, readFileSync(file).subarray(0, 1000));
    },
    'SHA-256 differs',
  ],
  [
    'its state is gone',
    (folder, version) => rmSync(join(folderOf(folder, version), 'state.safetensors')),
    'is missing',
  ],
  [
    'two labels were swapped in its manifest',
    (folder, version) => {
      const file = join(folderOf(folder, version), 'manifest.json');
      const manifest = JSON.parse(readFileSync(file, 'utf8'));
      manifest.classes.reverse();
      writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
    },
    'somebody edited it',
  ],
  [
    'the folder of another version stands in its place',
    (folder, version) => {
      rmSync(folderOf(folder, version), { recursive: true });
      cpSync(folderOf(folder, 1), folderOf(folder, version), { recursive: true });
    },
    "was put in another's place",
  ],
];

describe.each(damages)('a version of which %s', (_, damage, words) => {
  it('is not approved, not even by override, and the champion stays', async () => {
    const folder = copyOf(desk);
    damage(folder, 3);
    const { code, stderr } = await approve(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[ADAPTER_INVALID]')]);
    expect(stderr).toContain(words);
    expect(rowsOf(folder, 'select champion_version as version from adapters')).toEqual([{ version: 1 }]);
    expect(rowsOf(folder, 'select status from candidates where id = 3')).toEqual([{ status: 'waiting' }]);
  });

  it('is not gone back to', async () => {
    const folder = copyOf(desk);
    damage(folder, 2);
    const { code, stderr } = await espalier(folder, ['rollback', 'desk', '--to', '2', '--reason', 'x', ...at(16)]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[ADAPTER_INVALID]')]);
    expect(rowsOf(folder, 'select champion_version as version from adapters')).toEqual([{ version: 1 }]);
  });
});

describe('a verdict that somebody edited', () => {
  it.each([
    ['the column', "update candidates set verdict = case verdict when 'pass' then 'fail' else 'pass' end where id = 3"],
    ['the report', "update candidates set report = json_set(report, '$.sentence', 'fine') where id = 3"],
    [
      'a result',
      "update eval_results set candidate_score = 1 - candidate_score where run_id = 3 and suite = 'holdout/billing'",
    ],
  ])('is not decided on, not even by override: %s', async (_, statement) => {
    const folder = copyOf(desk);
    withDatabase(folder, (database) => database.exec(statement));
    const { code, stderr } = await approve(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[VERDICT_DIFFERS]')]);
    expect(rowsOf(folder, 'select champion_version as version from adapters')).toEqual([{ version: 1 }]);
  });
});

describe('a decision without a reason', () => {
  it.each([
    ['approve', ['candidates', 'approve', '3', '--override', '--reason', ' ']],
    ['reject', ['candidates', 'reject', '3', '--reason', '']],
    ['rollback', ['rollback', 'desk', '--to', '2', '--reason', '']],
  ])('is not taken: %s', async (_, words) => {
    const folder = copyOf(desk);
    const { code, stderr } = await espalier(folder, [...words, ...at(16)]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('needs a reason')]);
    expect(rowsOf(folder, 'select status from candidates where id = 3')).toEqual([{ status: 'waiting' }]);
    expect(rowsOf(folder, 'select champion_version as version from adapters')).toEqual([{ version: 1 }]);
  });
});

describe('a champion whose files are damaged', () => {
  it('does not answer with labels that somebody edited', async () => {
    const folder = copyOf(desk);
    damages[3]![1](folder, 1);
    const { code, stderr } = await espalier(folder, ['predict', 'desk', 'where is my parcel']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('somebody edited it')]);
  });

  it('is named by status, which goes on past it', async () => {
    const folder = copyOf(desk);
    damages[0]![1](folder, 1);
    const { adapters } = await succeedJson<{ adapters: { champion: number; damage: string | null }[] }>(folder, [
      'status',
    ]);
    expect(adapters).toMatchObject([{ champion: 1, damage: expect.stringContaining('manifest') }]);
    expect(await succeed(folder, ['status'])).toContain('damaged');
  });
});

describe('a champion that nobody decided on', () => {
  it.each([
    ['predict', ['predict', 'desk', 'where is my refund']],
    ['update', ['update', 'desk', ...at(16)]],
    ['rollback', ['rollback', 'desk', '--reason', 'x', ...at(16)]],
  ])('is not served, continued from or rolled back: %s', async (_, words) => {
    const folder = copyOf(desk);
    withDatabase(folder, (database) => database.exec('update adapters set champion_version = 2'));
    const { code, stderr } = await espalier(folder, words);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[STORE_CORRUPT]')]);
    expect(stderr).toContain('champion is version 2, but the last decision made it version 1');
  });
});

describe('a decision that is dated back', () => {
  const reason = ['--reason', 'dated back'];
  it.each([
    [
      'approved before the candidate was made',
      ['candidates', 'approve', '3', '--override', ...reason, ...at(14)],
      'candidate 3 was made at',
    ],
    [
      'rejected before it was made',
      ['candidates', 'reject', '3', ...reason, ...at(14)],
      'candidate 3 was made at 2026-11-24T15:00:00.000Z',
    ],
    [
      'rolled back before the last decision',
      ['rollback', 'desk', '--to', '2', ...reason, ...at(13)],
      'the last decision on desk was taken at',
    ],
  ])('%s is refused, and nothing is changed', async (_, words, message) => {
    const folder = copyOf(desk);
    const before = rowsOf(folder, 'select * from decisions');
    const { code, stderr } = await espalier(folder, words);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/\[DECISION_BACKDATED\]\n {2}hint {2}Leave --at out, or give a time/),
    ]);
    expect(stderr).toContain(message);
    expect(rowsOf(folder, 'select * from decisions')).toEqual(before);
    expect(rowsOf(folder, 'select champion_version as version from adapters')).toEqual([{ version: 1 }]);
    expect(rowsOf(folder, 'select status from candidates where id = 3')).toEqual([{ status: 'waiting' }]);
  });

  it('is none where it has the very time of what it decides on', async () => {
    const folder = copyOf(desk);
    await succeed(folder, ['candidates', 'reject', '3', ...reason, ...at(15)]);
    await succeed(folder, ['rollback', 'desk', '--to', '2', ...reason, ...at(15)]);
  });
});
