/** The third step of an erasure: the examples leave the store, and no tainted candidate can be approved any more. */

import { countInStrata } from '../curation/counted-strata.js';
import { recordDecided } from '../decisions/record.js';
import type { Principal } from '../store/audit.js';
import { recordAct } from '../store/audit.js';
import { findChampionVersion, listCandidates, setCandidateStatus } from '../store/candidates.js';
import { type Store, type Transaction, transact } from '../store/database.js';
import { type Erasure, listErasureExamples, listTainted, removeExamples, setErasureStep } from '../store/erasures.js';
import { type Example, listExamplesById } from '../store/examples.js';

/** @returns the examples that were removed */
export async function removeFromStore(
  store: Store,
  erasure: Erasure,
  { actor, at }: { readonly actor: Principal; readonly at: Date },
): Promise<Example[]> {
  const { id, adapter, reason } = erasure;
  return transact(store, async (transaction) => {
    const ids = await listErasureExamples(transaction, id);
    const examples = await listExamplesById({ ...store, queries: transaction }, ids);
    await countInStrata(
      transaction,
      adapter,
      examples.map((example) => ({ ...example, step: -1 })),
    );
    await removeExamples(transaction, adapter, examples);
    await rejectTainted(transaction, erasure, { actor, at });
    await setErasureStep(transaction, id, 'removed');
    const detail = {
      reason,
      examples: examples.length,
      tainted: [...(await listTainted(transaction, adapter)).keys()],
    };
    await recordAct(transaction, { at, principal: actor, act: 'erased', adapter, subject: `erasure ${id}`, detail });
    return examples;
  });
}

async function rejectTainted(
  transaction: Transaction,
  { id, adapter, reason }: Erasure,
  { actor, at }: { readonly actor: Principal; readonly at: Date },
): Promise<void> {
  const tainted = await listTainted(transaction, adapter);
  const champion = await findChampionVersion(transaction, adapter);
  for (const candidate of await listCandidates(transaction, { adapter, status: 'waiting' })) {
    if (!tainted.has(candidate.version)) continue;
    await setCandidateStatus(transaction, candidate.id, 'rejected');
    await recordDecided(transaction, {
      ...{ adapter, candidateId: candidate.id, act: 'reject', fromVersion: champion, toVersion: champion, actor, at },
      reason: `erasure ${id}: it has learned what was erased (${reason})`,
    });
  }
}
