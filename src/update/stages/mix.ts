/** Chooses the examples an update trains on: those the champion has not learned, and those the replay buffer holds. */
import { EspalierError } from '../../core/errors.js';
import { appendAll } from '../../core/sequences.js';
import {
  type Class,
  classesAmong,
  classKey,
  distinctClasses,
  distinctDomains,
  multiLabelNames,
  requireRivals,
} from '../../declaration/tasks.js';
import { encodePacked } from '../../encoder/cached.js';
import { requireAnswerForm } from '../../intake/answer-form.js';
import { bufferSnapshotHash } from '../../replay/admission.js';
import { listMembers } from '../../store/buffer.js';
import { byArrival, type Example, listExamples, listExamplesById } from '../../store/examples.js';
import { hasLearned, type LeftOutReason, readLearned } from '../../store/learned.js';
import type { StandingExample } from '../../store/standings.js';
import { type JobRequest, type PackedPart, rereadsTask } from '../../training/build-job.js';
import type { Strategy, TrainedHead } from '../../training/job.js';
import { readsBuffer, strategyNamed } from '../../training/strategies.js';
import { type Manifest, readManifest } from '../../versions/manifest.js';
import { readTrained } from '../../versions/version-folder.js';
import { settingsOf } from '../contest.js';
import { championOf, type Mix, type Mixes, type Plan, readChampionManifest, type UpdateContext } from '../context.js';
import { type Corrections, listCorrections, noCorrections } from '../corrections.js';
import { chooseFresh, listNew, standingsOf, whyLeftOut } from '../fresh.js';
import { classesNow } from '../renames.js';
import { retiredAmong } from '../retired.js';

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
  const parent = await readParent(context, plan);
  const corrections = await listCorrections(context, plan);
  const continues = await goesOn(context, plan, { strategy, parent, corrections });
  const { fresh, leftOut, isLeaked } = await chooseFresh(context, plan, continues);
  const { withdrawn, corrected, quarantinedIds } = continues ? corrections : noCorrections;
  const renames = plan.renames?.length ?? 0;
  requireFresh(adapter, fresh.length + withdrawn.length + renames, leftOut);
  const standings = await standingsOf(context.store, plan);
  const members = standings.among(await listMembers(context.store, adapter));
  const known = await readLearned(context.store.queries, championOf(plan));
  const isCorrected = idsOf(corrected);
  // Replays only members that the champion has learned: newer ones remain from before a rollback and count as fresh.
  // Leakage is checked again, since a suite may be newer than a member.
  const replayed =
    readsBuffer(strategy, parent) && continues
      ? members.filter((member) => hasLearned(known, member) && !isLeaked(member) && !isCorrected.has(member.id))
      : [];
  const taught = [...fresh, ...corrected];
  const before = await classesBefore(context, plan);
  const classes = distinctClasses([...before.classes, ...classesAmong(tasks, taught)]);
  requireClasses(adapter, classes, taught);
  const multiLabel = multiLabelAmong(plan.declaration, before);
  const retired = await retiredAmong(context.store, plan, {
    ...before,
    multiLabel,
    withdrawn: corrections.withdrawn,
  });
  requireRivals(plan.declaration, without(classes, retired));
  const learned = continues
    ? (await listLearned(context, plan, strategy, taught)).filter(
        (example) => !isLeaked(example) && !isCorrected.has(example.id),
      )
    : [];
  const quarantined = [...idsLeftOut(leftOut, 'quarantined'), ...quarantinedIds];
  return {
    afterExample: continues ? plan.afterExample : 0,
    continues,
    leakedIds: idsLeftOut(leftOut, 'leaked'),
    unreadableIds: idsLeftOut(leftOut, 'unreadable'),
    ...(quarantined.length > 0 && { quarantinedIds: quarantined }),
    ...(withdrawn.length > 0 && { withdrawn: withdrawn.length, corrected: corrected.length }),
    ...(corrected.length > 0 && { correctedIds: corrected.map(({ id }) => id) }),
    replayedIds: replayed.map((member) => member.id),
    ...(replayed.length < members.length && { memberIds: members.map(({ id }) => id) }),
    ...(learned.length > 0 && { learnedIds: learned.map((example) => example.id) }),
    bufferSnapshotHash: bufferSnapshotHash(members),
    fresh: fresh.length,
    classes,
    ...(retired.length > 0 && { retired }),
    ...(multiLabel.length > 0 && { multiLabel }),
    domains: distinctDomains([...before.domains, ...taught]),
  };
}

const idsOf = (examples: readonly Example[]) => new Set(examples.map(({ id }) => id));

interface Continuing {
  readonly strategy: Strategy;
  readonly parent: TrainedHead | undefined;
  readonly corrections: Corrections;
}

/**
 * Whether the strategy goes on from the champion's head. If all there is to do is to take examples out, a strategy that
 * cannot do so learns everything again without them.
 */
async function goesOn(
  { store, workspace, encoder }: UpdateContext,
  plan: Plan,
  { strategy, parent, corrections: { withdrawn, corrected } }: Continuing,
): Promise<boolean> {
  if (plan.reencode || plan.anew) return false;
  if (parent !== undefined && !strategy.continues(parent, settingsOf(plan, strategy))) return false;
  if (strategy.withdraws || withdrawn.length === 0 || corrected.length > 0) return true;
  return (await chooseFresh({ store, workspace, encoder }, plan, true)).fresh.length > 0;
}

/** What the champion knows. On another encoder nothing of its head remains: only what has examples can be learned again. */
async function classesBefore({ versions }: UpdateContext, plan: Plan): Promise<Before> {
  if (plan.parentVersion === null || plan.reencode) return { classes: [], domains: [] };
  const champion = await readManifest(versions, { adapter: plan.declaration.name, version: plan.parentVersion });
  return { ...champion, classes: classesNow(champion.classes, plan.renames) };
}

type Before = Pick<Manifest, 'classes' | 'domains' | 'multiLabel' | 'retired'>;

const without = (classes: readonly Class[], retired: readonly Class[]) => {
  const keys = new Set(retired.map(classKey));
  return classes.filter((one) => !keys.has(classKey(one)));
};

const idsLeftOut = (leftOut: ReadonlyMap<number, LeftOutReason>, reason: LeftOutReason) =>
  [...leftOut].filter(([, own]) => own === reason).map(([id]) => id);

/** @param news number of new examples, corrections and renames. @throws NOTHING_TO_LEARN */
function requireFresh(adapter: string, news: number, leftOut: ReadonlyMap<number, LeftOutReason>): void {
  if (news > 0) return;
  const why = leftOut.size === 0 ? '' : `: ${leftOut.size} are left out, since ${whyLeftOut}`;
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
): Promise<StandingExample[]> {
  if (rereads === 0 || plan.parentVersion === null) return [];
  const learned: StandingExample[] = [];
  const known = await readLearned(store.queries, championOf(plan));
  const standings = await standingsOf(store, plan);
  for (const task of new Set(fresh.map((example) => example.task))) {
    const newOnes = fresh.filter((example) => example.task === task).length;
    const room = rereads - newOnes;
    const throughArrival = known.through.get(task) ?? 0;
    if (room <= 0 || throughArrival === 0) continue;
    const range = { adapter: plan.declaration.name, tasks: [task], afterArrival: 0, throughArrival };
    const shown = await listExamples(store, { ...range, split: 'train', most: room + known.leftOut.size + 1 });
    const own = standings.among(shown.filter((example) => hasLearned(known, example)));
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
function multiLabelAmong({ tasks }: Plan['declaration'], champion: Before): string[] {
  const declared = new Set(tasks.map(({ name }) => name));
  const left = (champion.multiLabel ?? []).filter((name) => !declared.has(name));
  return [...left, ...multiLabelNames(tasks)];
}

export async function readParent({ versions }: UpdateContext, plan: Plan): Promise<TrainedHead | undefined> {
  const champion = plan.reencode ? undefined : await readChampionManifest(versions, plan);
  return champion && readTrained(versions, champion);
}

interface Parts extends Pick<JobRequest, 'fresh' | 'replayed' | 'learned' | 'withdrawn'> {
  /** Mean size of the texts in UTF-8 bytes, which converts a buffer budget in bytes to examples. */
  readonly meanBytes: number;
}

/** The examples and vectors of the parts of the mix. Examples to be learned again count as fresh. */
export async function readParts(context: UpdateContext, plan: Plan, mix: Mix): Promise<Parts> {
  const { store, encoder, signal } = context;
  const standings = await standingsOf(store, plan);
  const partOf = async (examples: readonly StandingExample[]): Promise<PackedPart> => {
    const texts = examples.map((example) => example.text);
    return { examples, packed: await encodePacked(store, encoder, texts, { signal }) };
  };
  const standing = async (ids: readonly number[]) => partOf(standings.among(await listExamplesById(store, ids)));
  const { withdrawn, corrected } = mix.continues ? await listCorrections(context, plan) : noCorrections;
  const leftOut = new Set([...mix.leakedIds, ...mix.unreadableIds]);
  const arrived = (await listNew(store, plan, mix.continues)).filter((example) => !leftOut.has(example.id));
  const fresh = await partOf([...arrived, ...corrected].sort(byArrival));
  const replayed = await standing(mix.replayedIds);
  const learned = mix.learnedIds && (await standing(mix.learnedIds));
  const texts = [fresh, replayed].flatMap(({ examples }) => examples as readonly StandingExample[]);
  const bytes = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return {
    ...{ fresh, replayed, meanBytes: bytes / Math.max(1, texts.length) },
    ...(learned && { learned }),
    ...(withdrawn.length > 0 && { withdrawn: await partOf(withdrawn) }),
  };
}
