/**
 * No command writes to a version once it is published. The file system itself is asked: whatever writes, renames or
 * changes the permissions of a file sets its ctime, which no program can set back.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { succeed } from '../support/command.js';
import { at, ingestWords, trainedDesk } from '../support/desk.js';

let folder: string;
beforeAll(async () => {
  folder = await trainedDesk();
});

const versionIn = (version: number) => join(folder, 'adapters', 'desk', 'versions', String(version));

/** Of the folder and each of its files: which it is, and when it was last changed, in nanoseconds. */
function marksOf(version: number): Record<string, string> {
  const names = readdirSync(versionIn(version)).sort();
  return Object.fromEntries(
    ['.', ...names].map((name) => {
      const { ino, size, mode, mtimeNs, ctimeNs } = lstatSync(join(versionIn(version), name), { bigint: true });
      return [name, [ino, size, mode, mtimeNs, ctimeNs].join(' ')];
    }),
  );
}

const reason = ['--reason', 'a test'];
const deeds: readonly (readonly string[])[] = [
  ['status'],
  ['predict', 'desk', 'my parcel is late'],
  ['embed', 'desk', 'my parcel is late'],
  ['eval', 'run', 'desk', '--version', '1'],
  ['export', 'desk', '--fused', 'fused.onnx'],
  ['candidates', 'verify', '1'],
  [...ingestWords('shipping'), ...at(11)],
  ['update', 'desk', '--tournament', 'analytic,finetune', ...at(12)],
  ['candidates', 'approve', '2', '--override', ...reason, ...at(13)],
  ['rollback', 'desk', ...reason, ...at(14)],
  ['update', 'desk', '--reencode', ...at(15)],
  ['candidates', 'reject', '3', ...reason, ...at(16)],
];

it('the version of a champion is the same to the nanosecond after every command', async () => {
  const before = marksOf(1);
  expect(Object.keys(before)).toHaveLength(6);
  for (const words of deeds) {
    await succeed(folder, [...words]);
    expect(marksOf(1), words.join(' ')).toEqual(before);
  }
  expect(readdirSync(join(folder, 'adapters', 'desk', 'versions')).sort()).toEqual(['1', '2', '3']);
}, 120_000);
