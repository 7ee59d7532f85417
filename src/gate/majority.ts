/**
 * Compares each task on its held-out examples with the simplest baseline: always the label that is commonest among the
 * learned examples. A first version, which has no champion to be compared with, must be shown to be above it.
 */
import { groupBy } from '../core/grouping.js';
import { accuracy } from '../evaluation/metrics/means.js';
import type { Comparison } from './compare.js';
import { casesNeeded, compareSuite } from './compare.js';
import type { RowSettings } from './judged.js';
import type { PairedSuite } from './paired.js';
import type { Finding, LabelRecall, TaskReport } from './report.js';
import { points } from './rules.js';
import { clustersOf } from './slices.js';

/** A held-out example of a single-label task. */
export interface TaskCase {
  readonly suite: string;
  readonly label: string;
  readonly cluster: string | null;
  /** 1 if the candidate is right. */
  readonly score: number;
}

export interface TaskAnswers {
  readonly task: string;
  /** Each label that the candidate learned, and the number of examples it was learned from. */
  readonly learned: readonly { readonly label: string; readonly examples: number }[];
  readonly cases: readonly TaskCase[];
  /** Whether this is a first version, which is judged by the comparison; with a champion it is only shown. */
  readonly isFirst: boolean;
}

/** Covers tasks that have learned something and have a held-out example. */
export function compareWithMajority(tasks: readonly TaskAnswers[], settings: RowSettings): TaskReport[] {
  return tasks
    .map((task) => ({ ...task, cases: task.cases.filter(({ score }) => Number.isFinite(score)) }))
    .filter(({ learned, cases }) => learned.length > 0 && cases.length > 0)
    .map((task) => reportOf(task, settings));
}

function reportOf({ task, learned, cases, isFirst }: TaskAnswers, settings: RowSettings): TaskReport {
  // Ties go to the label that was learned first.
  const { label: majority } = learned.reduce((most, one) => (one.examples > most.examples ? one : most));
  const comparison = compare(task, majority, cases, settings);
  const recalls = recallsOf(cases);
  const held = new Set(recalls.map(({ label }) => label));
  const { before: baseline, after: candidate, difference, lower, upper } = comparison;
  return {
    ...{ task, majority, cases: cases.length, labels: learned.length, baseline, candidate, difference, lower, upper },
    macro: recalls.reduce((sum, { right, cases: of }) => sum + right / of, 0) / recalls.length,
    worst: recalls.filter(({ right, cases: of }) => right < of).slice(0, mostNamed),
    unheld: learned.filter(({ label }) => !held.has(label)).map(({ label }) => label),
    findings: isFirst && settings.policy.majority ? [judgeMajority(comparison, cases.length, majority, settings)] : [],
  };
}

const mostNamed = 3;

function compare(
  task: string,
  majority: string,
  cases: readonly TaskCase[],
  { seed, certainty }: RowSettings,
): Comparison {
  const clusters = clustersOf(cases);
  const suite: PairedSuite = {
    ...{
      name: `majority of ${task}`,
      metric: accuracy.name,
      family: 'majority',
      chance: 0,
      gold: [],
      clusters,
      champion: null,
    },
    ...{ anchor: null, role: 'judged', leftOut: 0, uses: 0, candidate: cases.map(({ score }) => score) },
  };
  const constant = cases.map(({ label }) => Number(label === majority));
  return compareSuite(suite, constant, { confidences: certainty.bounds, seed: [seed, 'majority', task] });
}

/** Lowest recall first; ties by number of cases, then by name. */
function recallsOf(cases: readonly TaskCase[]): LabelRecall[] {
  const share = ({ right, cases: of }: LabelRecall) => right / of;
  return [...groupBy(cases, ({ label }) => label)]
    .map(([label, own]) => ({ label, right: own.filter(({ score }) => score === 1).length, cases: own.length }))
    .sort((a, b) => share(a) - share(b) || b.cases - a.cases || (a.label < b.label ? -1 : 1));
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function judgeMajority(comparison: Comparison, cases: number, majority: string, { certainty }: RowSettings): Finding {
  const { before, after, lower, upper, difference } = comparison;
  const finding = { rule: 'majority', value: lower, limit: 0, needed: null } as const;
  const sides = `${percent(after)} of ${cases} held-out cases are right, and always "${majority}" would have ${percent(before)}`;
  if (lower > 0)
    return { ...finding, verdict: 'pass', reason: `above the commonest label by at least ${points(lower)}: ${sides}` };
  if (upper < 0) return { ...finding, verdict: 'fail', reason: `shown under the commonest label: ${sides}` };
  const decision = casesNeeded(comparison, { margin: 0, confidences: certainty.bounds, shown: certainty.alpha });
  const isHopeful = decision !== null && decision.verdict === 'not-inferior' && difference > 0;
  const advice = isHopeful
    ? `at this rate about ${decision.cases} held-out cases would show it above`
    : 'more cases like these would not show it above; bring examples of the other labels';
  const reason = `not shown above the commonest label: ${sides}; ${advice}`;
  return { ...finding, verdict: 'inconclusive', reason, needed: isHopeful ? decision.cases : null };
}
