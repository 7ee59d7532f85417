import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomic } from '#espalier/core/files.js';
import { sweepBeside, sweepFolder, unfinishedName } from '#espalier/core/left-behind.js';
import { markOfDead } from '../support/dead-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const now = new Date();
const elsewhere = `4711-12-${'0'.repeat(12)}`;

describe('what a killed process left unfinished', () => {
  it('is removed, file or folder, and nothing else', async () => {
    const folder = temporaryFolder();
    const dead = markOfDead();
    const stays = [
      unfinishedName('mine'),
      `elsewhere.${elsewhere}.0011aabb.part`,
      `name.${dead}.part`,
      `name.${dead}.0011aabb.part.txt`,
      'notes.part',
      'old.1a2b3c4d.part',
    ];
    for (const name of [...stays, `file.${dead}.0011aabb.part`, `.${dead}.0011aabb.part`])
      writeFileSync(join(folder, name), 'x');
    mkdirSync(join(folder, `suite.${dead}.0011aabb.part`, 'inner'), { recursive: true });
    await sweepFolder(folder, now);
    expect(readdirSync(folder).sort()).toEqual(stays.sort());
  });

  it('on another machine, or before this one was started anew, is removed when a day has passed', async () => {
    const folder = temporaryFolder();
    const [old, young, mine] = [
      `old.${elsewhere}.0011aabb.part`,
      `young.${elsewhere}.0011aabb.part`,
      unfinishedName('mine'),
    ];
    for (const name of [old, young, mine]) writeFileSync(join(folder, name), 'x');
    for (const name of [old, mine]) utimesSync(join(folder, name), 0, 0);
    await sweepFolder(folder, now);
    expect(readdirSync(folder).sort()).toEqual([young, mine].sort());
  });

  it('beside a file goes when that is written, and what stands beside another stays', async () => {
    const folder = temporaryFolder();
    const other = `other.${markOfDead()}.0011aabb.part`;
    for (const name of [other, `file.${markOfDead()}.0011aabb.part`]) writeFileSync(join(folder, name), 'x');
    await writeFileAtomic(join(folder, 'file'), 'content');
    expect(readdirSync(folder).sort()).toEqual(['file', other].sort());
  });

  it('in a folder that is not there is nothing', async () => {
    const none = join(temporaryFolder(), 'none');
    await sweepFolder(none, now);
    await sweepBeside(join(none, 'file'), now);
  });
});
