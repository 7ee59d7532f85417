/** Makes the report of each contender of a run from stored rows alone, lets the gate judge it, and chooses the best. */

import { noteCoverage } from '../../encoder/coverage.js';
import { continualMetricsOnSameCases } from '../../evaluation/continual.js';
import { chooseContender } from '../../gate/field.js';
import type { Judgement } from '../../gate/gate.js';
import { judgeRequest, task as judging } from '../../gate/judge-task.js';
import type { Report } from '../../gate/report.js';
import { describeUnknown, type UnknownReport } from '../../gate/unknown.js';
import { summarise } from '../../gate/verdict.js';
import { saveReports } from '../../store/contenders.js';
import type { Queries, Transaction } from '../../store/database.js';
import {
  countEarlierUses,
  type JudgedSuite,
  listStoredSuites,
  listSuitesOfVersion,
  type StoredSuite,
} from '../../store/eval-suites.js';
import { type LineageScore, listLineageScores } from '../../store/past-results.js';
import { isSameSeal, type PairedResult, readResults } from '../../store/results.js';
import { type OnChanged, refuseChanged } from '../../store/sealed-row.js';
import type { TaskRunner } from '../../work/task.js';
import { answersPrefix, aspectOf, isMadeOfHoldout } from '../asked-suite.js';
import type { Evaluated, Plan } from '../context.js';
import { noteLabelChanges } from '../label-changes.js';
import { readLineage } from '../lineage.js';
import { silentLabels } from '../measured.js';
import { newLabelCost } from '../new-label-cost.js';
import { noteCorrections } from '../note-corrections.js';
import { countRefusals } from '../refusals.js';
import { evidenceOf, type SuiteEvidence } from '../suite-evidence.js';
import { taskAnswers } from '../task-answers.js';

export interface JudgedContender {
  readonly strategy: string;
  readonly report: Report;
}

interface Verdicts {
  /** The contender to propose. */
  readonly chosen: JudgedContender;
  readonly save: (transaction: Transaction) => Promise<void>;
}

/** The inputs of a verdict besides the stored results. */
export interface RunToJudge {
  readonly id: number;
  readonly plan: Plan;
  readonly evaluated: Evaluated;
  readonly strategies: readonly string[];
}

/** The store and the worker thread that judging uses. */
export interface JudgeSite {
  readonly queries: Queries;
  readonly work: TaskRunner;
  readonly signal?: AbortSignal | undefined;
}

/** Judges each contender on the same cases, by the same gate, from its stored results. */
export async function judgeField(site: JudgeSite, run: RunToJudge): Promise<Verdicts> {
  const judged = await judgeContenders(site, run);
  const ranked = judged.map(({ strategy, report }) => ({
    strategy,
    report,
    ...report.continual,
    verdict: report.verdict,
  }));
  const { strategy, report } = chooseContender(ranked)!;
  return { chosen: { strategy, report }, save: (saving) => saveReports(saving, run.id, judged, strategy) };
}

/**
 * @param onChanged called for stored rows that differ from what was written; without it they are refused
 * @throws STORE_CORRUPT, INTERRUPTED
 */
export async function judgeContenders(
  site: JudgeSite,
  run: RunToJudge,
  onChanged: OnChanged = refuseChanged,
): Promise<JudgedContender[]> {
  const { queries, work } = site;
  work.prepare(judging);
  const { id, plan, evaluated, strategies } = run;
  const { declaration, parentVersion } = plan;
  const suites = await listStoredSuites(queries, id);
  const uses = await countEarlierUses(queries, declaration.name, id);
  const before = parentVersion === null ? [] : await listSuitesOfVersion(queries, declaration.name, parentVersion);
  const asked = new Set(suites.map(({ suite }) => suite));
  const missing = before
    .filter((one) => !asked.has(one.suite) && isMissed(one.suite, declaration))
    .map(({ suite }) => suite);
  const refusals = await countRefusals(queries, declaration.name, parentVersion, id);
  const lineage = await readLineage(queries, plan);
  const judged: JudgedContender[] = [];
  for (const strategy of strategies) {
    const evidence: SuiteEvidence[] = [];
    for (const suite of suites) {
      const results = await readSealed(queries, id, { contender: strategy, suite }, onChanged);
      const sources = {
        plan,
        evaluated,
        uses: uses.get(suite.suite) ?? 0,
        history: await readHistory(queries, plan, lineage, suite),
      };
      evidence.push(evidenceOf({ suite, results }, sources));
    }
    judged.push({ strategy, report: await reportOf(site, evidence, { run, strategy, missing, refusals }) });
  }
  return judged;
}

/**
 * Reads the results of a contender for one suite, and checks that the suite's row and the results are as they were
 * written.
 */
async function readSealed(
  queries: Queries,
  runId: number,
  { contender, suite }: { contender: string; suite: StoredSuite },
  onChanged: OnChanged,
): Promise<PairedResult[]> {
  if (!suite.isSound) onChanged(`the suite ${suite.suite} of run ${runId}`);
  const { results, seal } = await readResults(queries, runId, { contender, suite: suite.suite });
  if (suite.scoring && !isSameSeal(seal, suite.scoring.seals[contender]))
    onChanged(`the results of ${suite.suite} in run ${runId}`);
  return results;
}

interface Circumstances {
  readonly run: RunToJudge;
  readonly strategy: string;
  /** Suites that the champion was judged by and that are not scored now. */
  readonly missing: readonly string[];
  readonly refusals: number;
}

async function reportOf(
  { work, signal }: JudgeSite,
  evidence: readonly SuiteEvidence[],
  { run: { plan, evaluated }, strategy, missing, refusals }: Circumstances,
): Promise<Report> {
  const { declaration } = plan;
  const measured = evidence.filter(({ unchanged }) => unchanged === undefined);
  const request = judgeRequest(
    {
      suites: measured.flatMap(({ paired }) => paired),
      answers: measured.flatMap(({ answers }) => answers),
      silentLabels: silentLabels(measured.flatMap(({ labels }) => labels ?? [])),
      tasks: taskAnswers(measured, plan, evaluated),
      ...(evaluated.labels && {
        holdout: { fraction: declaration.holdout.fraction, labels: evaluated.labels[strategy]! },
      }),
      ...{ missing, field: plan.field.length, refusals },
      ...{ cost: evaluated.costs[strategy]!, lostClasses: evaluated.lostClasses[strategy]! },
    },
    declaration.gate!,
    declaration.training.seed,
  );
  const judgement: Judgement = await work.run(judging, request, signal);
  return {
    ...summarise(judgement, declaration.gate!),
    ...judgement,
    notes: [
      ...judgement.notes,
      ...noteCorrections(evaluated.corrections?.[strategy]),
      ...noteLabelChanges(plan, evaluated),
      ...noteCoverage(evaluated.coverage),
      ...measured.flatMap(({ notes }) => notes),
    ],
    unchanged: evidence.flatMap(({ unchanged }) => unchanged ?? []),
    unknown: unknownOf(measured, declaration),
    newLabels: newLabelCost(
      measured.flatMap(({ wrong }) => wrong ?? []),
      plan,
      evaluated,
    ),
    domains: measured.flatMap(({ domains }) => domains),
    continual: continualMetricsOnSameCases(measured.flatMap(({ histories }) => histories)),
  };
}

/**
 * Suites made of held-out examples come and go with the examples and the number of tasks; of these, only suites that
 * the declaration has turned off count as missing.
 */
function isMissed(suite: string, { answers }: Plan['declaration']): boolean {
  if (!isMadeOfHoldout(suite)) return true;
  return (
    suite.startsWith(answersPrefix) &&
    Object.entries(answers).some(([name, value]) => name === aspectOf(suite) && value === false)
  );
}

/** For each single-label task: the confidences of the head on held-out texts and on texts that are out of scope. */
function unknownOf(measured: readonly SuiteEvidence[], { tasks, answers }: Plan['declaration']): UnknownReport[] {
  return tasks.flatMap(({ name: task, multiLabel }) => {
    if (multiLabel) return [];
    const own = measured.filter(({ suite }) => suite.task === task);
    const inScope = own.flatMap((one) => one.inScope);
    const outOfScope = own.flatMap((one) => one.outOfScope);
    return inScope.length === 0 ? [] : [describeUnknown({ task, inScope, outOfScope }, answers.refuse)];
  });
}

/** For a holdout: the scores of the champion and its ancestors, the oldest first. */
async function readHistory(
  queries: Queries,
  { declaration }: Plan,
  versions: readonly number[],
  { suite, version, domain }: JudgedSuite,
): Promise<LineageScore[]> {
  if (versions.length === 0 || domain === null) return [];
  return listLineageScores(queries, { adapter: declaration.name, versions, suite, suiteVersion: version });
}
