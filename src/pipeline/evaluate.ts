/**
 * Scores champion, contenders and the anchor on every suite, case by case, on the same vectors; and on the holdout of every domain ever
 * learned. What is stored suffices to judge again without the suites, the versions or the encoder (judge.ts).
 */
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readLabelSet } from '../core/label-sets.js';
import { type Class, classKey, domainKey } from '../core/tasks.js';
import { versionFolder } from '../core/workspace.js';
import { encodeCached } from '../encoder/cached.js';
import { type Adapter, openAdapter, openVersionAdapter } from '../evaluation/adapter.js';
import { millisecondsToAnswer } from '../evaluation/latency.js';
import { type CaseScore, requireNumbers, scoreSuite } from '../evaluation/score-suite.js';
import { textsOf } from '../evaluation/suites.js';
import type { Queries } from '../store/database.js';
import { type JudgedSuite, saveJudgedSuites } from '../store/eval-suites.js';
import { type PairedResult, saveResults } from '../store/results.js';
import type { Run } from '../store/runs.js';
import { type Manifest, readManifest, versionFiles } from '../training/versions.js';
import { contenderFolder, type Evaluated, type Mixes, type Plan, type ServingCost, type UpdateContext } from './context.js';
import { knownTo } from './field.js';
import { type AskedSuite, listAsked } from './suites.js';

/** All there are: suites are scored one after another, and nothing else runs. */
const threads = availableParallelism();

/** A version that is compared with, and what it had learned. */
interface Opened {
  readonly adapter: Adapter;
  readonly manifest: Manifest;
  /** Of its classes. */
  readonly keys: ReadonlySet<string>;
}

interface Sides {
  readonly champion: Opened | undefined;
  /** Undefined where none is asked for, or it is the champion. */
  readonly anchor: Opened | undefined;
  /** By strategy. */
  readonly contenders: Readonly<Record<string, Adapter>>;
}

interface Scored {
  /** What was measured, and how to store it together with the end of the stage. */
  readonly evaluated: Evaluated;
  readonly save: (queries: Queries) => Promise<void>;
}

export async function evaluateField(context: UpdateContext, run: Run, plan: Plan, mixes: Mixes): Promise<Scored> {
  const suites = await listAsked(context, plan, knownTo(mixes));
  const opened: Adapter[] = [];
  const keep = <T extends Adapter | undefined>(adapter: T): T => {
    if (adapter) opened.push(adapter);
    return adapter;
  };
  try {
    const champion = await openVersion(context, plan, plan.parentVersion);
    keep(champion?.adapter);
    const anchor = await openVersion(context, plan, anchorOf(plan));
    keep(anchor?.adapter);
    const contenders: Record<string, Adapter> = {};
    for (const [strategy, { classes, multiLabel }] of Object.entries(mixes))
      contenders[strategy] = keep(await openAdapter(fileOf(context, run, strategy), classes, threads, multiLabel));
    return await scoreAll(context, { run, plan, mixes, suites }, { champion, anchor, contenders });
  } finally {
    for (const adapter of opened) await adapter.close();
  }
}

interface Asked {
  readonly run: Run;
  readonly plan: Plan;
  readonly mixes: Mixes;
  readonly suites: readonly AskedSuite[];
}

async function scoreAll(context: UpdateContext, { run, plan, mixes, suites }: Asked, sides: Sides): Promise<Scored> {
  const results: PairedResult[] = [];
  let cases = 0;
  for (const [index, asked] of suites.entries()) {
    results.push(...(await scoreSuiteByAll(context, asked, sides)));
    cases += asked.suite.cases.length;
    context.progress.advance(index + 1, suites.length, 'suites');
  }
  const costs: Record<string, ServingCost> = {};
  for (const [strategy, adapter] of Object.entries(sides.contenders)) {
    const { size } = await stat(fileOf(context, run, strategy));
    // What a clock says is never the same twice: it is asked only where a policy heeds it.
    const milliseconds = plan.declaration.gate!.budgets?.milliseconds && (await millisecondsToAnswer(adapter, context.encoder.dimension));
    costs[strategy] = { bytes: size, milliseconds: milliseconds ?? null };
  }
  const judged = suites.map((asked) => judgedSuite(asked, sides));
  return {
    evaluated: { cases, costs, lostClasses: lostClasses(sides.champion, mixes) },
    save: async (queries) => {
      await saveJudgedSuites(queries, run.id, judged);
      await saveResults(queries, run.id, results);
    },
  };
}

const fileOf = ({ workspace }: UpdateContext, run: Run, strategy: string) =>
  join(contenderFolder(workspace, run, strategy), versionFiles.onnx);

function anchorOf({ declaration, parentVersion }: Plan): number | null {
  const version = declaration.gate!.anchor?.version ?? null;
  return version === parentVersion ? null : version;
}

async function openVersion({ workspace }: UpdateContext, { declaration }: Plan, version: number | null): Promise<Opened | undefined> {
  if (version === null) return undefined;
  const folder = versionFolder(workspace, declaration.name, version);
  const manifest = await readManifest(folder);
  const adapter = await openVersionAdapter(folder, manifest, threads);
  return { adapter, manifest, keys: new Set(manifest.classes.map(classKey)) };
}

function lostClasses(champion: Opened | undefined, mixes: Mixes): Record<string, string[]> {
  const before = champion?.manifest.classes ?? [];
  return Object.fromEntries(
    Object.entries(mixes).map(([strategy, { classes }]) => {
      const kept = new Set(classes.map(classKey));
      return [strategy, before.map(classKey).filter((key) => !kept.has(key))];
    }),
  );
}

function judgedSuite({ suite, task, domain, leftOut }: AskedSuite, { champion, anchor }: Sides): JudgedSuite {
  const knows = (side: Opened | undefined) =>
    side !== undefined && (!domain || side.manifest.domains.some((known) => domainKey(known) === domainKey(domain)));
  const { name, version, contentHash, group, metric, chance } = suite;
  return {
    ...{ suite: name, version, contentHash, family: group, metric, chance, task, leftOut },
    domain: domain?.domain ?? null,
    knownToChampion: knows(champion),
    knownToAnchor: knows(anchor),
  };
}

/** Champion and anchor answer once; each contender is paired with them case by case. */
async function scoreSuiteByAll(
  { store, encoder, signal }: UpdateContext,
  { suite, task }: AskedSuite,
  { champion, anchor, contenders }: Sides,
): Promise<PairedResult[]> {
  if (suite.cases.length === 0) return [];
  const vectors = await encodeCached(store, encoder, textsOf(suite), { signal });
  const score = async (adapter: Adapter) =>
    requireNumbers(suite.name, await scoreSuite(suite, await adapter.run(vectors, encoder.dimension), task));
  const theirs = champion && (await score(champion.adapter));
  const once = anchor && (await score(anchor.adapter));
  const results: PairedResult[] = [];
  for (const [contender, adapter] of Object.entries(contenders)) {
    const ours = await score(adapter);
    results.push(
      ...ours.map((own, index) => {
        const labels = labelsAsked(suite, own);
        const answered = (side: Opened | undefined, scores: readonly CaseScore[] | undefined) =>
          labels.every((label) => knowsClass(side, { task, label })) ? scores?.[index] : undefined;
        const others = { champion: answered(champion, theirs), anchor: answered(anchor, once) };
        return pairUp({ contender, suite: suite.name }, own, others);
      }),
    );
  }
  return results;
}

/** That an answer of the head must know. */
function labelsAsked({ kind }: AskedSuite['suite'], { tags }: CaseScore): readonly string[] {
  if (kind === 'multi-label') return readLabelSet(tags.label!);
  return kind === 'classification' ? [tags.label!] : [];
}

/** What a version cannot answer it cannot lose either; compared there it would only make gains of what is new. */
function knowsClass(side: Opened | undefined, asked: Class): boolean {
  return side?.keys.has(classKey(asked)) ?? false;
}

function pairUp(
  of: Pick<PairedResult, 'contender' | 'suite'>,
  { caseId, score, answer, confidence, gold, tags, cluster }: CaseScore,
  { champion, anchor }: { champion: CaseScore | undefined; anchor: CaseScore | undefined },
): PairedResult {
  return {
    ...{ ...of, caseId, gold, tags, cluster: cluster ?? null },
    candidateScore: score,
    candidateAnswer: answer ?? null,
    candidateConfidence: confidence,
    championScore: champion?.score ?? null,
    championAnswer: champion?.answer ?? null,
    championConfidence: champion?.confidence ?? null,
    anchorScore: anchor?.score ?? null,
  };
}
