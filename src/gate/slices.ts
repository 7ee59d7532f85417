/**
 * Cuts the head's answers by label, domain, source or length, to show where a loss lies and to judge each slice by the
 * policy.
 */

import { groupBy } from '../core/grouping.js';
import { labelsShown } from '../core/label-sets.js';
import type { SlicePolicy } from '../declaration/gate-policy.js';
import { accuracy, jaccard } from '../evaluation/metrics/means.js';
import { metricNamed } from '../evaluation/metrics.js';
import type { PairedSuite } from './paired.js';

/** One answered case of a suite. */
export interface AnsweredCase {
  readonly suite: string;
  /** True for a held-out example, false for a case of a declared suite. */
  readonly isHoldout: boolean;
  /** Whether the champion knows the domain and the label; true without a champion. */
  readonly isKnown: boolean;
  readonly metric: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Answers of one cluster are not independent; null or absent if the case stands alone. */
  readonly cluster?: string | null | undefined;
  readonly champion: ScoredAnswer | null;
  readonly candidate: ScoredAnswer;
}

export interface ScoredAnswer {
  /** 1 if right; between 0 and 1 if some labels of a set are right. */
  readonly score: number;
  /** Probability of the answer; null if it has none. */
  readonly confidence: number | null;
}

export interface Slice {
  readonly by: string;
  readonly value: string;
  readonly paired: PairedSuite;
  /** Undefined if the slice is shown but not judged. */
  readonly policy: SlicePolicy | undefined;
}

/** Cuts that are always shown for held-out examples. */
const usualCuts = ['label', 'domain', 'source', 'length'] as const;

/**
 * Slices of each cut, in alphabetical order. A cut with a single slice equals the whole and is omitted unless the
 * policy names it.
 */
export function cutSlices(answers: readonly AnsweredCase[], policies: readonly SlicePolicy[]): Slice[] {
  const isAsked = (by: string) => policies.some((policy) => policy.suite === undefined && policy.by === by);
  const shown = usualCuts.filter((by) => !isAsked(by)).map((by) => ({ by, suite: undefined, policy: undefined }));
  return [...policies.map((policy) => ({ by: policy.by, suite: policy.suite, policy })), ...shown].flatMap(
    ({ by, suite, policy }) => {
      const own = answers.filter((one) => (suite === undefined ? one.isHoldout : one.suite === suite) && one.isKnown);
      const parts = groupBy(
        own.flatMap((one) => valuesOf(one, by).map((value) => ({ one, value }))),
        ({ value }) => value,
      );
      if (!policy && parts.size < 2) return [];
      return [...parts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([value, cases]) => ({
          by,
          value,
          paired: pairedSlice(
            `${suite ?? 'holdout'} ${by}=${value}`,
            cases.map(({ one }) => one),
          ),
          policy,
        }));
    },
  );
}

const isRightOrWrong = ({ metric }: AnsweredCase) => metricNamed(metric).isProportion;
const isSet = ({ metric }: AnsweredCase) => metric === jaccard.name;

/**
 * The values of a cut that a case belongs to: a case with a set of labels belongs to each of them, or to "no label".
 * Empty if the case lacks the tag, or its score is not that of an answer.
 */
function valuesOf(one: AnsweredCase, by: string): readonly string[] {
  const tag = one.tags[by];
  if (tag === undefined || !(isRightOrWrong(one) || isSet(one))) return [];
  return by === 'label' && isSet(one) ? labelsShown(tag) : [tag];
}

/** [cases] The cluster of each case; null if no case names one. */
export function clustersOf(cases: readonly Pick<AnsweredCase, 'suite' | 'cluster'>[]): string[] | null {
  const isNamed = ({ cluster }: Pick<AnsweredCase, 'cluster'>) => cluster !== null && cluster !== undefined;
  if (!cases.some(isNamed)) return null;
  return cases.map(({ suite, cluster }, index) => (cluster == null ? `case ${index}` : `${suite} ${cluster}`));
}

function pairedSlice(name: string, cases: readonly AnsweredCase[]): PairedSuite {
  const isFirst = cases.some(({ champion }) => champion === null);
  return {
    ...{
      name,
      metric: cases.some(isSet) ? jaccard.name : accuracy.name,
      family: 'slice',
      chance: 0,
      gold: [],
      clusters: clustersOf(cases),
      anchor: null,
      leftOut: 0,
      uses: 0,
    },
    role: 'judged',
    champion: isFirst ? null : cases.map(({ champion }) => champion!.score),
    candidate: cases.map(({ candidate }) => candidate.score),
  };
}
