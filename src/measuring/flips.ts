/**
 * The cases whose answer turned from right to wrong or from wrong to right, with their texts: the first thing to read
 * about a candidate.
 */
import { appendAll } from '../core/sequences.js';
import type { Workspace } from '../declaration/workspace.js';
import { jaccard } from '../evaluation/metrics/means.js';
import { metricNamed } from '../evaluation/metrics.js';
import { changeText, type PerturbationFamily, perturbations } from '../evaluation/perturbations.js';
import { listSuites, readSuite, type Suite } from '../evaluation/suites.js';
import type { Store } from '../store/database.js';
import { type JudgedSuite, listJudgedSuites } from '../store/eval-suites.js';
import { readExampleTexts } from '../store/examples.js';
import { listResults, type PairedResult } from '../store/results.js';
import { readRun } from '../store/runs.js';
import { answersPrefix, aspectOf, exampleOf, isMadeOfHoldout } from '../update/asked-suite.js';
import type { Plan } from '../update/context.js';

export interface Flip {
  readonly suite: string;
  readonly caseId: string;
  /** Null if the suite is gone, or its cases have changed since. */
  readonly text: string | null;
  /** The right answer; null if it has no name. */
  readonly expected: string | null;
  readonly champion: string | null;
  readonly candidate: string | null;
  /** Probability of the candidate's answer; null if it has none. */
  readonly confidence: number | null;
}

export interface Flips {
  readonly lost: readonly Flip[];
  readonly gained: readonly Flip[];
}

/**
 * Lists the flips of one contender of a run, over suites whose answers are right or wrong; the wrong answers with the
 * highest confidence first.
 */
export async function listFlips(
  { queries }: Store,
  { suiteFolders }: Workspace,
  runId: number,
  strategy: string,
): Promise<Flips> {
  const judged = new Map((await listJudgedSuites(queries, runId)).map((suite) => [suite.suite, suite]));
  const flipped: PairedResult[] = [];
  for (const { suite, metric } of [...judged.values()].sort((a, b) => (a.suite < b.suite ? -1 : 1))) {
    if (!metricNamed(metric).isProportion && metric !== jaccard.name) continue;
    appendAll(flipped, (await listResults(queries, runId, { contender: strategy, suite })).filter(isFlipped));
  }
  const held = flipped.flatMap(({ suite, caseId }) => (isMadeOfHoldout(suite) ? (exampleOf(caseId) ?? []) : []));
  const examples = await readExampleTexts(queries, held);
  const { plan } = await readRun(queries, runId);
  const { seed } = (plan as Plan).declaration.training;
  const suites = new Map<string, ReadonlyMap<string, string>>();
  for (const name of new Set(flipped.map(({ suite }) => suite))) {
    const suite = judged.get(name)!;
    if (!isMadeOfHoldout(name)) suites.set(name, await readCaseTexts(suiteFolders, suite));
  }
  const flips = flipped.map((result) => ({
    result,
    flip: flipOf(
      result,
      isMadeOfHoldout(result.suite) ? askedText(result, examples, seed) : suites.get(result.suite)?.get(result.caseId),
    ),
  }));
  const side = (right: boolean) =>
    flips
      .filter(({ result }) => isRight(result.candidateScore) === right)
      .map(({ flip }) => flip)
      .sort((a, b) => (b.confidence ?? 0) - (a.confidence ?? 0));
  return { lost: side(false), gained: side(true) };
}

/** Case -> text, for held-out examples that the store still has. */
export async function readHeldTexts(
  { queries }: Store,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = await readExampleTexts(
    queries,
    caseIds.flatMap((caseId) => exampleOf(caseId) ?? []),
  );
  return new Map(
    caseIds.flatMap((caseId) =>
      texts.has(exampleOf(caseId)!) ? [[caseId, texts.get(exampleOf(caseId)!)!] as const] : [],
    ),
  );
}

/** The text that was scored: that of the held-out example, or its changed form. */
function askedText(
  { suite, caseId }: PairedResult,
  examples: ReadonlyMap<number, string>,
  seed: number,
): string | undefined {
  const id = exampleOf(caseId);
  const text = id === undefined ? undefined : examples.get(id);
  const family = aspectOf(suite);
  if (text === undefined || !suite.startsWith(answersPrefix) || !(family in perturbations)) return text;
  return changeText(family as PerturbationFamily, text, { key: String(id), seed })?.changed;
}

/** A label set is right only if all of its labels are. */
const isRight = (score: number) => score === 1;

const isFlipped = ({ championScore, candidateScore }: PairedResult) =>
  championScore !== null && isRight(championScore) !== isRight(candidateScore);

function flipOf(result: PairedResult, text: string | undefined): Flip {
  const { suite, caseId, tags, championAnswer, candidateAnswer, candidateConfidence } = result;
  return {
    ...{ suite, caseId, text: text ?? null, expected: tags.label ?? expectedOf(suite, tags) },
    ...{ champion: championAnswer, candidate: candidateAnswer, confidence: candidateConfidence },
  };
}

/** For a changed text, the expected answer is the answer to the original text, whatever it was. */
function expectedOf(suite: string, { group }: PairedResult['tags']): string | null {
  return suite.startsWith(answersPrefix) && group !== undefined ? `as without: ${group}` : null;
}

/** Case -> text, for a suite as it was then; empty if that is no longer available. */
async function readCaseTexts(
  folders: readonly string[],
  { suite, contentHash }: JudgedSuite,
): Promise<ReadonlyMap<string, string>> {
  const folder = (await listSuites(folders)).get(suite);
  const read = folder === undefined ? undefined : await readSuite(folder).catch(() => undefined);
  if (read?.contentHash !== contentHash) return new Map();
  return new Map(
    (read.cases as Suite['cases']).flatMap((item) => ('text' in item ? [[item.id, item.text] as const] : [])),
  );
}
