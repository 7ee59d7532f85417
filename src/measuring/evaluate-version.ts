/**
 * Scores one version of an adapter, outside of updates, on suites and on the holdout of every domain that it has
 * learned.
 */
import { availableParallelism } from 'node:os';
import { EspalierError } from '../core/errors.js';
import { suggestAmong } from '../core/text.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { encodeCached, warmCache } from '../encoder/cached.js';
import type { MeasuredSuite } from '../evaluation/measured-suite.js';
import { metricNamed } from '../evaluation/metrics.js';
import { type CaseScore, clusterNames, requireNumbers, scoreSuite } from '../evaluation/score-suite.js';
import { textsOf } from '../evaluation/suites.js';
import { scoreInterval } from '../gate/score-interval.js';
import { lastArrival } from '../store/arrivals.js';
import { findChampionVersion } from '../store/candidates.js';
import { type Store, transact } from '../store/database.js';
import { lastRevision } from '../store/revisions.js';
import { saveVersionScores } from '../store/version-scores.js';
import { type AskedSuite, isMadeOfHoldout } from '../update/asked-suite.js';
import type { UpdateContext } from '../update/context.js';
import { requireSameEncoder } from '../update/plan.js';
import { listRenamesSince, withAnswersNow } from '../update/renames.js';
import { listAsked } from '../update/suites.js';
import { type AdapterSession, openVersionAdapter } from '../versions/adapter-session.js';
import { type Manifest, readManifest } from '../versions/manifest.js';
import { refusePruned } from '../versions/sound-version.js';

export interface EvaluationRequest {
  readonly declaration: AdapterDeclaration;
  /** Undefined for the champion. */
  readonly version: number | undefined;
  /** Names of suites; undefined for the declared ones. */
  readonly suites: readonly string[] | undefined;
  readonly at: Date;
}

export interface VersionEvaluation {
  readonly adapter: string;
  readonly version: number;
  readonly isChampion: boolean;
  /** Scores of the suites, holdouts first. */
  readonly measured: readonly MeasuredSuite[];
  /** Declared suites with no label that the version knows. */
  readonly skipped: readonly string[];
}

export const confidence = 0.95;

/**
 * Scores a version and stores the result, so that the suite's history shows it.
 * @throws NO_CHAMPION, VERSION_NOT_FOUND, VERSION_PRUNED, ENCODER_MISMATCH, ADAPTER_INVALID, SUITE_NOT_FOUND, SUITE_INVALID,
 * LABELS_UNKNOWN, INTERRUPTED
 */
export async function evaluateVersion(context: UpdateContext, request: EvaluationRequest): Promise<VersionEvaluation> {
  const { store, versions, encoder } = context;
  const { declaration, at } = request;
  const champion = await findChampionVersion(store.queries, declaration.name);
  const version = request.version ?? champion;
  if (version === null) throw new EspalierError('NO_CHAMPION', `${declaration.name} has no champion`);
  const name = { adapter: declaration.name, version };
  await refusePruned(store.queries, name);
  if ((await versions.readManifest(name)) === undefined)
    throw new EspalierError('VERSION_NOT_FOUND', `${declaration.name} has no version ${version}`);
  const renames = await listRenamesSince(store.queries, name);
  const manifest = withAnswersNow(await readManifest(versions, name), renames);
  requireSameEncoder(manifest.encoder, encoder, { adapter: declaration.name, what: `version ${version}` });
  const { asked, skipped } = await suitesFor(context, request, manifest);
  await encodeAll(context, asked);
  const adapter = await openVersionAdapter(versions, manifest, availableParallelism());
  try {
    const measured = await measureAll(context, adapter, asked, declaration.training.seed);
    await remember(store, { adapter: declaration.name, version, measured, at });
    return { adapter: declaration.name, version, isChampion: version === champion, measured, skipped };
  } finally {
    await adapter.close();
  }
}

/** A suite that the version cannot answer is an error if it was named, and left out if it is only declared. */
async function suitesFor(
  context: Pick<UpdateContext, 'store' | 'workspace' | 'encoder'>,
  { declaration, suites: named }: EvaluationRequest,
  known: Manifest,
): Promise<{ asked: AskedSuite[]; skipped: string[] }> {
  const suites = named?.filter((name) => !isMadeOfHoldout(name)) ?? declaration.suites;
  const plan = {
    declaration: { ...declaration, suites },
    throughExample: await lastArrival(context.store.queries, declaration.name),
    throughRevision: await lastRevision(context.store.queries, declaration.name),
  };
  const shown = { classes: known.classes, throughExample: known.data.throughExample };
  const all = await listAsked(context, plan, known, shown);
  const wanted = named === undefined ? all : all.filter(({ suite }) => named.includes(suite.name));
  const lost = named?.find((name) => !wanted.some(({ suite }) => suite.name === name));
  if (lost !== undefined) {
    const hint = suggestAmong(lost, all.map(({ suite }) => suite.name).filter(isMadeOfHoldout));
    throw new EspalierError('SUITE_NOT_FOUND', `version ${known.version} of ${declaration.name} has no \`${lost}\``, {
      hint,
    });
  }
  const silent = wanted.filter(({ suite }) => suite.cases.length === 0);
  if (named !== undefined && silent[0]) throw labelsUnknown(silent[0], known);
  return { asked: wanted.filter((one) => !silent.includes(one)), skipped: silent.map(({ suite }) => suite.name) };
}

function labelsUnknown({ suite, task }: AskedSuite, { adapter, version, classes }: Manifest): EspalierError {
  const labels = classes.filter((one) => one.task === task).map(({ label }) => label);
  const shown =
    labels.length > 5 ? `${labels.slice(0, 5).join(', ')} and ${labels.length - 5} more` : labels.join(', ');
  const hint = labels.length === 0 ? `It has not learned the task ${task}.` : `It has learned ${shown}.`;
  return new EspalierError(
    'LABELS_UNKNOWN',
    `version ${version} of ${adapter} has learned no label that ${suite.name} asks for`,
    { hint },
  );
}

/** Encodes the texts of all suites together, so that progress counts every text that is new to the cache. */
async function encodeAll(
  { store, encoder, progress, signal }: UpdateContext,
  asked: readonly AskedSuite[],
): Promise<void> {
  progress.begin('encode');
  const texts = asked.flatMap(({ suite }) => textsOf(suite));
  const { encoded } = await warmCache(store, encoder, texts, {
    signal,
    progress: (done, total) => progress.advance(done, total, 'texts'),
  });
  progress.end(`${encoded} of ${texts.length} texts were new`);
}

async function measureAll(
  { store, encoder, progress, signal }: UpdateContext,
  adapter: AdapterSession,
  asked: readonly AskedSuite[],
  seed: number,
): Promise<MeasuredSuite[]> {
  const measured: MeasuredSuite[] = [];
  progress.begin('score');
  for (const [index, one] of asked.entries()) {
    if (signal.aborted)
      throw new EspalierError('INTERRUPTED', 'stopped before all suites were scored; nothing was stored');
    const vectors = await encodeCached(store, encoder, textsOf(one.suite), { signal });
    const scores = requireNumbers(
      one.suite.name,
      await scoreSuite(one.suite, await adapter.run(vectors, encoder.dimension), one.task),
    );
    measured.push(measure(one, scores, seed));
    progress.advance(index + 1, asked.length, 'suites');
  }
  progress.end(`${measured.reduce((sum, { cases }) => sum + cases, 0)} cases of ${measured.length} suites`);
  return measured;
}

function measure(
  { suite, task, domain, leftOut }: AskedSuite,
  scores: readonly CaseScore[],
  seed: number,
): MeasuredSuite {
  const cases = {
    metric: metricNamed(suite.metric),
    scores: scores.map(({ score }) => score),
    gold: scores.map(({ gold }) => gold),
    clusters: clusterNames(scores),
  };
  const { name, version, contentHash, kind, metric, chance, ceiling, shots = 0 } = suite;
  return {
    ...{ suite: name, suiteVersion: version, contentHash, kind, metric, task, domain: domain?.domain ?? null },
    ...{ cases: scores.length, leftOut, shots },
    ...scoreInterval(cases, confidence, [seed, 'interval', name]),
    ...{ chance, ceiling },
  };
}

interface Outcome extends Pick<VersionEvaluation, 'adapter' | 'version' | 'measured'> {
  readonly at: Date;
}

async function remember(store: Store, { adapter, version, measured, at }: Outcome): Promise<void> {
  const rows = measured.map(({ suite, suiteVersion, contentHash, cases, metric, task, score, lower, upper }) => ({
    ...{ adapter, version, suite, suiteVersion, contentHash, cases, metric, task, score, lower, upper },
    at: at.toISOString(),
  }));
  await transact(store, (queries) => saveVersionScores(queries, rows));
}
