/**
 * Finds suites that share texts: their answers to a shared text repeat each other, so together the suites know less
 * than their number of cases suggests.
 */
import { groupBy } from '../core/grouping.js';
import { metricNamed } from '../evaluation/metrics.js';
import type { PairedSuite } from './paired.js';

/** One member of a whole, and the scores that it is compared with. */
export interface ComparedSuite {
  readonly suite: PairedSuite;
  /** [cases] Scores of the other side. */
  readonly before: readonly number[];
}

/** Number of texts that several of the suites contain, and the names of those suites. */
export interface Overlap {
  readonly texts: number;
  readonly suites: readonly string[];
}

/** Undefined if no two suites share a text, or their texts are unknown. */
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
 * Number of changed answers, shared by all suites with the text, that are added to the observed ones: no observed
 * change does not mean that none can occur.
 */
const imagined = 2;

/**
 * The design effect 1 + correlation x (K - 1) of a weighted mean of suites (Kish, "Survey sampling", 1965, ch. 5.4 and
 * 8.2). K is the factor by which the shared texts would raise the variance if an answer that changes on a text changed
 * in every suite with that text; the correlation says how far they do. Rao & Scott, "A simple method for the analysis
 * of clustered binary data", Biometrics 1992, divide the number of cases by the effect. If no answer to a shared text
 * changed, the correlation is taken to be 1. The cost is linear in the cases.
 * @param weights [members] as compareWhole has them
 * @returns at least 1; exactly 1 if no text is shared
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

/** The smallest unit that is independent within its suite: a cluster or a case. */
interface Unit {
  /** Weight of its cases in the whole. */
  readonly share: number;
  /** Change of its score. */
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
  // The scores of a rank metric are not a sum over cases, so they give no information about the correlation.
  const { isMean } = metricNamed(metric);
  return candidate.map((score, index) => ({
    unit: `${member} ${clusters ? clusters[index]! : index}`,
    text: texts?.[index] === undefined ? undefined : `text ${texts[index]}`,
    share: weight / candidate.length,
    change: isMean ? score - before[index]! : 0,
  }));
}

/** K: the squared shares of connected units, over the squared shares of the single units. */
function sharedShare(groups: readonly (readonly Unit[])[]): number {
  const sumOf = (units: readonly Unit[]) => units.reduce((sum, { share }) => sum + share, 0);
  const together = groups.reduce((sum, group) => sum + sumOf(group) ** 2, 0);
  return together / groups.flat().reduce((sum, { share }) => sum + share ** 2, 0);
}

/**
 * Correlation in [0, 1]: the products of the changes of two units of a text, over the value they would have if all of
 * them changed equally.
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

/** Groups names that belong together; joining and finding take nearly constant time (Tarjan 1975). */
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
