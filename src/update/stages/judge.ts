/** Makes the report of each contender of a run from stored rows alone, lets the gate judge it, and chooses. */
import { groupBy } from '../../core/grouping.js';
import { noteCoverage } from '../../encoder/coverage.js';
import { continualMetricsOnSameCases, type DomainHistory } from '../../evaluation/continual.js';
import { mean } from '../../evaluation/metrics.js';
import { chooseContender } from '../../gate/field.js';
import { judge } from '../../gate/gate.js';
import type { DomainChange, Report, UnchangedSuite } from '../../gate/report.js';
import { describeUnknown, type UnknownReport } from '../../gate/unknown.js';
import { summarise } from '../../gate/verdict.js';
import { saveReports } from '../../store/contenders.js';
import type { Queries, Transaction } from '../../store/database.js';
import { countEarlierUses, type JudgedSuite, listJudgedSuites, listSuitesOfVersion } from '../../store/eval-suites.js';
import { type LineageScore, listLineageScores, listResults, type PairedResult } from '../../store/results.js';
import { answersPrefix, aspectOf, holdoutPrefix, isMadeOfHoldout } from '../asked-suite.js';
import type { Evaluated, Plan } from '../context.js';
import { noteLabelChanges } from '../label-changes.js';
import { noteLabelSets } from '../label-set-note.js';
import { readLineage } from '../lineage.js';
import { answersOf, type Measured, pairedSuites, silentLabels } from '../measured.js';
import { newLabelCost } from '../new-label-cost.js';
import { countRefusals } from '../refusals.js';
import { taskAnswers } from '../task-answers.js';

export interface JudgedContender {
  readonly strategy: string;
  readonly report: Report;
}

interface Verdicts {
  /** The one to propose. */
  readonly chosen: JudgedContender;
  readonly save: (transaction: Transaction) => Promise<void>;
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
  const missing = before.filter((one) => !asked.has(one.suite) && isMissed(one.suite, declaration)).map(({ suite }) => suite);
  const history = await readHistory(queries, plan, suites);
  const refusals = await countRefusals(queries, declaration.name, parentVersion, id);
  const judged: JudgedContender[] = [];
  for (const strategy of strategies) {
    const results = groupBy(await listResults(queries, id, strategy), ({ suite }) => suite);
    const all = suites.map((suite) => ({ suite, results: results.get(suite.suite) ?? [] }));
    const measured = all.filter((one) => !isUnchanged(one, evaluated));
    const domains = measured.flatMap((one) => domainChange(one, plan));
    const judgement = judge(
      {
        suites: measured.flatMap((one) => pairedSuites(one, plan, uses.get(one.suite.suite) ?? 0)),
        answers: measured.flatMap((one) => answersOf(one, plan)),
        silentLabels: silentLabels(measured, plan),
        tasks: taskAnswers(measured, plan, evaluated),
        ...(evaluated.labels && { holdout: { fraction: declaration.holdout.fraction, labels: evaluated.labels[strategy]! } }),
        ...{ missing, field: plan.field.length, refusals },
        ...{ cost: evaluated.costs[strategy]!, lostClasses: evaluated.lostClasses[strategy]! },
      },
      declaration.gate!,
      declaration.training.seed,
    );
    const report: Report = {
      ...summarise(judgement, declaration.gate!),
      ...judgement,
      notes: [
        ...judgement.notes,
        ...noteLabelChanges(plan, evaluated),
        ...noteCoverage(evaluated.coverage),
        ...measured.flatMap(({ suite, results: own }) => noteLabelSets(suite, own)),
      ],
      unchanged: all.filter((one) => isUnchanged(one, evaluated)).map(({ suite }) => unchangedSuite(suite, evaluated)),
      unknown: unknownOf(measured, declaration),
      newLabels: newLabelCost(measured, plan, evaluated),
      domains,
      continual: continualMetricsOnSameCases(measured.flatMap((one) => domainHistory(one, history))),
    };
    judged.push({ strategy, report });
  }
  return judged;
}

/** Suites made of held-out examples come and go with them, and with the number of tasks; that somebody turned them off must be seen. */
function isMissed(suite: string, { answers }: Plan['declaration']): boolean {
  if (!isMadeOfHoldout(suite)) return true;
  return suite.startsWith(answersPrefix) && Object.entries(answers).some(([name, value]) => name === aspectOf(suite) && value === false);
}

/** No contender could change it, so that nobody was asked. */
function isUnchanged({ suite, results }: Measured, { encoderScores }: Evaluated): boolean {
  return results.length === 0 && suite.examines === 'encoder' && Object.hasOwn(encoderScores, suite.suite);
}

function unchangedSuite({ suite, version, metric }: JudgedSuite, { encoderScores }: Evaluated): UnchangedSuite {
  return { suite, version, metric, score: encoderScores[suite]! };
}

function domainChange({ suite: { suite, task, domain }, results }: Measured, { parentVersion }: Plan): DomainChange[] {
  if (domain === null) return [];
  const shown = suite.slice(holdoutPrefix.length);
  const champion = parentVersion === null ? null : mean(results.map(({ championScore }) => championScore ?? 0));
  const candidate = mean(results.map(({ candidateScore }) => candidateScore));
  return [{ domain: shown, learned: { task, domain }, cases: results.length, champion, candidate }];
}

/** By task that is told apart by one label: how sure the head is of held-out texts, and of texts that are out of scope. */
function unknownOf(measured: readonly Measured[], { tasks, answers }: Plan['declaration']): UnknownReport[] {
  return tasks.flatMap(({ name: task, multiLabel }) => {
    if (multiLabel) return [];
    const own = measured.filter(({ suite }) => suite.task === task);
    const inScope = own.flatMap(({ suite, results }) => (suite.domain === null ? [] : confidencesOf(results)));
    const outOfScope = own.flatMap(({ results }) => confidencesOf(results.filter(({ tags }) => tags.scope === 'out')));
    return inScope.length === 0 ? [] : [describeUnknown({ task, inScope, outOfScope }, answers.refuse)];
  });
}

const confidencesOf = (results: readonly PairedResult[]) => results.flatMap(({ candidateConfidence }) => candidateConfidence ?? []);

/** By holdout: the scores of the champion and its ancestors, the oldest first. */
type History = ReadonlyMap<string, readonly LineageScore[]>;

async function readHistory(queries: Queries, plan: Plan, suites: readonly JudgedSuite[]): Promise<History> {
  const versions = await readLineage(queries, plan);
  const history = new Map<string, LineageScore[]>();
  for (const { suite, version, domain } of versions.length === 0 ? [] : suites) {
    if (domain === null) continue;
    const asked = { adapter: plan.declaration.name, versions, suite, suiteVersion: version };
    history.set(suite, await listLineageScores(queries, asked));
  }
  return history;
}

/** Each earlier version beside the candidate, on the cases that both have answered. */
function domainHistory({ suite, results }: Measured, history: History): DomainHistory[] {
  if (suite.domain === null) return [];
  const ours = new Map(results.map(({ caseId, candidateScore }) => [caseId, candidateScore]));
  const byVersion = groupBy(
    (history.get(suite.suite) ?? []).filter(({ caseId }) => ours.has(caseId)),
    ({ version }) => version,
  );
  const earlier = [...byVersion.values()].map((scores) => ({
    before: mean(scores.map(({ score }) => score)),
    after: mean(scores.map(({ caseId }) => ours.get(caseId)!)),
  }));
  return [{ now: mean([...ours.values()]), earlier }];
}
