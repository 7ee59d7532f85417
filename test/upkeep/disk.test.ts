import { expect, it } from 'vitest';
import { diskCheck } from '#espalier/upkeep/checks/disk.js';
import type { UpkeepSite } from '#espalier/upkeep/site.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { declare, writeDesk } from '../support/desk.js';

it('a disk without room for an update is told, with the command that makes some', async () => {
  const root = writeDesk();
  declare(root, 'name: desk\n');
  const siteWith = (free: number) =>
    ({ workspace: { root }, versions: versionsOf({ root }), freeBytes: async () => free }) as unknown as UpkeepSite;
  expect(await diskCheck.run(siteWith(100_000_000))).toEqual([]);
  expect(await diskCheck.run(siteWith(99_000_000))).toEqual([
    {
      severity: 'warning',
      what: '99 MB are free, and an update takes about 100 MB',
      where: root,
      command: 'espalier prune --keep 0',
    },
  ]);
});
