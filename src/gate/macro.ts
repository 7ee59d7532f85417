/** Macro accuracy: the mean recall of the labels, so that a rare label counts as much as a common one. */
import type { Comparison } from './compare.js';
import type { Judged, RowSettings } from './judged.js';
import type { PairedSuite } from './paired.js';
import { pairedBootstrap, pairedBootstrapOfMean } from './statistics/bootstrap.js';
import { tangoBounds } from './statistics/tango.js';

export const macroMetric = 'macro accuracy';
const rowName = 'holdout/earlier labels';

/** With fewer cases, the recall of a label depends more on the sample than on the label. */
const leastCases = 5;

interface LabelledCases {
  readonly champion: readonly number[] | null;
  readonly candidate: readonly number[];
  readonly clusters: readonly string[];
  /** [cases] Number of cases with the same label, by which the label's recall is divided. */
  readonly sizes: readonly number[];
  readonly labels: number;
}

/**
 * The macro accuracy on held-out examples that the champion had been shown or, without a champion, on all of them.
 * Empty if fewer than two labels have 5 cases. It is judged as "not shown worse" unless the policy has a margin.
 *
 * The difference is a weighted mean of the cases' differences, each weighing 1 / (labels x cases of its label), so that
 * the paired bootstrap of a mean is valid, with clusters drawn whole and the labels' sizes treated as fixed. It costs
 * 10,000 draws of as many clusters as there are.
 */
export function compareMacro(suites: readonly PairedSuite[], settings: RowSettings): Judged[] {
  const members = suites.filter(isCounted);
  const cases = gather(members);
  if (cases.labels < 2) return [];
  const { macro } = settings.policy;
  const { candidate, champion } = cases;
  const value = candidate.reduce((sum, score, index) => sum + score * weightOf(cases, index), 0) / candidate.length;
  const lower = () => lowerBound(cases, settings);
  const limits =
    champion === null
      ? { floor: macro?.floor }
      : {
          floor: macro?.floor,
          margin: macro?.margin,
          marginRule: 'macro' as const,
          watch: macro?.margin === undefined,
        };
  const toChampion = champion === null ? undefined : compare(cases, champion, settings);
  return [
    {
      name: rowName,
      scope: 'whole',
      metric: macroMetric,
      suites: members,
      limits,
      toChampion,
      toAnchor: undefined,
      score: { value, lower },
    },
  ];
}

/** Holdouts of single-label examples that are scored right or wrong. */
function isCounted({ name, role, metric, champion, labels }: PairedSuite): boolean {
  const isHoldout = role === 'earlier' || (role === 'judged' && champion === null && name.startsWith('holdout/'));
  return isHoldout && metric === 'accuracy' && !!labels;
}

function gather(members: readonly PairedSuite[]): LabelledCases {
  const sizes = new Map<string, number>();
  for (const label of members.flatMap(({ labels }) => labels!)) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const isLarge = (label: string) => sizes.get(label)! >= leastCases;
  const pick = <T>(values: (member: PairedSuite) => readonly T[]) =>
    members.flatMap((member) => values(member).filter((_, index) => isLarge(member.labels![index]!)));
  const isFirst = members.some(({ champion }) => champion === null);
  return {
    champion: isFirst ? null : pick(({ champion }) => champion!),
    candidate: pick(({ candidate }) => candidate),
    clusters: pick(clusterNames),
    sizes: pick(({ labels }) => labels!.map((label) => sizes.get(label)!)),
    labels: [...sizes.values()].filter((size) => size >= leastCases).length,
  };
}

/** Cases with the same text form a cluster, as do cases of one declared cluster. */
function clusterNames({ name, candidate, clusters, texts }: PairedSuite): string[] {
  return candidate.map((_, index) =>
    clusters ? `${name} ${clusters[index]!}` : (texts?.[index] ?? `${name} ${index}`),
  );
}

/** Weight of a case, 1 on average. */
const weightOf = ({ candidate, sizes, labels }: LabelledCases, index: number) =>
  candidate.length / (labels * sizes[index]!);

function compare(cases: LabelledCases, champion: readonly number[], { certainty, seed }: RowSettings): Comparison {
  const { candidate, clusters } = cases;
  const differences = candidate.map((score, index) => (score - champion[index]!) * weightOf(cases, index));
  const sample = pairedBootstrapOfMean(differences, { confidences: certainty.bounds, seed: [seed, 'macro'], clusters });
  const before = champion.reduce((sum, score, index) => sum + score * weightOf(cases, index), 0) / champion.length;
  const { observed: difference, lower, upper, worse, better, variance } = sample;
  const after = before + difference;
  const sides = { before, after, difference, worse, better, flips: null };
  if (variance > 0 || difference !== 0)
    return { ...sides, lower, upper, outcome: { cases: candidate.length, difference, variance } };
  // No drawn case differs, so the bounds are those of answers without a flip, for the effective number of the weighted
  // cases (Kish 1965).
  const shares = candidate.map((_, index) => weightOf(cases, index));
  const unflipped = {
    cases: candidate.length ** 2 / shares.reduce((sum, share) => sum + share ** 2, 0),
    gained: 0,
    lost: 0,
  };
  return { ...sides, ...tangoBounds(unflipped, certainty.bounds), outcome: unflipped };
}

function lowerBound(cases: LabelledCases, { certainty, seed }: RowSettings): number {
  const weighted = cases.candidate.map((score, index) => score * weightOf(cases, index));
  const shares = cases.candidate.map((_, index) => weightOf(cases, index));
  const statistic = (weights: Float64Array) => {
    let [sum, total] = [0, 0];
    for (let index = 0; index < weights.length; index++) {
      sum += weights[index]! * weighted[index]!;
      total += weights[index]! * shares[index]!;
    }
    return sum / total;
  };
  const options = {
    confidences: certainty.bounds,
    seed: [seed, 'macro floor'],
    clusters: cases.clusters,
    range: { lower: 0, upper: 1 },
  };
  return pairedBootstrap(cases.candidate.length, statistic, options).lower;
}
