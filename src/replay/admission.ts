/**
 * Offers to the buffer what a candidate has learned, at the moment it becomes champion: the buffer remembers what the
 * champion knows, and a rejected candidate's data never displaces it.
 */

import { canonicalJson, sha256 } from '../core/hash.js';
import { isLabelSet, labelsIn, noLabel, rarestLabel } from '../core/label-sets.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { classKey, nameWithin, type Task } from '../declaration/tasks.js';
import { listOffered, type Membership, type Offered, saveMemberships } from '../store/buffer.js';
import { readMarks } from '../store/curation.js';
import type { Store, Transaction } from '../store/database.js';
import { type EmbeddingSpace, findEmbeddings } from '../store/embeddings.js';
import type { Example } from '../store/examples.js';
import { changesOf } from './changes.js';
import { withPins } from './pins.js';
import { policyFor } from './policies.js';
import type { KnownOffer, ReplayPolicy } from './policy.js';

export interface Admission {
  readonly declaration: AdapterDeclaration;
  readonly learned: readonly Example[];
  /** Where the vectors of the examples are kept; undefined: that is not known, and policies choose without. */
  readonly space: EmbeddingSpace | undefined;
  /**
   * Margins by which the champion scores examples (see `Offer`), by their numbers; asked only for policies that want
   * scores.
   */
  readonly marginsOf: MarginsOf;
  readonly now: Date;
}

export type MarginsOf = (examples: readonly Scored[]) => Promise<ReadonlyMap<number, number>>;

/** An example as its answer is scored. */
export type Scored = Pick<Offered, 'id' | 'task' | 'label' | 'hash'>;

/**
 * Chooses anew among everything that was ever offered and what was just learned, and gives the rows that change. It
 * reads the store and may take its time: the approval writes the rows when it holds the lock, and only if nobody has
 * decided anything since.
 * @throws POLICY_UNKNOWN, DECLARATION_INVALID
 */
export async function prepareAdmission(store: Store, admission: Admission): Promise<Membership[]> {
  const { buffer, training } = admission.declaration;
  const marks = await readMarks(store.queries, admission.declaration.name);
  const markedBy = (field: 'pinned' | 'quarantined') =>
    new Set([...marks].filter(([, own]) => own[field] && !(own.quarantined && field === 'pinned')).map(([id]) => id));
  const policy = withPins(policyFor(buffer), markedBy('pinned'));
  const offers = await listOffers(store, admission, { policy, quarantined: markedBy('quarantined') });
  return changesOf(offers, { policy, budget: buffer, seed: training.seed, now: admission.now });
}

interface Choosing {
  readonly policy: ReplayPolicy;
  /** Numbers of the examples that are not offered. */
  readonly quarantined: ReadonlySet<number>;
}

/** Everything that was ever offered and what was just learned, with all that the policy wants to know. */
async function listOffers(
  store: Store,
  { declaration, learned, space, marginsOf }: Admission,
  { policy: { wantsVectors, wantsScores }, quarantined }: Choosing,
): Promise<KnownOffer[]> {
  const { name: adapter, tasks } = declaration;
  const known = await listOffered(store.queries, adapter);
  const knownIds = new Set(known.map(({ id }) => id));
  const all = [...known, ...learned.filter(({ id }) => !knownIds.has(id)).map(offeredOf)].filter(
    ({ id }) => !quarantined.has(id),
  );
  const vectors =
    wantsVectors && space ? await findEmbeddings(store, space, [...new Set(all.map(({ hash }) => hash))]) : undefined;
  const margins = wantsScores ? await marginsOf(all) : undefined;
  const labelOf = balancingLabels(tasks, all);
  return all.map(({ id, task, label, ...offered }) => ({
    ...offered,
    exampleId: id,
    vector: vectors?.get(offered.hash),
    margin: margins?.get(id),
    ...labelOf({ task, label }),
  }));
}

/** Called inside the transaction of the approval. */
export async function admitExamples(
  transaction: Transaction,
  adapter: string,
  changes: readonly Membership[],
): Promise<{ admitted: number; evicted: number }> {
  await saveMemberships(transaction, adapter, changes);
  return {
    admitted: changes.filter(({ state }) => state === 'member').length,
    evicted: changes.filter(({ state }) => state === 'evicted').length,
  };
}

function offeredOf({
  id,
  task,
  label,
  domain,
  source,
  receivedAt,
  hash,
  text,
}: Example): Omit<Offered, 'state'> & { readonly state?: undefined } {
  return { id, task, label, domain, source, receivedAt, hash, bytes: Buffer.byteLength(text) };
}

type Answer = Pick<Example, 'task' | 'label'>;

/** By which label an example is balanced. Of a set it is the rarest among all examples. */
function balancingLabels(
  tasks: readonly Task[],
  all: readonly Answer[],
): (example: Answer) => { label: string; shown: string } {
  const named = new Map(tasks.map((task) => [task.name, task]));
  const counts = new Map<string, number>();
  // A task that is no longer in adapter.yaml still has its examples in the buffer.
  const labelsOf = ({ task, label }: Answer) => labelsIn(named.get(task) ?? { multiLabel: isLabelSet(label) }, label);
  for (const example of all)
    for (const label of labelsOf(example)) {
      const key = classKey({ task: example.task, label });
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return (example) => {
    const { task } = example;
    const label = rarestLabel(labelsOf(example), (one) => counts.get(classKey({ task, label: one }))!);
    return { label: classKey({ task, label }), shown: nameWithin(tasks, task, label || noLabel) };
  };
}

/** Names the exact content of the buffer in a manifest: SHA-256 over the members' tasks, text hashes and labels. */
export function bufferSnapshotHash(members: readonly Pick<Example, 'task' | 'hash' | 'label'>[]): string {
  return sha256(canonicalJson(members.map(({ task, hash, label }) => [task, hash, label]).sort()));
}
