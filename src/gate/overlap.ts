/**
 * Suites that ask the same texts: what one of them says of a text the others say again, so that together they know less
 * than their cases count.
 */
import { groupBy } from '../core/grouping.js';
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
  for (const { name, texts } of suites)
    for (const text of texts ?? []) askedBy.set(text, (askedBy.get(text) ?? new Set()).add(name));
  const shared = [...askedBy.values()].filter((names) => names.size > 1);
  const names = new Set(shared.flatMap((own) => [...own]));
  if (shared.length === 0) return undefined;
  return { texts: shared.length, suites: suites.map(({ name }) => name).filter((name) => names.has(name)) };
}

/**
 * So many changed answers, shared by all suites that ask the text, are imagined beside those that were seen: none seen
 * does not mean none.
 */
const imagined = 2;

/**
 * The design effect of a weighted mean of suites (Kish, "Survey sampling", 1965, ch. 5.4 and 8.2): 1 + correlation x (K
 * - 1). K is what the shared texts would do to the variance if an answer that changes on a text changed in every suite
 * that asks it, and the correlation says how far they do. Rao & Scott, "A simple method for the analysis of clustered
 * binary data", Biometrics 1992, divide the number of cases by the effect. Where no answer to a shared text changed,
 * nothing speaks against a correlation of 1. It is linear in the cases.
 * @param weights [members] as compareWhole has them
 * @returns at least 1; exactly 1 where no text is shared
 */
export function designEffect(members: readonly ComparedSuite[], weights: readonly number[]): number {
  if (!findOverlap(members.map(({ suite }) => suite))) return 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const cases = members.flatMap((member, place) => casesOf(member, place, weights[place]! / total));
  const names = new UnionFind();
  for (const { unit, text } of cases) if (text !== undefined) names.join(unit, text);
  const units = new Map<string, Unit>();
  for (const { unit, share, change } of cases) {
    const sum = units.get(unit) ?? { share: 0, change: 0 };
    units.set(unit, { share: sum.share + share, change: sum.change + change });
  }
  const groups = [...groupBy([...units], ([unit]) => names.rootOf(unit)).values()].map((group) =>
    group.map(([, unit]) => unit),
  );
  return 1 + correlationWithin(groups) * (sharedShare(groups) - 1);
}

/** The smallest thing that is independent within its suite: a cluster, or a case. */
interface Unit {
  /** What its cases count in the whole. */
  readonly share: number;
  /** How far its answers changed. */
  readonly change: number;
}

interface SharedCase extends Unit {
  readonly unit: string;
  readonly text: string | undefined;
}

function casesOf(
  { suite: { metric, candidate, clusters, texts }, before }: ComparedSuite,
  member: number,
  weight: number,
): SharedCase[] {
  // The scores of a rank metric do not add up to it, so that they say nothing of the correlation.
  const { isMean } = metricNamed(metric);
  return candidate.map((score, index) => ({
    unit: `${member} ${clusters ? clusters[index]! : index}`,
    text: texts?.[index] === undefined ? undefined : `text ${texts[index]}`,
    share: weight / candidate.length,
    change: isMean ? score - before[index]! : 0,
  }));
}

/** K: the squared shares of what hangs together, over the squared shares of the units. */
function sharedShare(groups: readonly (readonly Unit[])[]): number {
  const sumOf = (units: readonly Unit[]) => units.reduce((sum, { share }) => sum + share, 0);
  const together = groups.reduce((sum, group) => sum + sumOf(group) ** 2, 0);
  return together / groups.flat().reduce((sum, { share }) => sum + share ** 2, 0);
}

/**
 * In [0, 1]: the products of the changes of two units of a text, over what they would be if all of them changed alike.
 */
function correlationWithin(groups: readonly (readonly Unit[])[]): number {
  let [products, most] = [imagined, imagined];
  for (const group of groups.filter(({ length }) => length > 1)) {
    const sum = group.reduce((total, { change }) => total + change, 0);
    const squares = group.reduce((total, { change }) => total + change ** 2, 0);
    products += (sum ** 2 - squares) / (group.length - 1);
    most += squares;
  }
  return Math.min(1, Math.max(0, products / most));
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
