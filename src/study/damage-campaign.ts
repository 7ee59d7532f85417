/**
 * Runs damaged copies of a champion through its own gate, with the suites, stored rows and policy of an update. It
 * shows which damages the gate of an adapter can detect, and with how many held-out cases.
 */
import { type Class, classKey, domainKey } from '../declaration/tasks.js';
import { encodeCached } from '../encoder/cached.js';
import { type AskedText, type Damage, damagedAdapter, keyOf, shiftThatTurns } from '../evaluation/damage.js';
import { classification } from '../evaluation/kinds/classification.js';
import { scope } from '../evaluation/kinds/scope.js';
import { stability } from '../evaluation/kinds/stability.js';
import { examinesAnswers } from '../evaluation/kinds.js';
import { isOfKind, textsOf } from '../evaluation/suites.js';
import { concernsOf, type Report } from '../gate/report.js';
import { beginRun, endRun } from '../store/runs.js';
import { movesEmbedding } from '../training/heads.js';
import type { AskedSuite } from '../update/asked-suite.js';
import type { Evaluated, Plan, UpdateContext } from '../update/context.js';
import type { Contender, Running } from '../update/sides.js';
import { openVersion } from '../update/stages/evaluate.js';
import { judgeContenders } from '../update/stages/judge.js';
import { evaluationRules, scoreSuites } from '../update/store-scores.js';
import { listAsked } from '../update/suites.js';
import type { AdapterOutput, AdapterSession } from '../versions/adapter-session.js';
import type { Manifest } from '../versions/manifest.js';

export interface CampaignRequest {
  /**
   * The plan of an update without new examples: its parent is the champion, and its data begin and end with the
   * champion's last example.
   */
  readonly plan: Plan;
  readonly damages: readonly Damage[];
  /** Each damage is applied once per seed. */
  readonly seeds: readonly number[];
  /** An older version to judge as if it were new. */
  readonly older?: number | undefined;
}

export interface DamagedCandidate {
  readonly damage: string;
  readonly seed: number;
  readonly report: Report;
  /** Names of the lines that did not pass, failed ones first. */
  readonly lines: readonly string[];
}

export const olderVersion = 'an old version passed off as new';

export async function runCampaign(context: UpdateContext, request: CampaignRequest): Promise<DamagedCandidate[]> {
  const { plan } = request;
  const champion = await openVersion(context, plan, plan.parentVersion!);
  const older = request.older === undefined ? undefined : await openVersion(context, plan, request.older);
  try {
    const shown = { classes: champion.manifest.classes, throughExample: plan.afterExample };
    const suites = await listAsked(context, plan, champion.manifest, shown);
    const shared = { ...champion, adapter: new RememberingAdapter(champion.adapter) };
    const contenders = await damagedContenders(context, request, { champion: shared, suites });
    if (older)
      contenders.set(`${olderVersion} 0`, { adapter: older.adapter, moves: movesEmbedding(older.manifest.headKind) });
    const lost = older ? lostBy(older.manifest, champion.manifest) : [];
    return await judgeAll(context, plan, { champion: shared, suites, contenders, lost });
  } finally {
    await champion.adapter.close();
    await older?.adapter.close();
  }
}

function lostBy(older: Manifest, champion: Manifest): string[] {
  const kept = new Set(older.classes.map(classKey));
  return champion.classes.map(classKey).filter((key) => !kept.has(key));
}

/** Damaged copies request outputs for the same vectors in turn; this adapter computes them once. */
class RememberingAdapter implements AdapterSession {
  readonly #adapter: AdapterSession;
  #known: { readonly vectors: Float32Array; readonly outputs: ReturnType<AdapterSession['run']> } | undefined;

  constructor(adapter: AdapterSession) {
    this.#adapter = adapter;
  }

  run(vectors: Float32Array, dimension: number): ReturnType<AdapterSession['run']> {
    if (this.#known?.vectors !== vectors) this.#known = { vectors, outputs: this.#adapter.run(vectors, dimension) };
    return this.#known.outputs;
  }

  close(): Promise<void> {
    return this.#adapter.close();
  }
}

interface Stage {
  readonly champion: Running;
  readonly suites: readonly AskedSuite[];
}

async function damagedContenders(
  context: UpdateContext,
  { damages, seeds }: CampaignRequest,
  { champion, suites }: Stage,
): Promise<Map<string, Contender>> {
  const moves = movesEmbedding(champion.manifest.headKind);
  const known = await textsAsked(context, suites);
  const { classes } = champion.manifest;
  const { domains, commonest } = labelsByDomain(classes, suites);
  const shift = shiftThatTurns(turnedShare, await answersToHoldouts(context, champion.adapter, suites), commonest);
  const contenders = new Map<string, Contender>();
  for (const damage of damages.filter(({ ofEmbedding }) => !ofEmbedding || moves))
    for (const seed of seeds) {
      const adapter = damagedAdapter(champion.adapter, damage, {
        ...{ classes, domains, commonest, shift, seed },
        textOf: (vector) => known.get(keyOf(vector)),
      });
      if (adapter) contenders.set(`${damage.name} ${seed}`, { adapter, moves });
    }
  return contenders;
}

/** Share of answers that the shifted prior changes. */
const turnedShare = 0.1;

async function answersToHoldouts(
  { store, encoder, signal }: UpdateContext,
  adapter: AdapterSession,
  suites: readonly AskedSuite[],
): Promise<AdapterOutput[]> {
  const texts = suites.flatMap(({ suite, domain }) => (domain ? textsOf(suite) : []));
  return adapter.run(await encodeCached(store, encoder, texts, { signal }), encoder.dimension);
}

/** The known facts about the texts of suites that test answers. */
async function textsAsked(
  { store, encoder, signal }: UpdateContext,
  suites: readonly AskedSuite[],
): Promise<Map<string, AskedText>> {
  const groups = new Map<string, string>();
  for (const { suite } of suites) {
    if (isOfKind(suite, stability)) for (const { changed, group } of suite.cases) groups.set(changed, group);
    if (isOfKind(suite, scope)) for (const { text, scope } of suite.cases) if (scope === 'out') groups.set(text, 'out');
  }
  const vectors = await encodeCached(store, encoder, [...groups.keys()], { signal });
  const { dimension } = encoder;
  return new Map(
    [...groups.values()].map((group, row) => [
      keyOf(vectors.subarray(row * dimension, (row + 1) * dimension)),
      { group },
    ]),
  );
}

function labelsByDomain(classes: readonly Class[], suites: readonly AskedSuite[]) {
  const numbers = new Map(classes.map((one, index) => [classKey(one), index]));
  const counts = new Map<number, number>();
  const domains = new Map<string, number[]>();
  for (const { suite, domain, task } of suites) {
    if (!domain || !isOfKind(suite, classification)) continue;
    const own = suite.cases.map(({ label }) => numbers.get(classKey({ task, label }))!);
    for (const number of own) counts.set(number, (counts.get(number) ?? 0) + 1);
    domains.set(domainKey(domain), [...new Set(own)]);
  }
  const commonest = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
  return { domains, commonest };
}

interface Played extends Stage {
  readonly contenders: ReadonlyMap<string, Contender>;
  /** Classes that the older version does not know. */
  readonly lost: readonly string[];
}

/**
 * Judges the contenders through stored rows, as an update does. The run ends with its verdicts and leaves no candidate.
 */
async function judgeAll(
  context: UpdateContext,
  plan: Plan,
  { champion, suites, contenders, lost }: Played,
): Promise<DamagedCandidate[]> {
  const { store, work, signal } = context;
  const sides = { champion, anchor: undefined, contenders: Object.fromEntries(contenders) };
  const now = new Date(plan.at);
  const { name: adapter } = plan.declaration;
  const run = await beginRun(store, {
    adapter,
    stage: 'gate',
    plan,
    trigger: 'damage',
    owner: 'damage campaign',
    startedAt: now,
    now,
  });
  await scoreSuites(context, run, { suites, sides, anchorOf: async () => new Map() });
  const names = [...contenders.keys()];
  const judged = await judgeContenders(
    { queries: store.queries, work, signal },
    {
      id: run.id,
      plan,
      evaluated: evaluatedOf(names, lost, suites),
      strategies: names,
    },
  );
  await endRun(store.queries, run, { status: 'failed', error: 'a damage campaign proposes nothing', at: now });
  return judged.map(({ strategy, report }) => {
    const at = strategy.lastIndexOf(' ');
    return {
      damage: strategy.slice(0, at),
      seed: Number(strategy.slice(at + 1)),
      report,
      lines: concernsOf(report).map(({ name }) => name),
    };
  });
}

function evaluatedOf(names: readonly string[], lost: readonly string[], suites: readonly AskedSuite[]): Evaluated {
  const lostOf = (name: string) => (name.startsWith(olderVersion) ? lost : []);
  return {
    rules: evaluationRules,
    cases: 0,
    costs: Object.fromEntries(names.map((name) => [name, { bytes: 0, milliseconds: null }])),
    lostClasses: Object.fromEntries(names.map((name) => [name, lostOf(name)])),
    encoderScores: Object.fromEntries(
      suites.flatMap(({ suite }) => (examinesAnswers(suite.kind) ? [] : [[suite.name, null]])),
    ),
  };
}
