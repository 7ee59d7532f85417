/** Removes the files of versions that have learned erased examples, as soon as none of them serves. */
import { type Principal, recordAct, versionSubject } from '../store/audit.js';
import { findChampionVersion } from '../store/candidates.js';
import { type Store, transact } from '../store/database.js';
import { listTainted } from '../store/erasures.js';
import type { Versions } from '../versions/versions.js';

export interface TaintedSite {
  readonly store: Store;
  readonly versions: Versions;
  readonly actor: Principal;
  readonly now: Date;
}

/**
 * The audit says that a version is gone before its files go, as `prune` does it: from then on no decision can rest on it.
 * @returns the versions whose files were removed
 */
export async function removeTaintedVersions(
  { store, versions, actor, now: at }: TaintedSite,
  adapter: string,
): Promise<number[]> {
  const tainted = await listTainted(store.queries, adapter);
  const present = (await versions.list(adapter)).filter((version) => tainted.has(version));
  const removed = await transact(store, async (transaction) => {
    const champion = await findChampionVersion(transaction, adapter);
    const going = present.filter((version) => version !== champion);
    for (const version of going) {
      const detail = { kind: 'erasure', erasure: tainted.get(version) };
      await recordAct(transaction, {
        at,
        principal: actor,
        act: 'pruned',
        adapter,
        subject: versionSubject(version),
        detail,
      });
    }
    return going;
  });
  for (const version of removed) await versions.remove({ adapter, version });
  return removed;
}
