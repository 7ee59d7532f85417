/** Suites that ask the same texts: what one of them says of a text the others say again, so that together they know less than their cases count. */
import { metricNamed } from '../evaluation/metrics.js';
import type { PairedSuite } from './paired.js';

/** One member of a whole, and the scores that it is compared with. */
export interface ComparedSuite {
  readonly suite: PairedSuite;
  /** [cases] */
  readonly before: readonly number[];
}

/** Texts that several of the suites ask, and the names of those suites. */
export interface Overlap {
  readonly texts: number;
  readonly suites: readonly string[];
}

/** Undefined where no two suites ask the same text, or their texts are not known. */
export function findOverlap(suites: readonly PairedSuite[]): Overlap | undefined {
  const askedBy = new Map<string, Set<string>>();
  for (const { name, texts } of suites) for (const text of texts ?? []) askedBy.set(text, (askedBy.get(text) ?? new Set()).add(name));
  const shared = [...askedBy.values()].filter((names) => names.size > 1);
  const names = new Set(shared.flatMap((own) => [...own]));
  if (shared.length === 0) return undefined;
  return { texts: shared.length, suites: suites.map(({ name }) => name).filter((name) => names.has(name)) };
}

/** So many flips are imagined beside those that were seen: none seen does not mean that none would be shared. */
const imaginedFlips = 2;

/**
 * The design effect of a weighted mean of suites (Kish, "Survey sampling", 1965, ch. 8): the variance of the mean with cases of one text drawn
 * together, over its variance with all suites independent. Rao & Scott, "A simple method for the analysis of clustered binary data",
 * Biometrics 1992, divide the number of cases by it. The sums are linear in the cases. Where few answers flip, the estimate rests on little;
 * two imagined flips that all suites share are counted in, so that it tends to the number of suites that ask a text.
 * @param weights [members] as compareWhole has them
 * @returns at least 1; exactly 1 where no text is shared
 */
export function designEffect(members: readonly ComparedSuite[], weights: readonly number[]): number {
  if (!findOverlap(members.map(({ suite }) => suite))) return 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const [apart, together] = [new Map<string, Pull>(), new Map<string, Pull>()];
  const names = new UnionFind();
  const cases = members.flatMap(({ suite, before }, member) => casesOf(suite, before, member, weights[member]! / total));
  for (const { unit, text } of cases) if (text !== undefined) names.join(unit, text);
  for (const { unit, share, moved } of cases) {
    addTo(apart, unit, share, moved);
    addTo(together, names.rootOf(unit), share, moved);
  }
  return Math.max(1, spread(together, together.size) / spread(apart, together.size));
}

interface Pull {
  share: number;
  moved: number;
}

interface SharedCase {
  /** The smallest thing that is independent within its suite: a cluster, or the case. */
  readonly unit: string;
  readonly text: string | undefined;
  /** What the case counts in the whole. */
  readonly share: number;
  /** How far it lies from its suite's mean difference, times that share. */
  readonly moved: number;
}

function casesOf({ metric, candidate, clusters, texts }: PairedSuite, before: readonly number[], member: number, weight: number) {
  const differences = candidate.map((score, index) => score - before[index]!);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const share = weight / differences.length;
  // The scores of a rank metric do not add up to it; only how its texts are shared is known, and the imagined flips speak for it.
  const { isMean } = metricNamed(metric);
  return differences.map((difference, index): SharedCase => {
    const unit = `${member} ${clusters ? clusters[index]! : index}`;
    return { unit, text: texts?.[index] && `text ${texts[index]}`, share, moved: isMean ? share * (difference - mean) : 0 };
  });
}

function addTo(sums: Map<string, Pull>, unit: string, share: number, moved: number): void {
  const sum = sums.get(unit) ?? { share: 0, moved: 0 };
  sum.share += share;
  sum.moved += moved;
  sums.set(unit, sum);
}

/** The variance of a sum over units, with imagined flips of some of the `texts`: each moves all that the text's units count. */
function spread(units: ReadonlyMap<string, Pull>, texts: number): number {
  let [seen, imagined] = [0, 0];
  for (const { share, moved } of units.values()) {
    seen += moved ** 2;
    imagined += share ** 2;
  }
  return seen + (imaginedFlips * imagined) / texts;
}

/** Which names belong together; joining and finding take nearly constant time (Tarjan 1975). */
class UnionFind {
  private readonly parents = new Map<string, string>();

  rootOf(name: string): string {
    let root = name;
    for (let next = this.parents.get(root); next !== undefined; next = this.parents.get(root)) root = next;
    for (let at = name; at !== root; ) {
      const next = this.parents.get(at)!;
      this.parents.set(at, root);
      at = next;
    }
    return root;
  }

  join(a: string, b: string): void {
    const [first, second] = [this.rootOf(a), this.rootOf(b)];
    if (first !== second) this.parents.set(first, second);
  }
}
