/**
 * Scores champion, contenders and the anchor case by case, on the same vectors: on the holdout of every domain ever
 * learned, on suites about the head's own answers, and on declared suites. Suites that examine the encoder are scored
 * only if a head changes the embedding. The stored results suffice to judge again without the suites, the versions or
 * the encoder (judge.ts).
 */
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { groupBy } from '../../core/grouping.js';
import { classKey } from '../../declaration/tasks.js';
import type { Run } from '../../store/runs.js';
import { findVersionScore } from '../../store/version-scores.js';
import { movesEmbedding } from '../../training/heads.js';
import { strategyNamed } from '../../training/strategies.js';
import { type AdapterSession, openAdapter, openVersionAdapter } from '../../versions/adapter-session.js';
import { millisecondsToAnswer } from '../../versions/latency.js';
import { type Manifest, readManifest } from '../../versions/manifest.js';
import { adapterFile } from '../../versions/version-folder.js';
import type { AskedSuite } from '../asked-suite.js';
import { knownTo } from '../contest.js';
import {
  contenderOf,
  type Evaluated,
  type Mixes,
  type Plan,
  readChampionManifest,
  type ServingCost,
  type UpdateContext,
} from '../context.js';
import { countLabels } from '../label-counts.js';
import { firstScores, readLineage } from '../lineage.js';
import { recordedScores } from '../recorded.js';
import { listRenamesSince, withAnswersNow } from '../renames.js';
import {
  type AnchorOf,
  type Contender,
  canDiffer,
  type Opened,
  openedOf,
  type RecordedScores,
  type Running,
  type Sides,
} from '../sides.js';
import { evaluationRules, scoreSuites } from '../store-scores.js';
import { listAsked } from '../suites.js';
import type { Trained } from './train.js';

/** All processors: suites are scored one after another, and nothing else runs. */
const threads = availableParallelism();

/** The contenders of a field by strategy: what each trained on, and the trained result. */
export interface Field {
  readonly mixes: Mixes;
  readonly trained: Readonly<Record<string, Trained>>;
}

/**
 * Results are stored suite by suite meanwhile (store-scores.ts).
 * @returns everything measured besides these results
 */
export async function evaluateField(context: UpdateContext, run: Run, plan: Plan, field: Field): Promise<Evaluated> {
  const suites = await listSuitesOf(context, plan, field);
  const opened: AdapterSession[] = [];
  const keep = <T extends AdapterSession | undefined>(adapter: T): T => {
    if (adapter) opened.push(adapter);
    return adapter;
  };
  try {
    const champion = await openIfAny(context, plan, plan.parentVersion);
    keep(champion?.adapter);
    const anchor = await openIfAny(context, plan, fixedAnchorOf(plan));
    keep(anchor?.adapter);
    const contenders: Record<string, Contender> = {};
    const files: Record<string, string> = {};
    for (const [strategy, { classes, multiLabel }] of Object.entries(field.mixes)) {
      files[strategy] = await adapterFile(context.versions, {
        ...contenderOf(run, strategy),
        files: field.trained[strategy]!.files,
      });
      const adapter = keep(await openAdapter(files[strategy], classes, { threads, multiLabel }));
      contenders[strategy] = { adapter, moves: plan.reencode || movesEmbedding(field.trained[strategy]!.headKind) };
    }
    return await scoreAll(context, { run, plan, mixes: field.mixes, suites, files }, { champion, anchor, contenders });
  } finally {
    for (const adapter of opened) await adapter.close();
  }
}

/**
 * The suites cover what the champion learned, which is what can be lost; for a first version, what the version itself
 * learned.
 */
async function listSuitesOf(context: UpdateContext, plan: Plan, { mixes }: Field): Promise<AskedSuite[]> {
  const known = knownTo(mixes);
  const champion = await readChampionManifest(context.versions, plan);
  const shown = champion
    ? { classes: champion.classes, throughExample: plan.afterExample }
    : { classes: known.classes, throughExample: plan.throughExample };
  return listAsked(context, plan, known, shown);
}

interface Asked {
  readonly run: Run;
  readonly plan: Plan;
  readonly mixes: Mixes;
  readonly suites: readonly AskedSuite[];
  /** Strategy -> path of its adapter.onnx. */
  readonly files: Readonly<Record<string, string>>;
}

async function scoreAll(
  context: UpdateContext,
  { run, plan, mixes, suites, files }: Asked,
  sides: Sides,
): Promise<Evaluated> {
  const anchorOf = await openAnchors(context, plan);
  const recorded: RecordedScores = (version, asked) =>
    recordedScores(context.store.queries, plan.declaration.name, version, asked);
  const cases = await scoreSuites(context, run, { suites, sides, anchorOf, recorded });
  const costs: Record<string, ServingCost> = {};
  for (const [strategy, { adapter }] of Object.entries(sides.contenders)) {
    const { size } = await stat(files[strategy]!);
    // Measured times are not reproducible, so the time is measured only if the policy limits it.
    const milliseconds =
      plan.declaration.gate!.budgets?.milliseconds && (await millisecondsToAnswer(adapter, context.encoder.dimension));
    costs[strategy] = { bytes: size, milliseconds: milliseconds ?? null };
  }
  return {
    rules: evaluationRules,
    cases,
    costs,
    lostClasses: lostClasses(sides.champion, mixes),
    labels: labelCounts(mixes),
    counts: await countLabels(context.store, plan, mixes, sides.champion?.manifest.classes ?? []),
    ...correctionsOf(mixes),
    encoderScores: await encoderScores(context, plan, suites, sides),
  };
}

/**
 * If the policy names no anchor version: the score of each case by the version of the lineage that first answered it.
 */
async function openAnchors({ store }: UpdateContext, plan: Plan): Promise<AnchorOf> {
  if (plan.declaration.gate!.anchor === null) return async () => new Map();
  const lineage = await readLineage(store.queries, plan);
  return (asked) => firstScores(store.queries, plan, lineage, asked);
}

/** For suites that no contender can change: the champion's last measured score, or null if it was never measured. */
async function encoderScores(
  { store }: UpdateContext,
  { declaration, parentVersion }: Plan,
  suites: readonly AskedSuite[],
  sides: Sides,
): Promise<Record<string, number | null>> {
  const scores: Record<string, number | null> = {};
  for (const asked of suites) {
    if (Object.values(sides.contenders).every((contender) => canDiffer(asked, sides, contender))) continue;
    const { name: suite, contentHash } = asked.suite;
    const of = { adapter: declaration.name, version: parentVersion, suite, contentHash };
    scores[suite] =
      parentVersion === null
        ? null
        : ((await findVersionScore(store.queries, { ...of, version: parentVersion })) ?? null);
  }
  return scores;
}

function fixedAnchorOf({ declaration, parentVersion }: Plan): number | null {
  const version = declaration.gate!.anchor?.version ?? null;
  return version === parentVersion ? null : version;
}

/** A version of another encoder is not opened, since it cannot be run. @throws ADAPTER_INVALID */
async function openIfAny(context: UpdateContext, plan: Plan, version: number | null): Promise<Opened | undefined> {
  if (version === null) return undefined;
  const manifest = await readManifestNow(context, plan, version);
  const isSame = manifest.encoder.fingerprint === context.encoder.fingerprint;
  return isSame ? openVersion(context, plan, version) : openedOf(undefined, manifest);
}

/** @throws ADAPTER_INVALID */
export async function openVersion(context: UpdateContext, plan: Plan, version: number): Promise<Running> {
  const manifest = await readManifestNow(context, plan, version);
  return openedOf(await openVersionAdapter(context.versions, manifest, threads), manifest);
}

/** The manifest, with its classes under the names that they had when the update was planned. */
async function readManifestNow(
  { store, versions }: UpdateContext,
  { declaration, throughRevision = 0 }: Plan,
  version: number,
): Promise<Manifest> {
  const name = { adapter: declaration.name, version };
  return withAnswersNow(
    await readManifest(versions, name),
    await listRenamesSince(store.queries, name, throughRevision),
  );
}

/** Those that continue from the champion; one that learned everything again had nothing to correct. */
function correctionsOf(mixes: Mixes): Pick<Evaluated, 'corrections'> {
  const counts = Object.entries(mixes).flatMap(([strategy, { withdrawn = 0, corrected = 0 }]) => {
    const exact = strategyNamed(strategy).withdraws === true;
    return withdrawn === 0 ? [] : [[strategy, { withdrawn, corrected, exact }] as const];
  });
  return counts.length === 0 ? {} : { corrections: Object.fromEntries(counts) };
}

function labelCounts(mixes: Mixes): Record<string, number> {
  const largest = ({ classes }: Mixes[string]) =>
    [...groupBy(classes, ({ task }) => task).values()].reduce((most, own) => Math.max(most, own.length), 0);
  return Object.fromEntries(Object.entries(mixes).map(([strategy, mix]) => [strategy, largest(mix)]));
}

function lostClasses(champion: Opened | undefined, mixes: Mixes): Record<string, string[]> {
  const before = champion?.manifest.classes ?? [];
  return Object.fromEntries(
    Object.entries(mixes).map(([strategy, { classes, retired = [] }]) => {
      const kept = new Set([...classes, ...retired].map(classKey));
      return [strategy, before.map(classKey).filter((key) => !kept.has(key))];
    }),
  );
}
