/** Finds similar texts with different labels among the stored examples of an adapter. */
import { visitNearPairs } from '../measuring/near-pairs.js';
import type { Split } from '../store/examples.js';
import type { ComparedExample } from '../store/near-duplicates.js';
import { type NearSettings, searchesOf } from './near-settings.js';
import type { Site } from './site.js';

export interface ConflictSide {
  readonly id: number;
  readonly text: string;
  readonly label: string;
  readonly split: Split;
}

export interface NearConflict {
  readonly task: string;
  /** Jaccard similarity of the texts, at least the threshold; 1 where they differ in repetitions only. */
  readonly similarity: number;
  readonly earlier: ConflictSide;
  readonly later: ConflictSide;
}

export interface NearConflicts {
  readonly adapter: string;
  readonly threshold: number;
  /** Number of examples that were searched. */
  readonly examples: number;
  /** Number of pairs found. */
  readonly found: number;
  /** The most similar first. */
  readonly conflicts: readonly NearConflict[];
}

/**
 * Each example with the most similar example of its task that has another label, as pairs of which none is told twice. A
 * pair is a mistake of one of its labels, or shows what the labels differ by. The cost is that of `findDuplicates`.
 * @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, USAGE, INTERRUPTED
 */
export async function findConflicts(
  site: Pick<Site, 'workspace' | 'store' | 'progress' | 'signal'>,
  adapter: string,
  settings: NearSettings = {},
): Promise<NearConflicts> {
  const { store, progress } = site;
  const { searches, threshold, limit } = await searchesOf(site, adapter, settings);
  progress.begin('conflicts');
  let examples = 0;
  const pairs = new Set<Pair>();
  for (const search of searches) {
    const nearest = new Map<number, Pair>();
    examples += await visitNearPairs(store.queries, search, {
      isWanted: (earlier, later) => earlier.label !== later.label,
      visit(earlier, later, similarity) {
        const pair = { task: search.task, similarity, earlier, later };
        for (const { id } of [earlier, later]) {
          const best = nearest.get(id);
          if (best === undefined || byRank(pair, best) < 0) nearest.set(id, pair);
        }
      },
    });
    for (const pair of nearest.values()) pairs.add(pair);
  }
  const ranked = [...pairs].sort(byRank);
  progress.end(`${ranked.length} pairs among ${examples} examples`);
  return {
    adapter,
    threshold,
    examples,
    found: ranked.length,
    conflicts: ranked.slice(0, limit).map((pair) => ({
      task: pair.task,
      similarity: pair.similarity,
      earlier: sideOf(pair.earlier),
      later: sideOf(pair.later),
    })),
  };
}

interface Pair {
  readonly task: string;
  readonly similarity: number;
  readonly earlier: ComparedExample;
  readonly later: ComparedExample;
}

/** The most similar first, then in order of arrival. */
function byRank(a: Pair, b: Pair): number {
  return b.similarity - a.similarity || a.earlier.arrival - b.earlier.arrival || a.later.arrival - b.later.arrival;
}

const sideOf = ({ id, text, label, split }: ComparedExample): ConflictSide => ({ id, text, label, split });
