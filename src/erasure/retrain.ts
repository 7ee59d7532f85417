/**
 * The second step of an erasure: a candidate without the examples, where the champion has learned any of them. It goes
 * through the gate like any other.
 */
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { findChampionVersion } from '../store/candidates.js';
import { type Store, transact } from '../store/database.js';
import { type Erasure, listErasureExamples, listTainted, setErasureStep } from '../store/erasures.js';
import { type Example, listExamplesById } from '../store/examples.js';
import { hasLearned, readLearned } from '../store/learned.js';
import type { UpdateContext } from '../update/context.js';
import { runUpdate } from '../update/run-update.js';
import { readManifest } from '../versions/manifest.js';
import type { Versions } from '../versions/versions.js';

/** Errors that stop the erasure; any other means that no candidate can be made, and the examples go all the same. */
const stopping = new Set(['INTERRUPTED', 'UPDATE_RUNNING', 'LEASE_LOST', 'STORE_BUSY', 'DISK_FULL', 'DISK_READ_ONLY']);

export async function retrainWithout(
  context: UpdateContext,
  declaration: AdapterDeclaration,
  { erasure, at }: { readonly erasure: Erasure; readonly at: Date },
): Promise<void> {
  const { store, versions } = context;
  const champion = await findChampionVersion(store.queries, declaration.name);
  const tainted = champion === null ? undefined : (await listTainted(store.queries, declaration.name)).get(champion);
  if (champion === null || tainted === undefined)
    return advance(store, erasure, { noCandidate: 'no champion had learned any of them' });
  const examples = await listExamplesById(store, await listErasureExamples(store.queries, erasure.id));
  const served = { adapter: declaration.name, version: champion };
  // What an earlier erasure removed can be subtracted no more.
  const anew = tainted !== erasure.id || (await shapedTheBeginning({ store, versions }, served, examples));
  try {
    const { candidateId } = await runUpdate(context, {
      ...{ declaration, fresh: true, trigger: erasure.actor, at, anew },
    });
    await advance(store, erasure, { candidateId });
  } catch (thrown) {
    if (!(thrown instanceof EspalierError) || stopping.has(thrown.code)) throw thrown;
    await advance(store, erasure, { noCandidate: `${thrown.message} [${thrown.code}]` });
  }
}

const advance = (store: Store, { id }: Erasure, outcome: Parameters<typeof setErasureStep>[3]) =>
  transact(store, (transaction) => setErasureStep(transaction, id, 'trained', outcome));

/**
 * Whether one of the examples was learned by the version's first ancestor: the mean by which all later ones centre their
 * inputs comes from there, and cannot be rid of an example.
 */
async function shapedTheBeginning(
  { store, versions }: { readonly store: Store; readonly versions: Versions },
  version: { readonly adapter: string; readonly version: number },
  examples: readonly Example[],
): Promise<boolean> {
  const manifest = await readManifest(versions, version).catch(() => undefined);
  // Of a version that is gone nobody can tell.
  if (!manifest) return true;
  if (manifest.data.afterExample > 0 && manifest.parent !== null)
    return shapedTheBeginning({ store, versions }, { ...version, version: manifest.parent }, examples);
  const record = await readLearned(store.queries, version);
  return examples.some((example) => hasLearned(record, example));
}
