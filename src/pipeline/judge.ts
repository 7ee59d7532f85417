/** Makes the report of each contender of a run from stored rows alone, lets the gate judge it, and chooses. */
import { groupBy } from '../core/grouping.js';
import { type Domain, domainKey } from '../core/tasks.js';
import { type AccuracyMatrix, continualMetrics } from '../evaluation/continual.js';
import { mean } from '../evaluation/metrics.js';
import { clusterNames } from '../evaluation/score-suite.js';
import { chooseContender } from '../gate/field.js';
import { judge } from '../gate/gate.js';
import type { PairedSuite, SuiteRole } from '../gate/paired.js';
import type { DomainChange, Report } from '../gate/report.js';
import type { AnsweredCase } from '../gate/slices.js';
import { summarise } from '../gate/verdict.js';
import { listParents } from '../store/candidates.js';
import { saveReports } from '../store/contenders.js';
import type { Queries } from '../store/database.js';
import { countEarlierUses, type JudgedSuite, listJudgedSuites, listSuitesOfVersion } from '../store/eval-suites.js';
import { listDomainAccuracies, listResults, type PairedResult } from '../store/results.js';
import type { Evaluated, Plan } from './context.js';
import { noteLabelSets } from './label-set-note.js';
import { countRefusals } from './refusals.js';
import { holdoutPrefix } from './suites.js';

export interface JudgedContender {
  readonly strategy: string;
  readonly report: Report;
}

interface Verdicts {
  /** The one to propose. */
  readonly chosen: JudgedContender;
  readonly save: (queries: Queries) => Promise<void>;
}

/** What a run is judged by, beside the rows that it stored. */
export interface RunToJudge {
  readonly id: number;
  readonly plan: Plan;
  readonly evaluated: Evaluated;
  readonly strategies: readonly string[];
}

/** Each contender on the same cases, by the same gate, from its stored results. */
export async function judgeField(queries: Queries, run: RunToJudge): Promise<Verdicts> {
  const judged = await judgeContenders(queries, run);
  const ranked = judged.map(({ strategy, report }) => ({ strategy, report, ...report.continual, verdict: report.verdict }));
  const { strategy, report } = chooseContender(ranked)!;
  return { chosen: { strategy, report }, save: (saving) => saveReports(saving, run.id, judged, strategy) };
}

export async function judgeContenders(queries: Queries, { id, plan, evaluated, strategies }: RunToJudge): Promise<JudgedContender[]> {
  const { declaration, parentVersion } = plan;
  const suites = await listJudgedSuites(queries, id);
  const uses = await countEarlierUses(queries, declaration.name, id);
  const before = parentVersion === null ? [] : await listSuitesOfVersion(queries, declaration.name, parentVersion);
  const asked = new Set(suites.map(({ suite }) => suite));
  const missing = before.filter(({ suite, domain }) => domain === null && !asked.has(suite)).map(({ suite }) => suite);
  const ancestors = await listAncestors(queries, plan);
  const refusals = await countRefusals(queries, declaration.name, parentVersion, id);
  const judged: JudgedContender[] = [];
  for (const strategy of strategies) {
    const results = groupBy(await listResults(queries, id, strategy), ({ suite }) => suite);
    const measured = suites.map((suite) => ({ suite, results: results.get(suite.suite) ?? [] }));
    const isFirst = parentVersion === null;
    const pairs = measured.flatMap((one) => pairedSuites(one, { isFirst, uses: uses.get(one.suite.suite) ?? 0 }));
    const domains = measured.flatMap((one) => domainChange(one, isFirst));
    const answers = measured.flatMap((one) => answersOf(one, isFirst));
    const judgement = judge(
      {
        ...{ suites: pairs, answers, missing, field: strategies.length, refusals },
        ...{ cost: evaluated.costs[strategy]!, lostClasses: evaluated.lostClasses[strategy]! },
      },
      declaration.gate!,
      declaration.training.seed,
    );
    const notes = [...judgement.notes, ...measured.flatMap(({ suite, results: own }) => noteLabelSets(suite, own))];
    const continual = continualMetrics(matrixOf(ancestors, domains));
    judged.push({ strategy, report: { ...summarise(judgement, declaration.gate!), ...judgement, notes, domains, continual } });
  }
  return judged;
}

interface Measured {
  readonly suite: JudgedSuite;
  readonly results: readonly PairedResult[];
}

/** Where the champion knows but a part of the labels, what it does not know is a suite of its own: gains there must not outweigh losses here. */
function pairedSuites({ suite, results }: Measured, { isFirst, uses }: { isFirst: boolean; uses: number }): PairedSuite[] {
  if (isFirst) return [pairedSuite({ suite, results }, 'judged', uses)];
  if (suite.domain !== null && !suite.knownToChampion) return [pairedSuite({ suite, results }, 'new', uses)];
  const [known, fresh] = [results.filter(isAnswered), results.filter((result) => !isAnswered(result))];
  const role = suite.domain === null ? 'judged' : 'earlier';
  const parts = [pairedSuite({ suite, results: known }, role, uses)];
  if (fresh.length === 0) return parts;
  const renamed = { ...suite, suite: `${suite.suite}, new labels` };
  return [...(known.length > 0 ? parts : []), pairedSuite({ suite: renamed, results: fresh }, 'new', uses)];
}

const isAnswered = ({ championScore }: PairedResult) => championScore !== null;

function pairedSuite({ suite, results }: Measured, role: SuiteRole, uses: number): PairedSuite {
  const { metric, family, chance, leftOut } = suite;
  const isFirst = !results.some(isAnswered) && role !== 'new';
  return {
    ...{ name: suite.suite, metric, family, chance, leftOut, uses, role },
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

/** [cases] the tag of each; null where some case has none. */
function tagOf(results: readonly PairedResult[], name: string): string[] | null {
  const values = results.flatMap(({ tags }) => tags[name] ?? []);
  return values.length === results.length ? values : null;
}

/** Answers of heads to held-out examples, and to suites that ask them. */
function answersOf({ suite, results }: Measured, isFirst: boolean): AnsweredCase[] {
  return results.map((result) => ({
    suite: suite.suite,
    isHoldout: suite.domain !== null,
    isKnown: isFirst || (suite.knownToChampion && isAnswered(result)),
    metric: suite.metric,
    tags: result.tags,
    cluster: result.cluster,
    champion: result.championScore === null ? null : { score: result.championScore, confidence: result.championConfidence },
    candidate: { score: result.candidateScore, confidence: result.candidateConfidence },
  }));
}

function domainChange({ suite: { suite, task, domain }, results }: Measured, isFirst: boolean): DomainChange[] {
  if (domain === null) return [];
  const shown = suite.slice(holdoutPrefix.length);
  const champion = isFirst ? null : mean(results.map(({ championScore }) => championScore ?? 0));
  const candidate = mean(results.map(({ candidateScore }) => candidateScore));
  return [{ domain: shown, learned: { task, domain }, cases: results.length, champion, candidate }];
}

type AccuracyOf = (learned: Domain) => number | undefined;

/** Of the champion's ancestors and itself, oldest first. */
async function listAncestors(queries: Queries, { declaration, parentVersion }: Plan): Promise<AccuracyOf[]> {
  const stored = await listDomainAccuracies(queries, declaration.name);
  const parents = await listParents(queries, declaration.name);
  const lineage: number[] = [];
  for (let version = parentVersion; version !== null; version = parents.get(version) ?? null) lineage.unshift(version);
  return lineage.map(
    (version) => (learned) => stored.find((row) => row.version === version && domainKey(row) === domainKey(learned))?.accuracy,
  );
}

function matrixOf(ancestors: readonly AccuracyOf[], domains: readonly DomainChange[]): AccuracyMatrix {
  return [...ancestors.map((accuracyOf) => domains.map(({ learned }) => accuracyOf(learned))), domains.map(({ candidate }) => candidate)];
}
