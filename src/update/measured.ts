/**
 * Converts a contender's results on one suite to the form the gate reads: what was learned, what is new, and the head's
 * answers.
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
 * The champion can lose only what it had been shown. Held-out rows that arrived later, even in a domain that it knows,
 * and labels that it has not learned form suites of their own, since gains there must not outweigh losses here.
 */
export function pairedSuites({ suite, results }: Measured, plan: Plan, uses: number): PairedSuite[] {
  if (plan.parentVersion === null) return [pairedSuite({ suite, results }, 'judged', uses)];
  if (suite.domain !== null && !suite.knownToChampion) return [pairedSuite({ suite, results }, 'new', uses)];
  const answered = results.filter(isAnswered);
  // For a champion on another encoder some suites have no recorded score: they are judged as for a first version.
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
 * For a holdout: whether the row arrived no later than the champion's last training data. In other suites every case
 * counts.
 */
export function wasShown({ domain }: JudgedSuite, { caseId, tags }: PairedResult, { afterExample }: Plan): boolean {
  // Results stored before arrivals had their own numbers use the example's id, which equalled its arrival number then.
  return domain === null || Number(tags.arrival ?? caseId) <= afterExample;
}

function pairedSuite({ suite, results }: Measured, role: SuiteRole, uses: number): PairedSuite {
  const { metric, family, chance, leftOut } = suite;
  const isFirst = !results.some(isAnswered) && role !== 'new';
  return {
    ...{ name: suite.suite, metric, family, chance, leftOut, uses, role, examines: suite.examines },
    // A version that does not know the label cannot answer right.
    champion: isFirst ? null : results.map(({ championScore }) => championScore ?? 0),
    anchor: suite.knownToAnchor ? results.map(({ anchorScore }) => anchorScore) : null,
    candidate: results.map(({ candidateScore }) => candidateScore),
    gold: results.flatMap(({ gold }) => gold ?? []),
    clusters: clusterNames(results),
    labels: namedWithin(suite.task, tagOf(results, 'label')),
    texts: tagOf(results, 'textHash'),
  };
}

/** [cases] Label with its task; cases of one label share one string. */
function namedWithin(task: string, labels: readonly string[] | null): string[] | null {
  const names = new Map(labels?.map((label) => [label, `${task}/${label}`]));
  return labels?.map((label) => names.get(label)!) ?? null;
}

/** The answers of both sides to held-out examples of a single-label task. */
export interface AnsweredLabels {
  /** Label -> number of examples shown to the champion that it answers with the label. */
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

/** With this many answers, losing all of them is not chance. */
const fewestAnswers = 5;

/** Labels that the champion gave to several held-out examples it had been shown, and the candidate never gives. */
export function silentLabels(answered: readonly AnsweredLabels[]): string[] {
  const theirs = new Map<string, number>();
  for (const one of answered)
    for (const [label, count] of one.theirs) theirs.set(label, (theirs.get(label) ?? 0) + count);
  const isGiven = (label: string) => answered.some(({ ours }) => ours.has(label));
  return [...theirs].filter(([label, count]) => count >= fewestAnswers && !isGiven(label)).map(([label]) => label);
}

/** [cases] The tag of each case; null if some case lacks it. */
function tagOf(results: readonly PairedResult[], name: string): string[] | null {
  const values = results.flatMap(({ tags }) => tags[name] ?? []);
  return values.length === results.length ? values : null;
}

/**
 * Answers of heads to held-out examples. Other suites contribute only what the gate reads: the cases of a slice that
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
