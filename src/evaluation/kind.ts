/**
 * A kind of suite: the form of its cases, the texts of a case that the encoder reads, and the scoring of the adapter's
 * outputs for them.
 *
 * shot:  a labelled case that is shown, not scored.
 * asked: a case that is scored.
 * gold:  the reference that an asked case's score is compared with.
 */
import { z } from 'zod';
import { largestOf } from '../core/sequences.js';
import { normaliseText, sameTextHash } from '../core/text.js';
import type { AdapterOutput } from '../versions/adapter-session.js';
import type { ImportKind } from './importing/import-row.js';
import type { Metric } from './metric.js';

/** The properties of an asked case that do not depend on any adapter. */
export interface AskedCase {
  readonly caseId: string;
  /**
   * The reference that the score is compared with: a similarity, 0 or 1 for relevance, the number of a class. Null when
   * the score is already right or wrong and needs no reference.
   */
  readonly gold: number | null;
  /** Properties that group cases: `label`, `group`, `length`, and the case's own tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** Cases of one cluster are not independent of each other. */
  readonly cluster?: string | undefined;
  /** Labels that a version must have learned for the case to be scored; without them every version is scored. */
  readonly labels?: readonly string[] | undefined;
  /** Identifies the case's main text, so that suites which share it can be found. */
  readonly textHash: string;
}

/** The score of an asked case for one adapter. */
export interface Judgement {
  readonly score: number;
  /** The adapter's answer, if it answers in words. */
  readonly answer: string | undefined;
  /** The probability of that answer, if there is one. */
  readonly confidence: number | null;
}

export interface Case {
  readonly id: string;
  readonly group?: string | undefined;
  readonly cluster?: string | undefined;
}

/** The reason why cases measure nothing. */
export interface SuiteProblem {
  readonly what: string;
  /** Index of the case that shows the problem; `field` names the field. */
  readonly index?: number | undefined;
  readonly field?: string;
}

/**
 * The subject that a suite tests. answers: the answers of the adapter's head. encoder: the usefulness of the adapted
 * embedding, which a head can change only if it moves the embedding.
 */
export type Examines = 'answers' | 'encoder';

/**
 * A kind of suite with everything specific to it. docs/extending.md adds one step by step.
 * @example kindNamed('classification').chance(cases) // 0.5 if the cases have two labels
 */
export interface Kind<Name extends string, Own extends Case> {
  readonly name: Name;
  readonly examines: Examines;
  /** case by case: no case affects another case's score, so that a suite may be scored in slices. */
  readonly scoring: 'case by case' | 'as a whole';
  /** answers: the tasks that it can ask; by default any. */
  readonly asks?: 'one label' | 'a set of labels';
  readonly metric: Metric;
  readonly schema: z.ZodType<Own>;
  /** Every text of a case that the encoder reads. */
  texts(item: Own): readonly string[];
  problemOf(cases: readonly Own[]): SuiteProblem | undefined;
  /** The cases that are scored, in the order in which `score` returns them. */
  asked(cases: readonly Own[]): AskedCase[];
  /** @param outputs for every text of every case, in order. @param task whose answer is scored */
  score(cases: readonly Own[], outputs: readonly AdapterOutput[], task: string): Judgement[] | Promise<Judgement[]>;
  /** The score of guessing on these cases, from 0 to 1; 0 if no guess is better than another. */
  chance(cases: readonly Own[]): number;
  /**
   * Set if a version scores lower merely by having learned more labels, so that an earlier version's score promises
   * nothing.
   */
  readonly fallsWithLabels?: true;
  /** How `espalier eval import` makes cases from rows. */
  readonly importing: ImportKind;
  /** The smallest valid suite: the error for a refused case shows it. */
  readonly example: readonly Own[];
}

export const text = z.string().min(1);

/** Fields that a case of every kind may have. */
export const caseFields = { id: text, group: text.optional(), cluster: text.optional() };

/** Greatest numbers of words of a short text and of a medium one. */
const shortWords = 8;
const mediumWords = 20;

interface Description {
  readonly texts: readonly string[];
  /** The main text of the case; by default all its texts. */
  readonly about?: string;
  readonly gold?: number | null;
  readonly label?: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Describes a case. Its length is that of the longest text: short up to 8 words, medium up to 20, long above. */
export function describeCase(
  { id, group, cluster }: Case,
  { texts, about = texts.join('\n'), gold = null, label, tags }: Description,
): AskedCase {
  const length = lengthOf(largestOf(texts.map((own) => normaliseText(own).split(' ').length)));
  const known = {
    ...tags,
    ...(label === undefined ? {} : { label }),
    ...(group === undefined ? {} : { group }),
    length,
  };
  return {
    caseId: id,
    gold,
    tags: known,
    textHash: sameTextHash(about).slice(0, 16),
    ...(cluster === undefined ? {} : { cluster }),
  };
}

function lengthOf(words: number): string {
  if (words <= shortWords) return 'short';
  return words <= mediumWords ? 'medium' : 'long';
}

/** @param label the right label. @param answer undefined if nothing was answered, which counts as wrong */
export function rightOrWrong(label: string, answer: string | undefined, confidence: number | null): Judgement {
  return { score: label === answer ? 1 : 0, answer, confidence };
}

/** A judgement with a score and no answer. */
export function scoreOnly(score: number): Judgement {
  return { score, answer: undefined, confidence: null };
}

/** The score of guessing evenly among the labels. */
export function evenGuess(cases: readonly { readonly label: string }[]): number {
  return 1 / new Set(cases.map(({ label }) => label)).size;
}

/**
 * Numbers each case's label, in the order of the labels' names.
 *
 * @example numberLabels(['b', 'a', 'b']) // [1, 0, 1]
 */
export function numberLabels(labels: readonly string[]): number[] {
  const numbers = new Map([...new Set(labels)].sort().map((label, number) => [label, number]));
  return labels.map((label) => numbers.get(label)!);
}

/**
 * Finds a question with two different expected answers, and names the second of the two cases.
 * @param questionOf the question of a case
 * @param answerOf the expected answer of a case
 */
export function contradictionAmong<Own extends Case>(
  cases: readonly Own[],
  questionOf: (item: Own) => string,
  answerOf: (item: Own) => string | number,
  field: string,
): SuiteProblem | undefined {
  const expected = new Map<string, Own>();
  for (const [index, item] of cases.entries()) {
    const question = questionOf(item);
    const first = expected.get(question);
    if (!first) expected.set(question, item);
    else if (answerOf(first) !== answerOf(item))
      return {
        what: `\`${first.id}\` and \`${item.id}\` ask the same and expect \`${answerOf(first)}\` and \`${answerOf(item)}\``,
        index,
        field,
      };
  }
  return undefined;
}
