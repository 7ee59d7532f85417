/**
 * A kind of suite: what a case looks like, which texts it shows to the encoder, and how the adapter's outputs for them
 * are scored.
 *
 * shot: a labelled case that is shown, not asked. asked: a case that is scored. gold: what an asked case's score is
 *       held against.
 */
import { z } from 'zod';
import { largestOf } from '../core/sequences.js';
import { normaliseText, sameTextHash } from '../core/text.js';
import type { AdapterOutput } from '../versions/adapter-session.js';
import type { ImportKind } from './importing/import-row.js';
import type { Metric } from './metric.js';

/** What is known of an asked case before any adapter has answered. */
export interface AskedCase {
  readonly caseId: string;
  /**
   * What the score is held against: a similarity, 0 or 1 for relevance, the number of a class. Null: the score speaks
   * for itself.
   */
  readonly gold: number | null;
  /** By what cases can be told apart: `label`, `group`, `length`, and what the case brings itself. */
  readonly tags: Readonly<Record<string, string>>;
  /** Cases of one cluster are not independent of each other. */
  readonly cluster?: string | undefined;
  /** Labels that a version must have learned to be asked; without them any version can be asked. */
  readonly labels?: readonly string[] | undefined;
  /** Names the text that the case is about, so that suites which share it can be found. */
  readonly textHash: string;
}

/** What an adapter made of an asked case. */
export interface Judgement {
  readonly score: number;
  /** What the adapter said, where it says something in words. */
  readonly answer: string | undefined;
  /** The probability of that answer, where there is one. */
  readonly confidence: number | null;
}

export interface Case {
  readonly id: string;
  readonly group?: string | undefined;
  readonly cluster?: string | undefined;
}

/** Why cases measure nothing. */
export interface SuiteProblem {
  readonly what: string;
  /** The case where it shows, and which field of it. */
  readonly index?: number | undefined;
  readonly field?: string;
}

/**
 * What a suite puts to the test. answers: what the adapter's head says of a text. encoder: what the adapted embedding
 * can be used for, which a head can only change where it moves the embedding.
 */
export type Examines = 'answers' | 'encoder';

/** A kind of suite and everything that only it knows. docs/extending.md adds one step by step. */
export interface Kind<Name extends string, Own extends Case> {
  readonly name: Name;
  readonly examines: Examines;
  /** case by case: no case has a part in another one's score, so that a suite may be asked in slices. */
  readonly scoring: 'case by case' | 'as a whole';
  /** answers: which tasks it can ask; without it any. */
  readonly asks?: 'one label' | 'a set of labels';
  readonly metric: Metric;
  readonly schema: z.ZodType<Own>;
  /** Every text of a case that the encoder sees. */
  texts(item: Own): readonly string[];
  problemOf(cases: readonly Own[]): SuiteProblem | undefined;
  /** The cases that are scored, in the order in which `score` gives them. */
  asked(cases: readonly Own[]): AskedCase[];
  /** @param outputs for every text of every case, in order. @param task which answer of the adapter is asked for */
  score(cases: readonly Own[], outputs: readonly AdapterOutput[], task: string): Judgement[] | Promise<Judgement[]>;
  /** The score of guessing, from 0 to 1, as the cases give it; 0 where no guess is better than another. */
  chance(cases: readonly Own[]): number;
  /**
   * A version scores lower here by having learned more labels, so that nothing is promised by what an earlier version
   * scored.
   */
  readonly fallsWithLabels?: true;
  /** How `espalier eval import` makes cases of rows. */
  readonly importing: ImportKind;
  /** The smallest sound suite: what a refused case is told to look like. */
  readonly example: readonly Own[];
}

export const text = z.string().min(1);

/** Fields that a case of any kind may have. */
export const caseFields = { id: text, group: text.optional(), cluster: text.optional() };

/** Words up to which a text counts as short, and as medium. */
const shortWords = 8;
const mediumWords = 20;

interface Description {
  readonly texts: readonly string[];
  /** The text that the case is about, where it is none of those. */
  readonly about?: string;
  readonly gold?: number | null;
  readonly label?: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** The length is that of the longest text: short up to 8 words, medium up to 20, long above. */
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

/** @param label that is right. @param answer undefined: nothing was answered, which is wrong */
export function rightOrWrong(label: string, answer: string | undefined, confidence: number | null): Judgement {
  return { score: label === answer ? 1 : 0, answer, confidence };
}

/** A score that no words come with. */
export function scoreOnly(score: number): Judgement {
  return { score, answer: undefined, confidence: null };
}

/** Guessing evenly among the labels. */
export function evenGuess(cases: readonly { readonly label: string }[]): number {
  return 1 / new Set(cases.map(({ label }) => label)).size;
}

/** The number of each case's label, in the order of the labels' names. */
export function numberLabels(labels: readonly string[]): number[] {
  const numbers = new Map([...new Set(labels)].sort().map((label, number) => [label, number]));
  return labels.map((label) => numbers.get(label)!);
}

/**
 * One question with two expected answers: the second of the two cases.
 * @param questionOf what is asked.
 * @param answerOf what is expected
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
