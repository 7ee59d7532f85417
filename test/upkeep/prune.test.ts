/** Old versions go; what a decision or a run may need stays. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Pruning } from '#espalier/upkeep/prune.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, copyOf, declare, deskDeclaration, ingestWords, rowsOf, trainedDesk } from '../support/desk.js';

/** Versions 1 to 5 served in turn; version 6 was rejected, and the candidate of version 7 waits. */
let whole: string;

beforeAll(async () => {
  whole = await trainedDesk();
  await succeed(whole, [...ingestWords('shipping'), ...at(11)]);
  for (let version = 2; version <= 7; version++) {
    const reencode = version > 2 ? ['--reencode'] : [];
    await succeed(whole, ['update', 'desk', ...reencode, ...at(12)]);
    const reason = ['--reason', 'a test', ...at(13)];
    if (version < 6) await succeed(whole, ['candidates', 'approve', `${version}`, '--override', ...reason]);
    if (version === 5) await succeed(whole, ['rollback', 'desk', '--to', '2', ...reason]);
    if (version === 6) await succeed(whole, ['candidates', 'reject', '6', ...reason]);
  }
}, 240_000);

const versionsOf = (folder: string) =>
  readdirSync(join(folder, 'adapters', 'desk', 'versions'))
    .map(Number)
    .sort((a, b) => a - b);

describe('espalier prune', () => {
  it('says what would go, and removes nothing', async () => {
    const told = await succeedJson<Pruning>(whole, ['prune', '--dry-run', '--keep', '0']);
    expect(told.pruned.map(({ what }) => what)).toEqual(['version 3', 'version 4', 'version 6']);
    expect(told.bytes).toBeGreaterThan(100_000);
    expect(told.dryRun).toBe(true);
    expect(versionsOf(whole)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(rowsOf(whole, "select * from audit where act = 'pruned'")).toEqual([]);
  });

  it('keeps the newest versions beside those that are needed', async () => {
    const told = await succeedJson<Pruning>(whole, ['prune', '--dry-run', '--keep', '3']);
    expect(told.pruned.map(({ what }) => what)).toEqual(['version 3', 'version 4']);
    expect(await succeed(whole, ['prune', '--dry-run', '--keep', '7'])).toBe('Nothing can go.\n');
  });

  it('keeps champion, rollback target, what served before, the anchor and what waits, and the audit tells what went', async () => {
    const folder = copyOf(whole);
    declare(
      folder,
      deskDeclaration((source) => source.replace('  margin: 0.35', '  margin: 0.35\n  anchor:\n    version: 3')),
    );
    const done = await succeed(folder, ['prune', '--keep', '0', ...at(20)]);
    expect(done).toMatch(/desk +version 4 +\d+\.\d MB\n +desk +version 6 +\d+\.\d MB\n\d+\.\d MB in all; removed/);
    expect(versionsOf(folder)).toEqual([1, 2, 3, 5, 7]);
    expect(rowsOf(folder, "select adapter, subject, actor from audit where act = 'pruned' order by id")).toEqual([
      { adapter: 'desk', subject: 'version 4', actor: 'ann' },
      { adapter: 'desk', subject: 'version 6', actor: 'ann' },
    ]);
    expect((await succeedJson<Pruning>(folder, ['prune', '--keep', '0'])).pruned).toEqual([]);
    expect(await succeed(folder, ['doctor'])).not.toMatch(/^error/m);
    const { code, stderr } = await espalier(folder, ['rollback', 'desk', '--to', '1', '--reason', 'a test', ...at(21)]);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('makes a pruned version a typed error wherever its files are asked for, and leaves its verdict to be verified', async () => {
    const folder = copyOf(whole);
    await succeed(folder, ['prune', '--keep', '0', ...at(20)]);
    const asking = [
      ['rollback', 'desk', '--to', '4', '--reason', 'a test', ...at(21)],
      ['eval', 'run', 'desk', '--version', '4'],
      ['export', 'desk', '--version', '4', '--fused', 'fused.onnx'],
    ];
    for (const words of asking) {
      const { code, stderr } = await espalier(folder, words);
      expect([code, stderr], words.join(' ')).toEqual([
        1,
        expect.stringContaining('version 4 of desk was removed by `espalier prune` [VERSION_PRUNED]'),
      ]);
    }
    expect(existsSync(join(folder, 'fused.onnx'))).toBe(false);
    declare(
      folder,
      deskDeclaration((source) => source.replace('  margin: 0.35', '  margin: 0.35\n  anchor:\n    version: 4')),
    );
    await succeed(folder, ['candidates', 'reject', '7', '--reason', 'a test', ...at(21)]);
    expect((await espalier(folder, ['update', 'desk', ...at(22)])).stderr).toContain('[VERSION_PRUNED]');
    await succeed(folder, ['candidates', 'verify', '4']);
    await succeed(folder, ['backup', 'after.tar']);
    await succeed(folder, ['restore', 'after.tar', '--into', 'after']);
    expect(versionsOf(join(folder, 'after'))).toEqual([1, 2, 5, 7]);
  });

  it('that was killed after its audit row was written is ended by the next one', async () => {
    const folder = copyOf(whole);
    const killed = await espalier(folder, ['prune', '--keep', '0', ...at(20)], {
      preload: 'die-at.mjs',
      environment: { ESPALIER_TEST_DIE_AT: 'rename:part' },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(versionsOf(folder)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const rollback = ['rollback', 'desk', '--to', '4', '--reason', 'a test', ...at(21)];
    expect((await espalier(folder, rollback)).stderr).toContain('[VERSION_PRUNED]');
    await succeed(folder, ['prune', '--keep', '0', ...at(22)]);
    expect(versionsOf(folder)).toEqual([1, 2, 5, 7]);
  });
});
