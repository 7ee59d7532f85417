/** Scores one suite with every side of the comparison: the champion, the contenders and the anchor. */
import { type Class, classKey } from '../declaration/tasks.js';
import { encodeCached } from '../encoder/cached.js';
import type { Case } from '../evaluation/kind.js';
import { examinesAnswers, kindNamed } from '../evaluation/kinds.js';
import { type CaseScore, requireNumbers, scoreSuite } from '../evaluation/score-suite.js';
import { type Suite, textsOf } from '../evaluation/suites.js';
import type { PairedResult } from '../store/results.js';
import { movesEmbedding } from '../training/heads.js';
import type { AdapterSession } from '../versions/adapter-session.js';
import type { Manifest } from '../versions/manifest.js';
import type { AskedSuite } from './asked-suite.js';
import type { UpdateContext } from './context.js';
import type { FirstScores } from './lineage.js';

/** A version to compare with, and its manifest. */
export interface Opened {
  /**
   * Undefined if the version uses another encoder, whose vectors are not available: its recorded scores are used
   * instead.
   */
  readonly adapter: AdapterSession | undefined;
  readonly manifest: Manifest;
  /** Keys of its classes. */
  readonly keys: ReadonlySet<string>;
}

/** A version that can be run. */
export interface Running extends Opened {
  readonly adapter: AdapterSession;
}

/** The score of a case on one side. */
export interface SideScore extends Pick<CaseScore, 'score' | 'confidence'> {
  readonly answer?: string | undefined;
}

/** The recorded scores of a version on a suite, by case, from when it was judged or compared with. */
export type RecordedScores = (version: number, asked: AskedSuite) => Promise<ReadonlyMap<string, SideScore>>;

export interface Contender {
  readonly adapter: AdapterSession;
  /** Whether its head changes the embedding, and so can damage the encoder's abilities. */
  readonly moves: boolean;
}

export interface Sides {
  readonly champion: Opened | undefined;
  /** The anchor version that the policy names; undefined if it names none, or the champion itself. */
  readonly anchor: Opened | undefined;
  /** Strategy -> contender. */
  readonly contenders: Readonly<Record<string, Contender>>;
}

/** Reads the first recorded score of each case of a suite, used if the policy names no anchor version. */
export type AnchorOf = (asked: AskedSuite) => Promise<FirstScores>;

export function openedOf(adapter: AdapterSession, manifest: Manifest): Running;
export function openedOf(adapter: AdapterSession | undefined, manifest: Manifest): Opened;
export function openedOf(adapter: AdapterSession | undefined, manifest: Manifest): Opened {
  return { adapter, manifest, keys: new Set(manifest.classes.map(classKey)) };
}

const versionMoves = ({ manifest }: Opened) => movesEmbedding(manifest.headKind);

/**
 * Whether a contender's scores on a suite can differ from the champion's. If neither changes the embedding, suites of
 * the encoder are equal by construction: nothing is encoded or scored.
 */
export function canDiffer(
  { suite }: AskedSuite,
  { champion }: Pick<Sides, 'champion'>,
  { moves }: Pick<Contender, 'moves'>,
): boolean {
  return examinesAnswers(suite.kind) || moves || (champion !== undefined && versionMoves(champion));
}

/** The results of some cases of a suite, of every contender. */
export interface ScoredSlice {
  readonly results: readonly PairedResult[];
  /** True for the last slice of the suite. */
  readonly isLast: boolean;
}

/**
 * A multiple of the adapter's own batch of cases, so that a text is computed in the same batch however a suite is
 * sliced.
 */
const sliceCases = 1024;

export interface Scorers {
  readonly sides: Sides;
  readonly anchorOf: AnchorOf;
  readonly recorded?: RecordedScores;
}

/**
 * Champion and anchor answer once; each contender is paired with them case by case. Contenders that cannot differ have
 * no results. Suites whose kind scores case by case are yielded in slices of 1,024 cases, with only one slice's vectors
 * and results in memory; other suites are yielded whole. At least one slice is yielded.
 */
export async function* scoreInSlices(
  context: Pick<UpdateContext, 'store' | 'encoder' | 'signal'>,
  asked: AskedSuite,
  { sides, anchorOf, recorded = async () => new Map() }: Scorers,
): AsyncGenerator<ScoredSlice> {
  const { suite } = asked;
  const contenders = Object.entries(sides.contenders).filter(([, contender]) => canDiffer(asked, sides, contender));
  if (suite.cases.length === 0 || contenders.length === 0) {
    yield { results: [], isLast: true };
    return;
  }
  const recordedOf = async (side: Opened | undefined) =>
    side && !side.adapter ? recorded(side.manifest.version, asked) : undefined;
  const known: KnownScores = {
    champion: await recordedOf(sides.champion),
    anchor: await recordedOf(sides.anchor),
    first: sides.anchor ? undefined : await anchorOf(asked),
  };
  const step = kindNamed(suite.kind).scoring === 'case by case' ? sliceCases : suite.cases.length;
  for (let start = 0; start < suite.cases.length; start += step) {
    const slice = { ...asked, suite: withCases(suite, start, start + step) };
    yield {
      results: await scoreSlice(context, slice, { ...sides, contenders: Object.fromEntries(contenders) }, known),
      isLast: start + step >= suite.cases.length,
    };
  }
}

/** The cases are a subset of the suite's own; the compiler cannot infer this through the union of kinds. */
function withCases(suite: Suite, start: number, end: number): Suite {
  return { ...suite, cases: (suite.cases as readonly Case[]).slice(start, end) } as unknown as Suite;
}

/** Case -> recorded score, for sides that are not run now. */
interface KnownScores {
  readonly champion: ReadonlyMap<string, SideScore> | undefined;
  readonly anchor: ReadonlyMap<string, SideScore> | undefined;
  readonly first: FirstScores | undefined;
}

async function scoreSlice(
  { store, encoder, signal }: Pick<UpdateContext, 'store' | 'encoder' | 'signal'>,
  { suite, task }: AskedSuite,
  sides: Sides,
  known: KnownScores,
): Promise<PairedResult[]> {
  const vectors = await encodeCached(store, encoder, textsOf(suite), { signal });
  const score = async (adapter: AdapterSession) =>
    requireNumbers(suite.name, await scoreSuite(suite, await adapter.run(vectors, encoder.dimension), task));
  const scoresOf = async (side: Opened | undefined, recorded: ReadonlyMap<string, SideScore> = new Map()) =>
    side?.adapter ? new Map<string, SideScore>((await score(side.adapter)).map((one) => [one.caseId, one])) : recorded;
  const theirs = await scoresOf(sides.champion, known.champion);
  const fixed = await scoresOf(sides.anchor, known.anchor);
  const results: PairedResult[] = [];
  for (const [contender, { adapter }] of Object.entries(sides.contenders)) {
    for (const own of await score(adapter)) {
      const answered = (side: Opened | undefined, scores: ReadonlyMap<string, SideScore>) =>
        (own.labels ?? []).every((label) => knowsClass(side, { task, label })) ? scores.get(own.caseId) : undefined;
      const anchor = known.first ? known.first.get(own.caseId) : answered(sides.anchor, fixed)?.score;
      results.push(pairUp({ contender, suite: suite.name }, own, answered(sides.champion, theirs), anchor));
    }
  }
  return results;
}

/** A version cannot lose a class that it cannot answer; comparing there would only count new classes as gains. */
function knowsClass(side: Opened | undefined, asked: Class): boolean {
  return side?.keys.has(classKey(asked)) ?? false;
}

function pairUp(
  of: Pick<PairedResult, 'contender' | 'suite'>,
  { caseId, score, answer, confidence, gold, tags, textHash, cluster }: CaseScore,
  champion: SideScore | undefined,
  anchorScore: number | undefined,
): PairedResult {
  return {
    ...{ ...of, caseId, gold, tags: { ...tags, textHash }, cluster: cluster ?? null },
    candidateScore: score,
    candidateAnswer: answer ?? null,
    candidateConfidence: confidence,
    championScore: champion?.score ?? null,
    championAnswer: champion?.answer ?? null,
    championConfidence: champion?.confidence ?? null,
    anchorScore: anchorScore ?? null,
  };
}
