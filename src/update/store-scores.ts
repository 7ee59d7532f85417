/**
 * Scores suites one after another and stores their results slice by slice, so that memory does not grow with the number
 * of cases. A suite is done once its own row is stored, in the transaction of its last results: a run that was killed
 * continues with the suites that are not done.
 */
import { largestOf, portionsOf } from '../core/sequences.js';
import { domainKey } from '../declaration/tasks.js';
import { kindNamed } from '../evaluation/kinds.js';
import { type Queries, type Transaction, transact } from '../store/database.js';
import {
  type JudgedSuite,
  listStoredSuites,
  removeJudgedSuite,
  removeOtherSuites,
  type StoredSuite,
  saveJudgedSuite,
} from '../store/eval-suites.js';
import {
  addResults,
  isSameSeal,
  noResults,
  type ResultSeals,
  removeOtherResults,
  removeResults,
  sealStoredResults,
} from '../store/results.js';
import { type Run, requireHeld } from '../store/runs.js';
import { throwIfStopped } from '../work/task.js';
import type { AskedSuite } from './asked-suite.js';
import type { UpdateContext } from './context.js';
import { type AnchorOf, type RecordedScores, type Sides, scoreInSlices } from './sides.js';

/** Results in one transaction, which blocks the thread until it ends. */
const resultsAtOnce = 1000;

const scoring = { name: 'scoring' };

/** Version of the rules that results are stored for. A verdict on results of other rules cannot be recomputed. */
export const evaluationRules = 3;

export interface SuitesToScore {
  readonly suites: readonly AskedSuite[];
  readonly sides: Sides;
  readonly anchorOf: AnchorOf;
  readonly recorded?: RecordedScores;
}

type ScoringContext = Pick<UpdateContext, 'store' | 'encoder' | 'progress' | 'signal'>;

/** @returns the number of cases that were scored @throws INTERRUPTED, LEASE_LOST */
export async function scoreSuites(context: ScoringContext, run: Run, toScore: SuitesToScore): Promise<number> {
  const { store, progress, signal } = context;
  const { suites, sides } = toScore;
  const stored = new Map((await listStoredSuites(store.queries, run.id)).map((suite) => [suite.suite, suite]));
  let cases = 0;
  for (const [place, asked] of suites.entries()) {
    throwIfStopped(scoring, signal);
    const before = stored.get(asked.suite.name);
    const isDone = before !== undefined && (await isStillDone(store.queries, run, before, { asked, place, sides }));
    const seals = isDone ? before.scoring!.seals : await scoreOne(context, run, toScore, place);
    cases += Math.max(0, largestOf(Object.values(seals).map(({ results }) => results)));
    progress.advance(place + 1, suites.length, 'suites');
  }
  const names = suites.map(({ suite }) => suite.name);
  await transact(store, async (queries) => {
    await requireHeld(queries, run);
    await removeOtherSuites(queries, run.id, names);
    await removeOtherResults(queries, run.id, names);
  });
  return cases;
}

interface Expected {
  readonly asked: AskedSuite;
  readonly place: number;
  readonly sides: Sides;
}

/** Whether the suite has the same cases, was scored by the same rules, and has all of its results unchanged. */
async function isStillDone(
  queries: Queries,
  run: Run,
  stored: StoredSuite,
  { asked, place, sides }: Expected,
): Promise<boolean> {
  const { place: storedPlace, scoring, isSound, ...judged } = stored;
  if (!isSound || scoring?.rules !== evaluationRules || storedPlace !== place) return false;
  const expected = judgedSuite(asked, sides, judged.knownToAnchor);
  if (!(Object.keys(expected) as (keyof JudgedSuite)[]).every((key) => expected[key] === judged[key])) return false;
  for (const contender of Object.keys(sides.contenders)) {
    const seal = await sealStoredResults(queries, run.id, { contender, suite: judged.suite });
    if (!isSameSeal(seal, scoring.seals[contender])) return false;
  }
  return true;
}

async function scoreOne(
  context: ScoringContext,
  run: Run,
  toScore: SuitesToScore,
  place: number,
): Promise<ResultSeals> {
  const { store } = context;
  const { sides } = toScore;
  const asked = toScore.suites[place]!;
  const { name } = asked.suite;
  let seals: ResultSeals = Object.fromEntries(Object.keys(sides.contenders).map((contender) => [contender, noResults]));
  let isAnchored = false;
  const write = (work: (transaction: Transaction) => Promise<void>) =>
    transact(store, async (transaction) => {
      await requireHeld(transaction, run);
      await work(transaction);
    });
  await write(async (transaction) => {
    await removeJudgedSuite(transaction, run.id, name);
    await removeResults(transaction, run.id, name);
  });
  for await (const { results, isLast } of scoreInSlices(context, asked, toScore)) {
    isAnchored ||= results.some(({ anchorScore }) => anchorScore !== null);
    const portions = portionsOf(results, resultsAtOnce);
    for (const [number, portion] of portions.entries()) {
      throwIfStopped(scoring, context.signal);
      await write(async (transaction) => {
        seals = await addResults(transaction, run.id, portion, seals);
        if (!isLast || number < portions.length - 1) return;
        await saveJudgedSuite(transaction, run.id, judgedSuite(asked, sides, isAnchored), {
          place,
          rules: evaluationRules,
          seals,
        });
      });
    }
  }
  return seals;
}

/** The row stored for a suite besides its results. */
function judgedSuite(
  { suite, task, domain, leftOut }: AskedSuite,
  { champion }: Pick<Sides, 'champion'>,
  knownToAnchor: boolean,
): JudgedSuite {
  const { name, version, contentHash, group, metric, chance } = suite;
  return {
    ...{ suite: name, version, contentHash, family: group, metric, chance, task, leftOut },
    examines: kindNamed(suite.kind).examines,
    domain: domain?.domain ?? null,
    knownToChampion:
      champion !== undefined &&
      (!domain || champion.manifest.domains.some((known) => domainKey(known) === domainKey(domain))),
    knownToAnchor,
  };
}
