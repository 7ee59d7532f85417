/** The first step of an erasure: its examples are quarantined, and the versions that have learned them are marked. */
import { randomUUID } from 'node:crypto';
import { EspalierError } from '../core/errors.js';
import { requireReason } from '../core/reason.js';
import { editWithin, reasonOfChange } from '../curation/edit.js';
import type { Principal } from '../store/audit.js';
import { listVersions } from '../store/candidates.js';
import { type Queries, type Store, transact } from '../store/database.js';
import { insertErasure } from '../store/erasures.js';
import { type Example, listExamplesById } from '../store/examples.js';
import { hasLearned, readLearned } from '../store/learned.js';
import { saltedHash } from './salted.js';

export interface ErasureRequest {
  readonly adapter: string;
  /** Numbers of the examples. */
  readonly ids: readonly number[];
  readonly reason: string;
  readonly actor: Principal;
  readonly at: Date;
}

/** Versions that have learned one of the examples, in ascending order. @throws STORE_CORRUPT */
export async function versionsThatLearned(
  queries: Queries,
  adapter: string,
  examples: readonly Example[],
): Promise<number[]> {
  const found: number[] = [];
  for (const version of await listVersions(queries, adapter)) {
    const record = await readLearned(queries, { adapter, version });
    if (examples.some((example) => hasLearned(record, example))) found.push(version);
  }
  return found;
}

/** @returns the number of the erasure. @throws EXAMPLE_NOT_FOUND, USAGE without a reason */
export async function beginErasure(
  store: Store,
  { adapter, ids, reason, actor, at }: ErasureRequest,
  salt: string = randomUUID(),
): Promise<number> {
  requireReason(reason, reasonOfChange);
  return transact(store, async (transaction) => {
    const inside = { ...store, queries: transaction };
    const examples = await listExamplesById(inside, ids, adapter);
    if (examples.length < ids.length)
      throw new EspalierError('EXAMPLE_NOT_FOUND', `${adapter} does not have all of them`);
    const tainted = await versionsThatLearned(transaction, adapter, examples);
    const { editId } = await editWithin(transaction, store, {
      ...{ adapter, act: 'quarantine', reason, actor, at, ids },
      summary: `set ${examples.length === 1 ? '1 example' : `${examples.length} examples`} apart to erase them`,
      change: () => ({ quarantined: true }),
    });
    return insertErasure(transaction, {
      ...{ adapter, reason, actor: actor.name, at: at.toISOString(), editId, salt, tainted },
      hashes: examples.map(({ hash }) => saltedHash(salt, hash)).sort(),
      exampleIds: examples.map(({ id }) => id),
    });
  });
}
