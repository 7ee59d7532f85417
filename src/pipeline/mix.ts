/** Which examples an update trains on: what the champion has not learned, beside what the replay buffer holds of the past. */
import { EspalierError } from '../core/errors.js';
import { readLabelSet } from '../core/label-sets.js';
import { type Class, classesAmong, classKey, distinctClasses, distinctDomains, multiLabelNames, requireRivals } from '../core/tasks.js';
import { sameTextHash } from '../core/text.js';
import { versionFolder } from '../core/workspace.js';
import { encodeCached } from '../encoder/cached.js';
import { collectEvalTexts } from '../evaluation/suites.js';
import { bufferSnapshotHash } from '../replay/admission.js';
import { requireAnswerForm } from '../replay/answer-form.js';
import { listBuffer } from '../store/buffer.js';
import { type Example, listExamples, listExamplesById } from '../store/examples.js';
import { openSetBook } from '../training/answers.js';
import type { Batch, Strategy, TrainedHead, TrainingJob } from '../training/job.js';
import { readsBuffer, strategyNamed } from '../training/strategies.js';
import { type Manifest, readTrained } from '../training/versions.js';
import { type Mix, type Mixes, type Plan, readChampionManifest, type UpdateContext } from './context.js';
import { settingsOf } from './field.js';

/** Each strategy of the field has a mix of its own: some replay, some go on from the champion, some begin again with everything. */
export async function mixField(context: UpdateContext, plan: Plan): Promise<Mixes> {
  const { name: adapter, tasks } = plan.declaration;
  for (const task of tasks) await requireAnswerForm(context.store.queries, adapter, task);
  const mixes: Record<string, Mix> = {};
  for (const name of plan.field) mixes[name] = await mixExamples(context, plan, strategyNamed(name));
  return mixes;
}

/** @throws ADAPTER_INVALID, TOO_FEW_CLASSES */
async function mixExamples(context: UpdateContext, plan: Plan, strategy: Strategy): Promise<Mix> {
  const champion = await readChampionManifest(context.workspace, plan);
  const parent = await readParent(context, plan);
  const continues = parent === undefined || strategy.continues(parent, settingsOf(plan, strategy));
  const afterExample = continues ? plan.afterExample : 0;
  const candidates = await listFresh(context, plan, afterExample);
  const evalTexts = await collectEvalTexts(context.workspace.suiteFolders);
  const isLeaked = (example: Example) => evalTexts.has(sameTextHash(example.text));
  const leakedIds = candidates.filter(isLeaked).map((example) => example.id);
  const fresh = candidates.filter((example) => !isLeaked(example));
  const members = await listBuffer(context.store.queries, plan.declaration.name, { state: 'member' });
  // What the champion has not learned is fresh already; a member newer than the champion is left from before a rollback. A suite may be
  // younger than a member.
  const replayed =
    readsBuffer(strategy, parent) && continues ? members.filter((member) => member.id <= afterExample && !isLeaked(member)) : [];
  const classes = distinctClasses([...(champion?.classes ?? []), ...classesAmong(plan.declaration.tasks, fresh)]);
  requireClasses(plan.declaration.name, classes, fresh);
  requireRivals(plan.declaration, classes);
  const multiLabel = multiLabelAmong(plan.declaration, champion);
  const learned = continues ? (await listLearned(context, plan, strategy, fresh)).filter((example) => !isLeaked(example)) : [];
  return {
    afterExample,
    continues,
    leakedIds,
    replayedIds: replayed.map((member) => member.id),
    ...(learned.length > 0 && { learnedIds: learned.map((example) => example.id) }),
    bufferSnapshotHash: bufferSnapshotHash(members),
    fresh: fresh.length,
    classes,
    ...(multiLabel.length > 0 && { multiLabel }),
    domains: distinctDomains([...(champion?.domains ?? []), ...fresh]),
  };
}

/** All that the champion learned of each task to which something new came, where both together are few enough for the strategy to reread. */
async function listLearned({ store }: UpdateContext, plan: Plan, { rereads = 0 }: Strategy, fresh: readonly Example[]): Promise<Example[]> {
  if (rereads === 0 || plan.afterExample === 0) return [];
  const learned: Example[] = [];
  for (const task of new Set(fresh.map((example) => example.task))) {
    const room = rereads - fresh.filter((example) => example.task === task).length;
    if (room <= 0) continue;
    const range = { adapter: plan.declaration.name, tasks: [task], afterId: 0, throughId: plan.afterExample };
    const own = await listExamples(store, { ...range, split: 'train', most: room + 1 });
    if (own.length <= room) learned.push(...own);
  }
  return learned;
}

/** Sets without a label say nothing of a task that has no label yet. @throws TOO_FEW_CLASSES */
function requireClasses(adapter: string, classes: readonly Class[], fresh: readonly Example[]): void {
  const known = new Set(classes.map(({ task }) => task));
  const strange = fresh.find(({ task }) => !known.has(task));
  if (strange) throw new EspalierError('TOO_FEW_CLASSES', `${adapter} has no example with a label in its task ${strange.task}`);
}

/** A task that was taken out of adapter.yaml stays in the head as it was learned, and its examples in the buffer. */
function multiLabelAmong({ tasks }: Plan['declaration'], champion: Manifest | undefined): string[] {
  const declared = new Set(tasks.map(({ name }) => name));
  const left = (champion?.multiLabel ?? []).filter((name) => !declared.has(name));
  return [...left, ...multiLabelNames(tasks)];
}

export async function readParent({ workspace }: UpdateContext, plan: Plan): Promise<TrainedHead | undefined> {
  const champion = await readChampionManifest(workspace, plan);
  return champion && readTrained(versionFolder(workspace, plan.declaration.name, champion.version), champion);
}

interface Batches extends Pick<TrainingJob, 'fresh' | 'replayed' | 'learned' | 'multiLabel' | 'sets'> {
  /** Mean size of the texts in UTF-8 bytes: what an example takes of a buffer that is counted in bytes. */
  readonly meanBytes: number;
}

/** The vectors and targets of the parts of the mix. */
export async function readBatches(context: UpdateContext, plan: Plan, mix: Mix): Promise<Batches> {
  const leaked = new Set(mix.leakedIds);
  const fresh = (await listFresh(context, plan, mix.afterExample)).filter((example) => !leaked.has(example.id));
  const replayed = await listExamplesById(context.store, mix.replayedIds);
  const answers = openAnswers(mix);
  const batches = { fresh: await batchOf(context, fresh, answers), replayed: await batchOf(context, replayed, answers) };
  const learned = mix.learnedIds && (await batchOf(context, await listExamplesById(context.store, mix.learnedIds), answers));
  const texts = [...fresh, ...replayed].map(({ text }) => Buffer.byteLength(text));
  const meanBytes = texts.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, texts.length);
  return { ...batches, ...(learned && { learned }), ...answers.learned(), meanBytes };
}

async function listFresh({ store }: UpdateContext, plan: Plan, afterId: number): Promise<Example[]> {
  const { name, tasks } = plan.declaration;
  return listExamples(store, {
    adapter: name,
    tasks: tasks.map((task) => task.name),
    split: 'train',
    afterId,
    throughId: plan.throughExample,
  });
}

interface Answers {
  targetOf(example: Example): number;
  /** What a job says of its targets, once all have been asked for. */
  learned(): Pick<TrainingJob, 'multiLabel' | 'sets'>;
}

function openAnswers({ classes, multiLabel: names = [] }: Mix): Answers {
  const numbers = new Map(classes.map((one, index) => [classKey(one), index]));
  const order = [...new Set(classes.map(({ task }) => task))];
  const book = openSetBook(classes.length);
  return {
    targetOf({ task, label }) {
      if (!names.includes(task)) return numbers.get(classKey({ task, label }))!;
      const own = readLabelSet(label).map((one) => numbers.get(classKey({ task, label: one }))!);
      return book.targetOf({ task: order.indexOf(task), classes: own });
    },
    learned() {
      const multiLabel = [...order.keys()].filter((task) => names.includes(order[task]!));
      return multiLabel.length === 0 ? {} : { multiLabel, sets: book.sets };
    },
  };
}

async function batchOf({ store, encoder, signal }: UpdateContext, examples: readonly Example[], answers: Answers): Promise<Batch> {
  const texts = examples.map((example) => example.text);
  return {
    vectors: await encodeCached(store, encoder, texts, { signal }),
    targets: Int32Array.from(examples, (example) => answers.targetOf(example)),
    ids: Int32Array.from(examples, ({ id }) => id),
  };
}
