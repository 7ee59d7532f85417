/**
 * What a contender scored on one suite, as the gate sees it: what was learned, what is new, and what the head answered.
 */
import { nameWithin } from '../declaration/tasks.js';
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
 * What the champion had been shown is what it can lose. Held-out rows that arrived later, also of a domain that it
 * knows, and labels that it has not learned are suites of their own: gains there must not outweigh losses here.
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
    {
      name: `${suite.suite}, new examples`,
      results: answered.filter((result) => !wasShown(suite, result, plan)),
      role: 'new',
    },
    { name: `${suite.suite}, new labels`, results: results.filter((result) => !isAnswered(result)), role: 'new' },
  ] as const;
  const kept = parts.filter((part) => part.results.length > 0);
  if (kept.length === 0) return [pairedSuite({ suite, results }, parts[0].role, uses)];
  return kept.map((part) =>
    pairedSuite({ suite: { ...suite, suite: part.name }, results: part.results }, part.role, uses),
  );
}

const isAnswered = ({ championScore }: PairedResult) => championScore !== null;

/**
 * Of holdouts: the row arrived when the champion's last training data did, or before. Of other suites every case
 * counts.
 */
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
    labels: namedWithin(suite.task, tagOf(results, 'label')),
    texts: tagOf(results, 'textHash'),
  };
}

/** [cases] with its task; cases of one label share one string. */
function namedWithin(task: string, labels: readonly string[] | null): string[] | null {
  const names = new Map(labels?.map((label) => [label, `${task}/${label}`]));
  return labels?.map((label) => names.get(label)!) ?? null;
}

/** What both sides answered to held-out examples of a task that has one label a text. */
export interface AnsweredLabels {
  /** Label -> how often the champion gave it to an example that it had been shown. */
  readonly theirs: ReadonlyMap<string, number>;
  readonly ours: ReadonlySet<string>;
}

export function answeredLabels({ suite, results }: Measured, plan: Plan): AnsweredLabels {
  const theirs = new Map<string, number>();
  const ours = new Set<string>();
  const named = (label: string) => nameWithin(plan.declaration.tasks, suite.task, label);
  for (const result of results) {
    if (result.candidateAnswer !== null) ours.add(named(result.candidateAnswer));
    if (result.championAnswer === null || !wasShown(suite, result, plan)) continue;
    theirs.set(named(result.championAnswer), (theirs.get(named(result.championAnswer)) ?? 0) + 1);
  }
  return { theirs, ours };
}

/** So many answers that all of them turned elsewhere is no chance. */
const fewestAnswers = 5;

/** What the champion answered to several held-out examples that it had been shown, and the candidate never does. */
export function silentLabels(answered: readonly AnsweredLabels[]): string[] {
  const theirs = new Map<string, number>();
  for (const one of answered)
    for (const [label, count] of one.theirs) theirs.set(label, (theirs.get(label) ?? 0) + count);
  const isGiven = (label: string) => answered.some(({ ours }) => ours.has(label));
  return [...theirs].filter(([label, count]) => count >= fewestAnswers && !isGiven(label)).map(([label]) => label);
}

/** [cases] the tag of each; null where some case has none. */
function tagOf(results: readonly PairedResult[], name: string): string[] | null {
  const values = results.flatMap(({ tags }) => tags[name] ?? []);
  return values.length === results.length ? values : null;
}

/**
 * Answers of heads to held-out examples, and of other suites those that the gate looks at: the cases of a slice that
 * the policy names, and texts out of scope.
 */
export function answersOf({ suite, results }: Measured, plan: Plan): AnsweredCase[] {
  const isFirst = plan.parentVersion === null;
  const isCut = suite.domain !== null || plan.declaration.gate!.slices.some((slice) => slice.suite === suite.suite);
  const looked = isCut ? results : results.filter(({ tags }) => tags.scope === 'out');
  return looked.map((result) => ({
    suite: suite.suite,
    isHoldout: suite.domain !== null,
    isKnown: isFirst || (suite.knownToChampion && isAnswered(result) && wasShown(suite, result, plan)),
    metric: suite.metric,
    tags: result.tags,
    cluster: result.cluster,
    champion:
      result.championScore === null ? null : { score: result.championScore, confidence: result.championConfidence },
    candidate: { score: result.candidateScore, confidence: result.candidateConfidence },
  }));
}
