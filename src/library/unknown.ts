/** The queue of texts that the champion does not know: grouped, named in bulk, or dropped. */
import { EspalierError } from '../core/errors.js';
import { writeLabelSet } from '../core/label-sets.js';
import { requireReason } from '../core/reason.js';
import { sameTextHash } from '../core/text.js';
import { type Task, taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { type AskedChampion, askChampion } from '../drift/champion-asked.js';
import { type Queued, queueUnknown } from '../drift/queue-unknown.js';
import { clusterQueue, mostClustered, type UnknownCluster } from '../drift/unknown-clusters.js';
import { collectEvalTexts } from '../evaluation/suites.js';
import type { IntakeReport } from '../intake/intake-report.js';
import { openRedactor } from '../intake/redact.js';
import { recordAct } from '../store/audit.js';
import { transact } from '../store/database.js';
import {
  countUnknown,
  findLabelsOfTwins,
  listUnknown,
  removeUnknown,
  type UnknownText,
} from '../store/unknown-texts.js';
import { readableTexts, requireLearned } from './asked-texts.js';
import { ingestFrom, sourceOf } from './ingest.js';
import type { Site } from './site.js';

export interface UnknownQuery {
  /** An adapter of one task needs none. */
  readonly task?: string | undefined;
}

export interface UnknownListing {
  readonly adapter: string;
  readonly task: string;
  /** Number of texts in the queue. */
  readonly texts: number;
  /** Number of those that were clustered: of a long queue the ones seen most often. */
  readonly clustered: number;
  readonly clusters: readonly UnknownCluster[];
}

/** Which texts of the queue: those of clusters, single ones by their hash or its beginning, or all. */
export interface UnknownChoice extends UnknownQuery {
  readonly clusters?: readonly string[] | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly all?: boolean | undefined;
  /** Tells what would happen, and changes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface NameSettings extends UnknownChoice {
  readonly label: string;
  /** The domain of the new examples; `unknown` by default. */
  readonly domain?: string | undefined;
}

export interface NamedTexts {
  readonly adapter: string;
  readonly task: string;
  readonly label: string;
  /** Whether they were taken in; false of a dry run. */
  readonly applied: boolean;
  readonly texts: readonly NamedText[];
  /** What intake tells; null of a dry run. */
  readonly intake: IntakeReport | null;
  /** Number of texts that left the queue. */
  readonly removed: number;
}

export interface NamedText {
  readonly id: string;
  readonly text: string;
  /** Why intake refuses it, or would; absent if it does not. */
  readonly refused?: string;
}

export interface DroppedTexts {
  readonly adapter: string;
  readonly task: string;
  readonly applied: boolean;
  readonly texts: readonly Pick<UnknownText, 'hash' | 'text'>[];
}

/** Queues those of the texts that the champion would not answer. @throws what `measureDrift` throws */
export async function addUnknownTexts(
  site: Site,
  adapter: string,
  { texts: given, task }: UnknownQuery & { readonly texts: readonly string[] },
): Promise<Queued[]> {
  const { actor, signal, now } = site;
  const declaration = await readDeclaration(site.workspace, adapter);
  const texts = readableTexts(given);
  return withChampion(site, adapter, async (champion) => {
    const redactor = await openRedactor(declaration.intake ?? {});
    const queued: Queued[] = [];
    for (const { name } of requireLearned(declaration, champion.manifest, task))
      queued.push(await queueUnknown(champion, { task: name, texts, redactor, actor, signal, now }));
    return queued;
  });
}

/** @throws ADAPTER_NOT_FOUND, TASK_MISSING, TASK_UNKNOWN, NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID */
export async function listUnknownTexts(
  site: Site,
  adapter: string,
  { task }: UnknownQuery = {},
): Promise<UnknownListing> {
  const queue = { adapter, task: (await taskOf(site, adapter, task)).name };
  const texts = await countUnknown(site.store.queries, queue);
  const clusters = texts === 0 ? [] : await withChampion(site, adapter, (champion) => clusterQueue(champion, queue));
  return { ...queue, texts, clustered: Math.min(texts, mostClustered), clusters };
}

/**
 * Takes the texts in as examples with this label, by the rules of every intake. Those that are examples afterwards leave
 * the queue; those that intake refuses stay.
 * @throws what `ingestFrom` throws, UNKNOWN_TEXT_NOT_FOUND, USAGE
 */
export async function nameUnknownTexts(site: Site, adapter: string, settings: NameSettings): Promise<NamedTexts> {
  const { label, dryRun = false, domain = 'unknown' } = settings;
  const task = await taskOf(site, adapter, settings.task);
  const chosen = await choose(site, adapter, task, settings);
  const common = { adapter, task: task.name, label, applied: !dryRun };
  if (dryRun)
    return { ...common, texts: await foresee(site, { adapter, task, label }, chosen), intake: null, removed: 0 };
  const rows = chosen.map(({ text }) => (task.multiLabel ? { text, labels: [label] } : { text, label }));
  const intake = await ingestFrom(site, adapter, sourceOf(rows), { task: task.name, domain, source: 'unknown' });
  const texts = await foresee(site, { adapter, task, label }, chosen);
  const taken = texts.filter(({ refused }) => refused === undefined).map(({ id }) => id);
  await transact(site.store, async (transaction) => {
    await removeUnknown(transaction, { adapter, task: task.name }, taken);
    await recordAct(transaction, {
      ...{ at: site.now, principal: site.actor, act: 'named', adapter, subject: `${taken.length} texts` },
      detail: { task: task.name, label, domain, accepted: intake.accepted, clusters: settings.clusters ?? [] },
    });
  });
  return { ...common, texts, intake, removed: taken.length };
}

/** @throws UNKNOWN_TEXT_NOT_FOUND, USAGE where there is no reason */
export async function dropUnknownTexts(
  site: Site,
  adapter: string,
  { reason = '', ...choice }: UnknownChoice & { readonly reason?: string | undefined },
): Promise<DroppedTexts> {
  const { dryRun = false } = choice;
  if (!dryRun) requireReason(reason, { what: 'dropping texts', preview: 'be dropped' });
  const task = await taskOf(site, adapter, choice.task);
  const chosen = await choose(site, adapter, task, choice);
  const hashes = chosen.map(({ hash }) => hash);
  if (!dryRun)
    await transact(site.store, async (transaction) => {
      await removeUnknown(transaction, { adapter, task: task.name }, hashes);
      await recordAct(transaction, {
        ...{ at: site.now, principal: site.actor, act: 'dropped', adapter, subject: `${hashes.length} texts` },
        detail: { task: task.name, reason, hashes },
      });
    });
  return {
    ...{ adapter, task: task.name, applied: !dryRun },
    texts: chosen.map(({ hash, text }) => ({ hash, text })),
  };
}

async function taskOf({ workspace }: Pick<Site, 'workspace'>, adapter: string, task: string | undefined) {
  return taskNamed(await readDeclaration(workspace, adapter), task);
}

async function withChampion<T>(site: Site, adapter: string, work: (champion: AskedChampion) => Promise<T>): Promise<T> {
  const champion = await askChampion(site, await readDeclaration(site.workspace, adapter));
  try {
    return await work(champion);
  } finally {
    await champion.close();
  }
}

/** @throws USAGE, UNKNOWN_TEXT_NOT_FOUND */
async function choose(
  site: Site,
  adapter: string,
  { name }: Task,
  { clusters = [], ids = [], all = false }: UnknownChoice,
): Promise<UnknownText[]> {
  const queue = { adapter, task: name };
  if (!all && clusters.length === 0 && ids.length === 0)
    throw new EspalierError('USAGE', 'no text of the queue was chosen', {
      hint: 'Choose with `clusters`, `ids` or `all`; `espalier unknown list` shows them.',
      parameters: ['clusters', 'ids', 'all'],
    });
  const texts = await listUnknown(site.store.queries, queue);
  if (all) return texts;
  const found = new Map<string, UnknownText>();
  for (const id of ids) for (const text of [oneOf(texts, id)]) found.set(text.hash, text);
  if (clusters.length === 0) return [...found.values()];
  const known =
    texts.length === 0 ? [] : await withChampion(site, adapter, (champion) => clusterQueue(champion, queue));
  for (const cluster of clusters) {
    const own = known.find((one) => one.cluster === cluster);
    if (!own)
      throw notFound(`there is no cluster ${cluster}`, 'A cluster has another name once its texts have changed');
    for (const text of own.texts) found.set(text.hash, text);
  }
  return [...found.values()];
}

const shortestId = 4;

/** @throws UNKNOWN_TEXT_NOT_FOUND */
function oneOf(texts: readonly UnknownText[], id: string): UnknownText {
  const matching = id.length < shortestId ? [] : texts.filter(({ hash }) => hash.startsWith(id));
  if (matching.length === 1) return matching[0]!;
  throw notFound(
    matching.length === 0
      ? `no text of the queue has the id ${id}`
      : `${matching.length} texts have ids that begin with ${id}`,
    `An id is the beginning of a hash, of at least ${shortestId} letters`,
  );
}

const notFound = (what: string, why: string) =>
  new EspalierError('UNKNOWN_TEXT_NOT_FOUND', what, { hint: `${why}: run \`espalier unknown list\` again.` });

/** Whether intake takes each text with this label: of texts taken in already, whether it did. */
async function foresee(
  { store, workspace }: Site,
  { adapter, task, label }: { adapter: string; task: Task; label: string },
  texts: readonly UnknownText[],
): Promise<NamedText[]> {
  const evalTexts = await collectEvalTexts(workspace.suiteFolders);
  const twins = new Map(texts.map(({ hash, text }) => [hash, sameTextHash(text)]));
  const labels = await findLabelsOfTwins(store.queries, { adapter, task: task.name }, [...twins.values()]);
  return texts.map(({ hash, text }): NamedText => {
    const twin = twins.get(hash)!;
    const known = labels.get(twin) ?? [];
    const suite = evalTexts.get(twin);
    const answer = task.multiLabel ? writeLabelSet([label]) : label;
    const refused =
      suite !== undefined
        ? `the text occurs in the eval suite ${suite}`
        : known.length > 0 && !known.includes(answer)
          ? `the text is an example with the label ${known[0]} already`
          : undefined;
    return { id: hash, text, ...(refused !== undefined && { refused }) };
  });
}
