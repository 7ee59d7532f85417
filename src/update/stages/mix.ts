/** Chooses the examples an update trains on: those the champion has not learned, and those the replay buffer holds. */
import { EspalierError } from '../../core/errors.js';
import { appendAll } from '../../core/sequences.js';
import {
  type Class,
  classesAmong,
  distinctClasses,
  distinctDomains,
  multiLabelNames,
  requireRivals,
} from '../../declaration/tasks.js';
import { encodeCached } from '../../encoder/cached.js';
import { requireAnswerForm } from '../../intake/answer-form.js';
import { bufferSnapshotHash } from '../../replay/admission.js';
import { listMembers } from '../../store/buffer.js';
import { type Example, listExamples, listExamplesById } from '../../store/examples.js';
import { hasLearned, type LeftOutReason, readLearned } from '../../store/learned.js';
import { type JobPart, type JobRequest, rereadsTask } from '../../training/build-job.js';
import type { Strategy, TrainedHead } from '../../training/job.js';
import { readsBuffer, strategyNamed } from '../../training/strategies.js';
import type { Manifest } from '../../versions/manifest.js';
import { readTrained } from '../../versions/version-folder.js';
import { settingsOf } from '../contest.js';
import { championOf, type Mix, type Mixes, type Plan, readChampionManifest, type UpdateContext } from '../context.js';
import { chooseFresh, listNew } from '../fresh.js';

/**
 * Each strategy of the field has a mix of its own: some replay, some continue from the champion, some learn everything
 * again.
 */
export async function mixField(context: UpdateContext, plan: Plan): Promise<Mixes> {
  const { name: adapter, tasks } = plan.declaration;
  for (const task of tasks) await requireAnswerForm(context.store.queries, adapter, task);
  const mixes: Record<string, Mix> = {};
  for (const name of plan.field) mixes[name] = await mixExamples(context, plan, strategyNamed(name));
  return mixes;
}

/** @throws ADAPTER_INVALID, NOTHING_TO_LEARN, TOO_FEW_CLASSES */
async function mixExamples(context: UpdateContext, plan: Plan, strategy: Strategy): Promise<Mix> {
  const { name: adapter, tasks } = plan.declaration;
  const champion = await readChampionManifest(context.versions, plan);
  const parent = await readParent(context, plan);
  const continues = !plan.reencode && (parent === undefined || strategy.continues(parent, settingsOf(plan, strategy)));
  const { fresh, leftOut, isLeaked } = await chooseFresh(context, plan, continues);
  requireFresh(adapter, fresh, leftOut);
  const members = await listMembers(context.store, adapter);
  const known = await readLearned(context.store.queries, championOf(plan));
  // Replays only members that the champion has learned: newer ones remain from before a rollback and count as fresh.
  // Leakage is checked again, since a suite may be newer than a member.
  const replayed =
    readsBuffer(strategy, parent) && continues
      ? members.filter((member) => hasLearned(known, member) && !isLeaked(member))
      : [];
  // On another encoder nothing of the champion's head remains: only classes with examples can be learned again.
  const before = plan.reencode ? undefined : champion;
  const classes = distinctClasses([...(before?.classes ?? []), ...classesAmong(tasks, fresh)]);
  requireClasses(adapter, classes, fresh);
  requireRivals(plan.declaration, classes);
  const multiLabel = multiLabelAmong(plan.declaration, before);
  const learned = continues
    ? (await listLearned(context, plan, strategy, fresh)).filter((example) => !isLeaked(example))
    : [];
  return {
    afterExample: continues ? plan.afterExample : 0,
    continues,
    leakedIds: idsLeftOut(leftOut, 'leaked'),
    unreadableIds: idsLeftOut(leftOut, 'unreadable'),
    replayedIds: replayed.map((member) => member.id),
    ...(learned.length > 0 && { learnedIds: learned.map((example) => example.id) }),
    bufferSnapshotHash: bufferSnapshotHash(members),
    fresh: fresh.length,
    classes,
    ...(multiLabel.length > 0 && { multiLabel }),
    domains: distinctDomains([...(before?.domains ?? []), ...fresh]),
  };
}

const idsLeftOut = (leftOut: ReadonlyMap<number, LeftOutReason>, reason: LeftOutReason) =>
  [...leftOut].filter(([, own]) => own === reason).map(([id]) => id);

/** @throws NOTHING_TO_LEARN */
function requireFresh(adapter: string, fresh: readonly Example[], leftOut: ReadonlyMap<number, LeftOutReason>): void {
  if (fresh.length > 0) return;
  const why =
    leftOut.size === 0
      ? ''
      : `: ${leftOut.size} are left out, since a suite has their text or the encoder cannot read it`;
  throw new EspalierError('NOTHING_TO_LEARN', `${adapter} has no new example that can be learned${why}`);
}

/**
 * All examples that the champion learned of each task with something new, if both together are few enough for the
 * strategy to reread.
 */
async function listLearned(
  { store }: UpdateContext,
  plan: Plan,
  { rereads = 0 }: Strategy,
  fresh: readonly Example[],
): Promise<Example[]> {
  if (rereads === 0 || plan.parentVersion === null) return [];
  const learned: Example[] = [];
  const known = await readLearned(store.queries, championOf(plan));
  for (const task of new Set(fresh.map((example) => example.task))) {
    const newOnes = fresh.filter((example) => example.task === task).length;
    const room = rereads - newOnes;
    const throughArrival = known.through.get(task) ?? 0;
    if (room <= 0 || throughArrival === 0) continue;
    const range = { adapter: plan.declaration.name, tasks: [task], afterArrival: 0, throughArrival };
    const shown = await listExamples(store, { ...range, split: 'train', most: room + known.leftOut.size + 1 });
    const own = shown.filter((example) => hasLearned(known, example));
    if (rereadsTask(rereads, { learned: own.length, fresh: newOnes })) appendAll(learned, own);
  }
  return learned;
}

/** For a task without any label so far, empty sets of labels teach nothing. @throws TOO_FEW_CLASSES */
function requireClasses(adapter: string, classes: readonly Class[], fresh: readonly Example[]): void {
  const known = new Set(classes.map(({ task }) => task));
  const strange = fresh.find(({ task }) => !known.has(task));
  if (strange)
    throw new EspalierError('TOO_FEW_CLASSES', `${adapter} has no example with a label in its task ${strange.task}`);
}

/**
 * A task that was removed from adapter.yaml stays in the head as it was learned, and its examples stay in the buffer.
 */
function multiLabelAmong({ tasks }: Plan['declaration'], champion: Manifest | undefined): string[] {
  const declared = new Set(tasks.map(({ name }) => name));
  const left = (champion?.multiLabel ?? []).filter((name) => !declared.has(name));
  return [...left, ...multiLabelNames(tasks)];
}

export async function readParent({ versions }: UpdateContext, plan: Plan): Promise<TrainedHead | undefined> {
  const champion = plan.reencode ? undefined : await readChampionManifest(versions, plan);
  return champion && readTrained(versions, champion);
}

interface Parts extends Pick<JobRequest, 'fresh' | 'replayed' | 'learned'> {
  /** Mean size of the texts in UTF-8 bytes, which converts a buffer budget in bytes to examples. */
  readonly meanBytes: number;
}

/** The examples and vectors of the parts of the mix. */
export async function readParts(context: UpdateContext, plan: Plan, mix: Mix): Promise<Parts> {
  const { store, encoder, signal } = context;
  const partOf = async (examples: readonly Example[]): Promise<JobPart> => {
    const texts = examples.map((example) => example.text);
    return { examples, vectors: await encodeCached(store, encoder, texts, { signal }) };
  };
  const leftOut = new Set([...mix.leakedIds, ...mix.unreadableIds]);
  const fresh = (await listNew(store, plan, mix.continues)).filter((example) => !leftOut.has(example.id));
  const replayed = await listExamplesById(store, mix.replayedIds);
  const parts = { fresh: await partOf(fresh), replayed: await partOf(replayed) };
  const learned = mix.learnedIds && (await partOf(await listExamplesById(store, mix.learnedIds)));
  const texts = [...fresh, ...replayed].map(({ text }) => Buffer.byteLength(text));
  const meanBytes = texts.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, texts.length);
  return { ...parts, ...(learned && { learned }), meanBytes };
}
