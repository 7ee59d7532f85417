/** Finds groups of similar texts among the stored examples of an adapter. */
import { DisjointSets } from '../core/disjoint-sets.js';
import { shinglesOf, similarityOf } from '../core/shingles.js';
import { type PairSearch, visitNearPairs } from '../measuring/near-pairs.js';
import type { Split } from '../store/examples.js';
import { type ComparedExample, readNearLinks } from '../store/near-duplicates.js';
import { type NearSettings, searchesOf } from './near-settings.js';
import type { Site } from './site.js';

export interface DuplicateMember {
  readonly id: number;
  readonly text: string;
  readonly label: string;
  readonly split: Split;
  /** To the first of the group; it may be below the threshold where texts between them connect them. */
  readonly similarity: number;
  /** The earlier example that intake linked it to; null where it was not linked. */
  readonly linkedTo: number | null;
}

export interface DuplicateGroup {
  readonly task: string;
  /** Whether examples of both splits are in it: then the holdout asks what was trained on. */
  readonly acrossSplits: boolean;
  /** Number of different labels. */
  readonly labels: number;
  /** In order of arrival, at least two. */
  readonly members: readonly DuplicateMember[];
}

export interface NearDuplicates {
  readonly adapter: string;
  readonly threshold: number;
  /** Number of examples that were searched. */
  readonly examples: number;
  /** Number of groups found, and of the examples in them beyond the first of each. */
  readonly found: number;
  readonly duplicates: number;
  /** Number of groups with examples of both splits. */
  readonly acrossSplits: number;
  /** The largest first. */
  readonly groups: readonly DuplicateGroup[];
}

type SearchSite = Pick<Site, 'workspace' | 'store' | 'progress' | 'signal'>;

/**
 * Groups of examples of one task whose texts are connected by pairs with a Jaccard similarity of at least the threshold.
 * Whatever intake declares, signatures are computed in a pass over the examples: a few seconds for 100,000, a minute
 * for a million. Where more than 32 texts share a band, each is compared with the 32 before it.
 * @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, USAGE, INTERRUPTED
 */
export async function findDuplicates(
  site: SearchSite,
  adapter: string,
  settings: NearSettings = {},
): Promise<NearDuplicates> {
  const { store, progress } = site;
  const { searches, threshold, limit } = await searchesOf(site, adapter, settings);
  progress.begin('duplicates');
  let examples = 0;
  const found: FoundGroup[] = [];
  for (const search of searches) {
    const { count, groups } = await groupsOf(site, search);
    examples += count;
    for (const members of groups) found.push({ task: search.task, members, splits: distinct(members, 'split') });
  }
  found.sort((a, b) => b.members.length - a.members.length || a.members[0]!.arrival - b.members[0]!.arrival);
  const shown = found.slice(0, limit);
  const links = await readNearLinks(
    store.queries,
    shown.flatMap(({ members }) => members.map(({ id }) => id)),
  );
  progress.end(`${found.length} groups among ${examples} examples`);
  return {
    adapter,
    threshold,
    examples,
    found: found.length,
    duplicates: found.reduce((sum, { members }) => sum + members.length - 1, 0),
    acrossSplits: found.filter(({ splits }) => splits > 1).length,
    groups: shown.map((group) => describeGroup(group, (id) => links.get(id)?.nearId ?? null)),
  };
}

interface FoundGroup {
  readonly task: string;
  /** In order of arrival. */
  readonly members: readonly ComparedExample[];
  /** Number of different splits. */
  readonly splits: number;
}

async function groupsOf({ store }: SearchSite, search: PairSearch) {
  // By arrival, so that the first of a group is the earliest.
  const sets = new DisjointSets();
  const seen = new Map<number, ComparedExample>();
  const count = await visitNearPairs(store.queries, search, {
    isWanted: (earlier, later) => !sets.areConnected(earlier.arrival, later.arrival),
    visit(earlier, later) {
      sets.connect(earlier.arrival, later.arrival);
      for (const example of [earlier, later]) seen.set(example.arrival, example);
    },
  });
  return { count, groups: sets.groups().map((group) => group.map((arrival) => seen.get(arrival)!)) };
}

function describeGroup({ task, members, splits }: FoundGroup, linkedTo: (id: number) => number | null): DuplicateGroup {
  const first = shinglesOf(members[0]!.text);
  return {
    task,
    acrossSplits: splits > 1,
    labels: distinct(members, 'label'),
    members: members.map(({ id, text, label, split }, index) => ({
      id,
      text,
      label,
      split,
      similarity: index === 0 ? 1 : similarityOf(first, shinglesOf(text)),
      linkedTo: linkedTo(id),
    })),
  };
}

const distinct = (members: readonly ComparedExample[], key: 'label' | 'split') =>
  new Set(members.map((member) => member[key])).size;
