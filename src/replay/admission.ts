/**
 * Offers to the buffer what a candidate has learned, at the moment it becomes champion: the buffer remembers what the champion
 * knows, and a rejected candidate's data never displaces it.
 */
import type { AdapterDeclaration } from '../core/declaration.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { isLabelSet, labelsIn, rarestLabel } from '../core/label-sets.js';
import { classKey, nameWithin, type Task } from '../core/tasks.js';
import { listBuffer, listOfferedIds, type Membership, saveMemberships } from '../store/buffer.js';
import type { Queries } from '../store/database.js';
import type { Example } from '../store/examples.js';
import { type Offer, openReservoir } from './reservoir.js';

/** Called inside the transaction of the approval. Examples that were offered before are passed over. */
export async function admitExamples(
  queries: Queries,
  declaration: AdapterDeclaration,
  learned: readonly Example[],
  now: Date,
): Promise<{ admitted: number; evicted: number }> {
  const adapter = declaration.name;
  const members = await listBuffer(queries, adapter, { state: 'member' });
  const labelOf = balancingLabels(declaration.tasks, [...members, ...learned]);
  const offerOf = (example: Example): Offer => {
    const { id, hash, domain, text } = example;
    return { exampleId: id, hash, label: labelOf(example), domain, bytes: Buffer.byteLength(text) };
  };
  const reservoir = openReservoir(declaration.buffer, declaration.training.seed, members.map(offerOf), now);
  const offered = await listOfferedIds(queries, adapter, (learned[0]?.id ?? 1) - 1, learned.at(-1)?.id ?? 0);
  const changes = new Map<number, Membership>();
  for (const example of learned) {
    if (offered.has(example.id)) continue;
    for (const membership of reservoir.offer(offerOf(example))) changes.set(membership.exampleId, membership);
  }
  await saveMemberships(queries, adapter, [...changes.values()]);
  // One that came in and went again in the same go was never there to be let go.
  const [before, after] = [new Set(members.map((member) => member.id)), [...changes.values()]];
  return {
    admitted: after.filter(({ state }) => state === 'member').length,
    evicted: after.filter(({ state, exampleId }) => state === 'evicted' && before.has(exampleId)).length,
  };
}

/** By which label an example is balanced, with its task where there are several: a cell is of one task. Of a set it is the rarest among all examples. */
function balancingLabels(tasks: readonly Task[], all: readonly Example[]): (example: Example) => string {
  const named = new Map(tasks.map((task) => [task.name, task]));
  const counts = new Map<string, number>();
  // A task that adapter.yaml has no more still has its examples in the buffer.
  const own = ({ task, label }: Example) => labelsIn(named.get(task) ?? { multiLabel: isLabelSet(label) }, label);
  for (const example of all)
    for (const label of own(example)) {
      const key = classKey({ task: example.task, label });
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return (example) => {
    const { task } = example;
    return nameWithin(tasks, task, rarestLabel(own(example), (label) => counts.get(classKey({ task, label }))!) || 'no label');
  };
}

/** Names the exact content of the buffer in a manifest: SHA-256 over the members' tasks, text hashes and labels. */
export function bufferSnapshotHash(members: readonly Example[]): string {
  return sha256(canonicalJson(members.map(({ task, hash, label }) => [task, hash, label]).sort()));
}
