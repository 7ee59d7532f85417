/**
 * Suites that examine the answers of a head, made from the adapter's own held-out texts: whether an answer stays the
 * same when a text is written differently (robustness) or by somebody else (invariance), and whether the head is less
 * confident about texts it was not made for (scope). A head over a frozen encoder can lose these abilities, and nobody
 * has to write cases for them.
 *
 * Which examples are used, and how each is changed, depends only on their numbers and the seed: an example that is used
 * again at the next update is changed in the same way. Cost: up to `answers.cases` texts for each suite and task are
 * encoded once.
 */

import { sha256 } from '../core/hash.js';
import { uniformOf } from '../core/random.js';
import { textHash } from '../core/text.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { nameWithin } from '../declaration/tasks.js';
import { changeText, type PerturbationFamily } from '../evaluation/perturbations.js';
import type { Suite } from '../evaluation/suites.js';
import { answersFamily } from '../gate/paired.js';
import type { Example } from '../store/examples.js';
import { type AskedSuite, answersPrefix } from './asked-suite.js';

/**
 * Raised whenever the perturbations or the choice of texts change, so that scores of different cases are not compared.
 */
const answersVersion = 1;

/** A slice with a single case shows nothing. */
const fewestCases = 10;

export interface AnswerSources {
  /** Held-out examples of labels that the version has learned. */
  readonly held: readonly Example[];
  /** Texts that the adapter was not made for. */
  readonly outOfScope: readonly string[];
}

/** @returns the suites of each task that have enough cases */
export function answerSuites(declaration: AdapterDeclaration, { held, outOfScope }: AnswerSources): AskedSuite[] {
  const { tasks, answers } = declaration;
  return tasks.flatMap((task) => {
    const own = held.filter((example) => example.task === task.name);
    const made = [
      ...(answers.robustness ? [changedSuite(declaration, task.name, 'robustness', own)] : []),
      ...(answers.invariance ? [changedSuite(declaration, task.name, 'invariance', own)] : []),
      ...(answers.scope && !task.multiLabel ? [scopeSuite(declaration, task.name, own, outOfScope)] : []),
    ];
    return made.flatMap((suite) =>
      suite && suite.cases.length >= fewestCases ? [{ suite, task: task.name, domain: undefined, leftOut: 0 }] : [],
    );
  });
}

const capabilities: Readonly<Record<PerturbationFamily, string>> = {
  robustness:
    'Whether an answer stays when a text is written otherwise: typing errors, letter case, punctuation, length, order.',
  invariance: 'Whether an answer stays whoever writes: names, gender, spelling, greeting, signature.',
};

function changedSuite(
  declaration: AdapterDeclaration,
  task: string,
  family: PerturbationFamily,
  held: readonly Example[],
): Suite {
  const { answers, training, tasks } = declaration;
  const cases = drawn(held, answers.cases, [training.seed, family]).flatMap(({ id, text }) => {
    const change = changeText(family, text, { key: String(id), seed: training.seed });
    return change ? [{ id: caseIdOf(id, change.changed), text, ...change }] : [];
  });
  const name = `${answersPrefix}${nameWithin(tasks, task, family)}`;
  return { ...headerOf(name, capabilities[family], cases), kind: 'stability', metric: 'consistency', chance: 0, cases };
}

/** Undefined if no text is known to be out of scope. */
function scopeSuite(
  { answers, training, tasks }: AdapterDeclaration,
  task: string,
  held: readonly Example[],
  outOfScope: readonly string[],
): Suite | undefined {
  const inside = drawn(held, answers.cases, [training.seed, 'scope']).map(({ id, text }) => ({
    id: caseIdOf(id, text),
    text,
    scope: 'in' as const,
  }));
  if (outOfScope.length === 0 || inside.length < fewestCases) return undefined;
  const outside = outOfScope.map((text) => ({ id: `out-${shortHash(text)}`, text, scope: 'out' as const }));
  const name = `${answersPrefix}${nameWithin(tasks, task, 'scope')}`;
  const cases = [...inside, ...outside];
  const capability = 'Whether the head is surer of texts of its own than of texts that it was not made for.';
  return { ...headerOf(name, capability, cases), kind: 'scope', metric: 'auroc', chance: 0.5, cases };
}

/** Identifies the example and its changed text: another seed changes a text in another way. */
const caseIdOf = (example: number, text: string) => `${example}-${shortHash(text)}`;
const shortHash = (text: string) => textHash(text).slice(0, 16);

function headerOf(name: string, capability: string, cases: readonly unknown[]) {
  return {
    ...{ name, version: answersVersion, capability, group: answersFamily, ceiling: 1 },
    contentHash: sha256(JSON.stringify(cases)),
  };
}

/**
 * Takes the examples with the smallest random numbers: an example that is held out later replaces at most one other,
 * and moves no third.
 */
function drawn(held: readonly Example[], count: number, [seed, suite]: readonly [number, string]): Example[] {
  return held
    .map((example) => ({ example, draw: uniformOf(seed, `${suite} ${example.id}`) }))
    .sort((a, b) => a.draw - b.draw)
    .slice(0, count)
    .map(({ example }) => example)
    .sort((a, b) => a.id - b.id);
}
