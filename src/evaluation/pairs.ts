/** Suites whose cases are two texts, compared by the cosine of their adapted embeddings. */
import { normaliseText } from '../core/text.js';
import { dot } from '../core/vectors.js';
import type { AdapterOutput } from '../versions/adapter-session.js';
import { type Case, contradictionAmong, type Judgement, type SuiteProblem, scoreOnly } from './kind.js';

export interface Pair extends Case {
  readonly a: string;
  readonly b: string;
}

export const textsOfPair = ({ a, b }: Pair): readonly string[] => [a, b];

export function cosinesOf(cases: readonly Pair[], outputs: readonly AdapterOutput[]): Judgement[] {
  return cases.map((_, index) => scoreOnly(dot(outputs[2 * index]!.adapted, outputs[2 * index + 1]!.adapted)));
}

/** Finds a pair that occurs, in either order, with two different expected answers. */
export function contradictoryPairs<Own extends Pair>(
  cases: readonly Own[],
  answerOf: (item: Own) => string | number,
  field: string,
): SuiteProblem | undefined {
  return contradictionAmong(
    cases,
    ({ a, b }) => JSON.stringify([normaliseText(a), normaliseText(b)].sort()),
    answerOf,
    field,
  );
}
