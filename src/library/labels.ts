/** The labels of an adapter: what bears them, and how they change. */

import { labelsIn, labelsShown } from '../core/label-sets.js';
import { type LabelEdit, mergeLabels, type OfTask, renameLabel, retireLabel, splitLabel } from '../curation/labels.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { classKey, taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { summariseBuffer } from '../store/buffer.js';
import { findChampionVersion } from '../store/candidates.js';
import { countAnswers } from '../store/example-counts.js';
import { countQuarantined } from '../store/label-bearers.js';
import { listRenamesSince, withAnswersNow } from '../update/renames.js';
import { readManifest } from '../versions/manifest.js';
import { type CurationSite, carryOut, type EditReport, type EditSettings } from './curate.js';
import type { Site } from './site.js';

export interface LabelSummary {
  readonly task: string;
  readonly label: string;
  /** Training examples, quarantined ones included. */
  readonly train: number;
  readonly heldOut: number;
  readonly quarantined: number;
  /** Members of the replay buffer. */
  readonly buffered: number;
  /** Whether the champion answers it: `retired` if it has learned it and does not; null without a champion. */
  readonly champion: 'answers' | 'retired' | 'unknown' | null;
}

/** By task and label. A set of labels counts for each of them. @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN */
export async function listLabels(
  { workspace, store, versions }: Pick<Site, 'workspace' | 'store' | 'versions'>,
  adapter: string,
  task?: string,
): Promise<LabelSummary[]> {
  const declaration = await readDeclaration(workspace, adapter);
  const only = task === undefined ? undefined : taskNamed(declaration, task).name;
  const labels = new Map<string, LabelSummary>();
  const championOf = await readChampionAnswers({ store, versions }, adapter);
  const count = (of: { task: string; answer: string }, numbers: Partial<LabelSummary>) => {
    for (const label of labelsOf(declaration, of)) {
      const key = classKey({ task: of.task, label });
      const none = { train: 0, heldOut: 0, quarantined: 0, buffered: 0 };
      const known = labels.get(key) ?? { task: of.task, label, ...none, champion: championOf(key) };
      const sums = Object.entries(numbers).map(([name, value]) => [
        name,
        (known[name as keyof typeof none] as number) + (value as number),
      ]);
      labels.set(key, { ...known, ...Object.fromEntries(sums) });
    }
  };
  for (const { train, held, ...of } of await countAnswers(store.queries, adapter, Number.MAX_SAFE_INTEGER))
    count(of, { train, heldOut: held });
  for (const { count: quarantined, ...of } of await countQuarantined(store, adapter)) count(of, { quarantined });
  for (const { task: own, label, members } of await summariseBuffer(store, adapter))
    count({ task: own, answer: label }, { buffered: members });
  return [...labels.entries()]
    .filter(([, one]) => only === undefined || one.task === only)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
}

function labelsOf({ tasks }: AdapterDeclaration, { task, answer }: { task: string; answer: string }): string[] {
  return tasks.find(({ name }) => name === task)?.multiLabel ? labelsShown(answer) : labelsIn({}, answer);
}

/** Key of a class -> whether the champion answers it. */
async function readChampionAnswers(
  { store, versions }: Pick<Site, 'store' | 'versions'>,
  adapter: string,
): Promise<(key: string) => LabelSummary['champion']> {
  const version = await findChampionVersion(store.queries, adapter);
  if (version === null) return () => null;
  const renames = await listRenamesSince(store.queries, { adapter, version });
  const { classes, retired = [] } = withAnswersNow(await readManifest(versions, { adapter, version }), renames);
  const [known, closed] = [new Set(classes.map(classKey)), new Set(retired.map(classKey))];
  return (key) => (closed.has(key) ? 'retired' : known.has(key) ? 'answers' : 'unknown');
}

/** How labels are to change. */
export type LabelChange =
  | { readonly act: 'rename'; readonly label: string; readonly to: string }
  | { readonly act: 'merge'; readonly labels: readonly string[]; readonly into: string }
  | {
      readonly act: 'split';
      readonly label: string;
      /** Example -> its new label, or labels of a multi-label task. */
      readonly answers: ReadonlyMap<number, string | readonly string[]>;
    }
  | { readonly act: 'retire'; readonly label: string };

/**
 * @throws ADAPTER_NOT_FOUND, TASK_MISSING, TASK_UNKNOWN, LABEL_NOT_FOUND, LABEL_EXISTS, LABEL_INVALID,
 * EXAMPLE_NOT_FOUND, USAGE
 */
export async function changeLabels(
  site: CurationSite,
  adapter: string,
  { task, ...change }: LabelChange & { readonly task?: string | undefined },
  settings: EditSettings,
): Promise<EditReport> {
  const declaration = await readDeclaration(site.workspace, adapter);
  const of = { declaration, task: taskNamed(declaration, task) };
  return carryOut(site, await editOf(site, of, change), settings);
}

function editOf({ store }: CurationSite, of: OfTask, change: LabelChange): Promise<LabelEdit> {
  switch (change.act) {
    case 'rename':
      return renameLabel(store, of, change.label, change.to);
    case 'merge':
      return mergeLabels(store, of, change.labels, change.into);
    case 'split':
      return splitLabel(store, of, change.label, change.answers);
    case 'retire':
      return retireLabel(store, of, change.label);
  }
}
