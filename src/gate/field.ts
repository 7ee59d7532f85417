/** Ranks the contenders of one update, which the same gate has judged, and chooses the one to propose. */
import type { Verdict } from '../store/candidates.js';
import type { Contender, Failure } from '../store/contenders.js';
import type { Report } from './report.js';

export interface JudgedContender {
  readonly verdict: Verdict;
  /** Mean over the domains' holdouts; NaN (null once stored) if nothing is held out. */
  readonly averageAccuracy: number | null;
}

/**
 * Ranks pass before inconclusive before fail, so that a person sees the best available; then by accuracy; ties keep the
 * earlier contender. Returns undefined if there is no contender.
 */
export function chooseContender<T extends JudgedContender>(judged: readonly T[]): T | undefined {
  return [...judged].sort(byRank)[0];
}

const ranks: Record<Verdict, number> = { pass: 0, inconclusive: 1, fail: 2 };

/** Array.prototype.sort is stable, so 0 keeps the earlier contender first. */
function byRank(a: JudgedContender, b: JudgedContender): number {
  const accuracy = ({ averageAccuracy }: JudgedContender) => (Number.isFinite(averageAccuracy) ? averageAccuracy! : -1);
  return ranks[a.verdict] - ranks[b.verdict] || accuracy(b) - accuracy(a);
}

export interface FieldRow extends Pick<Contender, 'strategy' | 'chosen' | 'seconds' | 'bytesKept'> {
  /** These fields are null if the contender failed. */
  readonly verdict: Verdict | null;
  readonly averageAccuracy: number | null;
  readonly forgetting: number | null;
  readonly sentence: string | null;
  /** The domain on which the champion leads by most, and its lead; null without a champion. */
  readonly worstDomain: { readonly domain: string; readonly loss: number } | null;
  readonly error: Failure | null;
}

/** Best contender first, failed ones last. */
export function fieldRows(contenders: readonly Contender[]): FieldRow[] {
  const judged = contenders.flatMap((contender) =>
    contender.report ? [judgedRow(contender, contender.report as Report)] : [],
  );
  return [...judged.sort(byRank), ...contenders.filter(({ report }) => !report).map(failedRow)];
}

function judgedRow(
  { report: _, ...contender }: Contender,
  { verdict, sentence, domains, continual }: Report,
): FieldRow & JudgedContender {
  const losses = domains.flatMap(({ domain, champion, candidate }) =>
    champion === null ? [] : [{ domain, loss: champion - candidate }],
  );
  const worstDomain = losses.sort((a, b) => b.loss - a.loss)[0] ?? null;
  const { averageAccuracy, forgetting } = continual;
  return { ...contender, verdict, averageAccuracy, forgetting, sentence, worstDomain };
}

function failedRow({ report: _, ...contender }: Contender): FieldRow {
  return { ...contender, verdict: null, averageAccuracy: null, forgetting: null, sentence: null, worstDomain: null };
}
