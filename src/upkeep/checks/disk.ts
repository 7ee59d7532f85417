import { listAdapterNames } from '../../declaration/workspace.js';
import { sizeOfVersion } from '../../versions/version-folder.js';
import type { Check } from '../check.js';
import { commandLine } from '../command-line.js';
import type { UpkeepSite } from '../site.js';

/** An update of an adapter that has no version yet. */
const leastBytes = 100_000_000;

/** Whether the disk has room for an update: the files of two contenders as large as the largest newest version. */
export const diskCheck: Check = {
  name: 'disk',
  async run(site) {
    const { root } = site.workspace;
    const [free, needed] = [await site.freeBytes(root), await estimateUpdate(site)];
    if (free >= needed) return [];
    return [
      {
        severity: 'warning',
        what: `${inMegabytes(free)} are free, and an update takes about ${inMegabytes(needed)}`,
        where: root,
        command: commandLine(['espalier', 'prune'], { keep: 0 }),
      },
    ];
  },
};

async function estimateUpdate({ workspace, versions }: UpkeepSite): Promise<number> {
  let needed = leastBytes;
  for (const adapter of await listAdapterNames(workspace)) {
    const newest = (await versions.list(adapter)).at(-1);
    if (newest === undefined) continue;
    // A damaged manifest tells no size.
    const bytes = await sizeOfVersion(versions, { adapter, version: newest }).catch(() => 0);
    needed = Math.max(needed, 2 * bytes);
  }
  return needed;
}

const inMegabytes = (bytes: number) => `${Math.round(bytes / 1_000_000).toLocaleString('en')} MB`;
