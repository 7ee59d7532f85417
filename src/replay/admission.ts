/**
 * Offers to the buffer what a candidate has learned, at the moment it becomes champion: the buffer remembers what the champion
 * knows, and a rejected candidate's data never displaces it.
 */
import type { AdapterDeclaration } from '../core/declaration.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { isLabelSet, labelsIn, noLabel, rarestLabel } from '../core/label-sets.js';
import { classKey, nameWithin, type Task } from '../core/tasks.js';
import { listOffered, type Offered, saveMemberships } from '../store/buffer.js';
import type { Transaction } from '../store/database.js';
import type { Example } from '../store/examples.js';
import { balanceBuffer } from './reservoir.js';

/**
 * Called inside the transaction of the approval. The buffer is balanced over everything that was ever offered, and what was just learned.
 * Examples that were offered before are not offered again.
 */
export async function admitExamples(
  transaction: Transaction,
  declaration: AdapterDeclaration,
  learned: readonly Example[],
  now: Date,
): Promise<{ admitted: number; evicted: number }> {
  const { name: adapter, buffer: budget, training } = declaration;
  const known = await listOffered(transaction, adapter);
  const knownIds = new Set(known.map(({ id }) => id));
  const news = learned.filter(({ id }) => !knownIds.has(id)).map(offeredOf);
  const all = [...known, ...news];
  const labelOf = balancingLabels(declaration.tasks, all);
  const offers = all.map(({ id, hash, domain, bytes, state, ...answer }) => ({
    exampleId: id,
    hash,
    domain,
    bytes,
    state,
    ...labelOf(answer),
  }));
  const changes = balanceBuffer(offers, { budget, seed: training.seed, now });
  await saveMemberships(transaction, adapter, changes);
  return {
    admitted: changes.filter(({ state }) => state === 'member').length,
    evicted: changes.filter(({ state }) => state === 'evicted').length,
  };
}

function offeredOf({ id, task, label, domain, hash, text }: Example): Omit<Offered, 'state'> & { readonly state?: undefined } {
  return { id, task, label, domain, hash, bytes: Buffer.byteLength(text) };
}

type Answer = Pick<Example, 'task' | 'label'>;

/** By which label an example is balanced. Of a set it is the rarest among all examples. */
function balancingLabels(tasks: readonly Task[], all: readonly Answer[]): (example: Answer) => { label: string; shown: string } {
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
export function bufferSnapshotHash(members: readonly Example[]): string {
  return sha256(canonicalJson(members.map(({ task, hash, label }) => [task, hash, label]).sort()));
}
