/** What a contender scored on one suite, as the gate sees it: what was learned, what is new, and what the head answered. */
import { multiLabelNames, nameWithin } from '../declaration/tasks.js';
import { clusterNames } from '../evaluation/score-suite.js';
import type { PairedSuite, SuiteRole } from '../gate/paired.js';
import type { AnsweredCase } from '../gate/slices.js';
import type { JudgedSuite } from '../store/eval-suites.js';
import type { PairedResult } from '../store/results.js';
import type { Plan } from './context.js';

export interface Measured {
  readonly suite: JudgedSuite;
  readonly results: readonly PairedResult[];
}

/**
 * What the champion had been shown is what it can lose. Held-out rows that arrived later, also of a domain that it knows, and labels that it has
 * not learned are suites of their own: gains there must not outweigh losses here.
 */
export function pairedSuites({ suite, results }: Measured, plan: Plan, uses: number): PairedSuite[] {
  if (plan.parentVersion === null) return [pairedSuite({ suite, results }, 'judged', uses)];
  if (suite.domain !== null && !suite.knownToChampion) return [pairedSuite({ suite, results }, 'new', uses)];
  const answered = results.filter(isAnswered);
  // Of a champion on another encoder some suites have no recorded score: they are judged as those of a first version.
  if (plan.reencode && answered.length === 0) return [pairedSuite({ suite, results }, 'judged', uses)];
  const parts = [
    {
      name: suite.suite,
      results: answered.filter((result) => wasShown(suite, result, plan)),
      role: suite.domain === null ? 'judged' : 'earlier',
    },
    { name: `${suite.suite}, new examples`, results: answered.filter((result) => !wasShown(suite, result, plan)), role: 'new' },
    { name: `${suite.suite}, new labels`, results: results.filter((result) => !isAnswered(result)), role: 'new' },
  ] as const;
  const kept = parts.filter((part) => part.results.length > 0);
  if (kept.length === 0) return [pairedSuite({ suite, results }, parts[0].role, uses)];
  return kept.map((part) => pairedSuite({ suite: { ...suite, suite: part.name }, results: part.results }, part.role, uses));
}

const isAnswered = ({ championScore }: PairedResult) => championScore !== null;

/** Of holdouts: the row arrived when the champion's last training data did, or before. Of other suites every case counts. */
export function wasShown({ domain }: JudgedSuite, { caseId, tags }: PairedResult, { afterExample }: Plan): boolean {
  // Results that were stored before arrivals had numbers of their own name the example's id, which was its number then.
  return domain === null || Number(tags.arrival ?? caseId) <= afterExample;
}

function pairedSuite({ suite, results }: Measured, role: SuiteRole, uses: number): PairedSuite {
  const { metric, family, chance, leftOut } = suite;
  const isFirst = !results.some(isAnswered) && role !== 'new';
  return {
    ...{ name: suite.suite, metric, family, chance, leftOut, uses, role, examines: suite.examines },
    // What knows no such label has no right answer.
    champion: isFirst ? null : results.map(({ championScore }) => championScore ?? 0),
    anchor: suite.knownToAnchor ? results.map(({ anchorScore }) => anchorScore) : null,
    candidate: results.map(({ candidateScore }) => candidateScore),
    gold: results.flatMap(({ gold }) => gold ?? []),
    clusters: clusterNames(results),
    labels: tagOf(results, 'label')?.map((label) => `${suite.task}/${label}`) ?? null,
    texts: tagOf(results, 'textHash'),
  };
}

/** So many answers that all of them turned elsewhere is no chance. */
const fewestAnswers = 5;

/** Of tasks with one label a text: what the champion answered to several held-out examples that it had been shown, and the candidate never does. */
export function silentLabels(measured: readonly Measured[], plan: Plan): string[] {
  if (plan.parentVersion === null) return [];
  const multiLabel = multiLabelNames(plan.declaration.tasks);
  const own = measured.filter(({ suite }) => suite.domain !== null && !multiLabel.has(suite.task));
  const theirs = new Map<string, number>();
  const ours = new Set<string>();
  for (const { suite, results } of own)
    for (const result of results) {
      const named = (label: string) => nameWithin(plan.declaration.tasks, suite.task, label);
      if (result.candidateAnswer !== null) ours.add(named(result.candidateAnswer));
      if (result.championAnswer === null || !wasShown(suite, result, plan)) continue;
      theirs.set(named(result.championAnswer), (theirs.get(named(result.championAnswer)) ?? 0) + 1);
    }
  return [...theirs].filter(([label, count]) => count >= fewestAnswers && !ours.has(label)).map(([label]) => label);
}

/** [cases] the tag of each; null where some case has none. */
function tagOf(results: readonly PairedResult[], name: string): string[] | null {
  const values = results.flatMap(({ tags }) => tags[name] ?? []);
  return values.length === results.length ? values : null;
}

/** Answers of heads to held-out examples, and to suites that ask them. */
export function answersOf({ suite, results }: Measured, plan: Plan): AnsweredCase[] {
  const isFirst = plan.parentVersion === null;
  return results.map((result) => ({
    suite: suite.suite,
    isHoldout: suite.domain !== null,
    isKnown: isFirst || (suite.knownToChampion && isAnswered(result) && wasShown(suite, result, plan)),
    metric: suite.metric,
    tags: result.tags,
    cluster: result.cluster,
    champion: result.championScore === null ? null : { score: result.championScore, confidence: result.championConfidence },
    candidate: { score: result.candidateScore, confidence: result.candidateConfidence },
  }));
}
