/** How full the replay buffer is, and what is stored beside it, by one property of the examples. */
import { EspalierError } from '../core/errors.js';
import { labelsShown } from '../core/label-sets.js';
import { suggestAmong } from '../core/text.js';
import type { BufferBudget } from '../declaration/declaration.js';
import { multiLabelNames, type Task, taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { cellsByLabel } from '../replay/cells.js';
import { type BufferCell, summariseBuffer } from '../store/buffer.js';
import {
  type CountRequest,
  countOffered,
  countOfferedByAge,
  countStored,
  countStoredByAge,
  type OfferedCount,
  type StoredCount,
} from '../store/buffer-stats.js';
import type { Queries } from '../store/database.js';
import type { Site } from './site.js';

export interface BufferStats {
  readonly adapter: string;
  readonly budget: BufferBudget;
  readonly members: number;
  readonly bytes: number;
  /** One a label and domain; empty where the groups are by something else. */
  readonly cells: readonly BufferCell[];
  /** What the groups are by; null: cells were asked. */
  readonly by: StatsBy | null;
  readonly groups: readonly BufferGroup[];
}

export interface BufferGroup {
  readonly task: string;
  /** The task, label, domain or source, or a span of age such as `7 to 29 days`. */
  readonly name: string;
  readonly members: number;
  /** Size of the members' texts in UTF-8 bytes. */
  readonly bytes: number;
  readonly evicted: number;
  readonly declined: number;
  /** Everything that was taken in, with what is held out. */
  readonly stored: number;
  readonly heldOut: number;
}

export const statsBy = ['task', 'label', 'domain', 'source', 'age'] as const;
export type StatsBy = (typeof statsBy)[number];

export interface StatsQuery {
  /** Undefined: of all tasks. */
  readonly task?: string | undefined;
  /** Undefined: cell by cell, label x domain. */
  readonly by?: string | undefined;
}

/** @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, USAGE */
export async function readBufferStats(
  { workspace, store, now }: Pick<Site, 'workspace' | 'store' | 'now'>,
  adapter: string,
  query: StatsQuery = {},
): Promise<BufferStats> {
  const { buffer: budget, ...declaration } = await readDeclaration(workspace, adapter);
  const task = query.task === undefined ? undefined : taskNamed(declaration, query.task).name;
  const by = query.by === undefined ? null : requireBy(query.by);
  if (by === null) {
    const held = await summariseBuffer(store, adapter, task);
    return { adapter, budget, ...totalOf(held), cells: cellsByLabel(declaration.tasks, held), by, groups: [] };
  }
  const request = { adapter, task };
  const groups =
    by === 'age'
      ? await groupByAge(store.queries, request, now)
      : await groupBy(store.queries, request, declaration.tasks, by);
  return { adapter, budget, ...totalOf(groups.parts), cells: [], by, groups: groups.joined };
}

interface Grouped {
  readonly joined: readonly BufferGroup[];
  /** Before an example of several labels is counted for each. */
  readonly parts: readonly BufferGroup[];
}

async function groupBy(
  queries: Queries,
  request: CountRequest,
  tasks: readonly Task[],
  by: Exclude<StatsBy, 'age'>,
): Promise<Grouped> {
  const parts = partsOf(await countStored(queries, request, by), await countOffered(queries, request, by));
  return { parts, joined: joined(parts, namesOf(tasks, by)) };
}

/** First day of each span of age counts from `now`; the earliest span has none. */
async function groupByAge(queries: Queries, request: CountRequest, now: Date): Promise<Grouped> {
  const today = Date.parse(now.toISOString().slice(0, 10));
  const days = spans
    .slice(0, -1)
    .map(({ through }) => new Date(today - through * dayMilliseconds).toISOString().slice(0, 10));
  const parts = partsOf(
    await countStoredByAge(queries, request, days),
    await countOfferedByAge(queries, request, days),
  );
  const counted = joined(parts, ({ name }) => [name]);
  return { parts, joined: counted.map((group) => ({ ...group, name: spans[Number(group.name)]!.name })) };
}

function requireBy(name: string): StatsBy {
  const by = statsBy.find((known) => known === name);
  if (by) return by;
  throw new EspalierError('USAGE', `\`by\` is ${statsBy.join(', ')}, not \`${name}\``, {
    hint: suggestAmong(name, statsBy),
    parameters: ['by'],
    choices: statsBy,
  });
}

function totalOf(parts: readonly Pick<BufferGroup, 'members' | 'bytes'>[]): { members: number; bytes: number } {
  const sumOf = (key: 'members' | 'bytes') => parts.reduce((sum, part) => sum + part[key], 0);
  return { members: sumOf('members'), bytes: sumOf('bytes') };
}

const nothing = { members: 0, bytes: 0, evicted: 0, declined: 0, stored: 0, heldOut: 0 };

function partsOf(stored: readonly StoredCount[], offered: readonly OfferedCount[]): BufferGroup[] {
  const ofStored = stored.map(({ task, name, train, holdout }) => ({
    ...{ ...nothing, task, name },
    stored: train + holdout,
    heldOut: holdout,
  }));
  const ofOffered = offered.map(({ task, name, state, examples, bytes }) => ({
    ...{ ...nothing, task, name },
    ...(state === 'member' ? { members: examples, bytes } : { [state]: examples }),
  }));
  return [...ofStored, ...ofOffered];
}

/** The groups of which a part is counted. */
type NamesOf = (part: BufferGroup) => readonly string[];

/** An example of a multi-label task is counted for each of its labels. */
function namesOf(tasks: readonly Task[], by: StatsBy): NamesOf {
  const multiLabel = multiLabelNames(tasks);
  return ({ task, name }) => (by === 'label' && multiLabel.has(task) ? labelsShown(name) : [name]);
}

function joined(parts: readonly BufferGroup[], names: NamesOf): BufferGroup[] {
  const groups = new Map<string, BufferGroup>();
  for (const part of parts)
    for (const name of names(part)) {
      const key = JSON.stringify([part.task, name]);
      groups.set(key, sumOf({ ...part, name }, groups.get(key)));
    }
  return [...groups.values()].sort((a, b) => compare(a.task, b.task) || compare(a.name, b.name));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function sumOf(part: BufferGroup, group: BufferGroup | undefined): BufferGroup {
  if (!group) return part;
  const both = (key: keyof typeof nothing) => part[key] + group[key];
  return {
    ...part,
    members: both('members'),
    bytes: both('bytes'),
    evicted: both('evicted'),
    declined: both('declined'),
    stored: both('stored'),
    heldOut: both('heldOut'),
  };
}

const dayMilliseconds = 24 * 60 * 60 * 1000;

/** Spans of age in days, each up to the number. */
const spans: readonly { readonly through: number; readonly name: string }[] = [
  { through: 6, name: 'up to 6 days' },
  { through: 29, name: '7 to 29 days' },
  { through: 89, name: '30 to 89 days' },
  { through: 364, name: '90 to 364 days' },
  { through: Number.POSITIVE_INFINITY, name: 'a year or more' },
];
