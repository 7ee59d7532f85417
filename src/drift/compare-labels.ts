/** How common each label is in a batch: estimated without its labels, and beside them where the batch has some. */
import type { Task } from '../declaration/tasks.js';
import { countAnswers } from '../store/example-counts.js';
import type { Example } from '../store/examples.js';
import { type AskedChampion, classesOf } from './champion-asked.js';
import { type AskedTexts, randomOf, type Scope } from './compare-scope.js';
import { fewestTexts, type LabelReport, type LabelShare, type Measured } from './drift-check.js';
import { type Estimate, estimateLabelShift, type Refusal } from './statistics/label-shift.js';

const replicates = 200;

export interface LabelQuestion {
  readonly task: Task;
  readonly whole: Scope;
  /** Held-out examples, in the order in which the champion was asked. */
  readonly held: readonly Example[];
  /** Label -> number of examples of the batch; undefined if it came without labels. */
  readonly observed: ReadonlyMap<string, number> | undefined;
}

export async function compareLabels(
  champion: AskedChampion,
  { task, whole, held, observed }: LabelQuestion,
): Promise<Measured<LabelReport>> {
  if (task.multiLabel)
    return { reason: 'the labels of a multi-label task do not exclude each other, so they have no shares' };
  const labels = classesOf(champion.manifest, task.name).map(({ label }) => label);
  const learned = await learnedCounts(champion, task.name);
  const estimates = estimate(champion, { whole, held, labels });
  const notes = [...estimates.notes, ...newLabelNote(labels, observed)];
  const [total, seen] = [sumOf(learned.values()), observed && sumOf(observed.values())];
  const known = labels.map((label, place): LabelShare => {
    const [likelihood, confusion] = [estimates.likelihood?.[place], estimates.confusion?.[place]];
    return {
      label,
      learned: (learned.get(label) ?? 0) / total,
      ...(likelihood && { likelihood }),
      ...(confusion && { confusion }),
      ...(observed && { observed: (observed.get(label) ?? 0) / seen! }),
    };
  });
  const fresh = [...(observed ?? [])].filter(([label]) => !labels.includes(label));
  const added = fresh.map(([label, count]): LabelShare => ({ label, learned: 0, observed: count / seen! }));
  const distance = estimates.likelihood
    ? known.reduce((sum, own) => sum + Math.abs(own.likelihood!.share - own.learned), 0) / 2
    : null;
  const byChance = distance === null ? null : distanceByChance(known, whole.fresh.rows.length);
  return { shares: [...known, ...added], notes, distance, byChance };
}

/** Half the sum of the mean absolute deviations of binomial shares, as of normal ones: sqrt(2 / pi) of the standard one. */
function distanceByChance(shares: readonly LabelShare[], texts: number): number {
  const deviation = ({ learned }: LabelShare) => Math.sqrt((2 * learned * (1 - learned)) / (Math.PI * texts));
  return shares.reduce((sum, own) => sum + deviation(own), 0) / 2;
}

async function learnedCounts({ store, adapter, learned }: AskedChampion, task: string): Promise<Map<string, number>> {
  const counts = await countAnswers(store.queries, adapter, learned.through.get(task) ?? 0);
  return new Map(counts.filter((own) => own.task === task).map(({ answer, train }) => [answer, train]));
}

interface Estimates {
  readonly likelihood: Shares;
  readonly confusion: Shares;
  readonly notes: readonly string[];
}

type Shares = Extract<Estimate, { shares: unknown }>['shares'] | undefined;

function estimate(
  champion: AskedChampion,
  { whole, held, labels }: Pick<LabelQuestion, 'whole' | 'held'> & { readonly labels: readonly string[] },
): Estimates {
  const none = (note: string): Estimates => ({ likelihood: undefined, confusion: undefined, notes: [note] });
  if (labels.length < 2) return none('a single label has no share to estimate');
  const places = new Map(labels.map((label, place) => [label, place]));
  const rows = [...held.keys()].filter((row) => places.has(held[row]!.label));
  const fewer = Math.min(rows.length, whole.fresh.rows.length);
  if (fewer < fewestTexts)
    return none(`shares are not estimated: ${fewer} texts or held-out examples; at least ${fewestTexts} are needed`);
  const { byLikelihood, byConfusion } = estimateLabelShift({
    fresh: { values: whole.fresh.scores, labels: labels.length },
    held: { values: rowsOf(whole.held, rows, labels.length), labels: labels.length },
    truth: Int32Array.from(rows, (row) => places.get(held[row]!.label)!),
    replicates,
    random: randomOf(champion, whole, 'label shift'),
  });
  const notes = [
    ...('refused' in byLikelihood ? [refusalOf('likelihood', byLikelihood.refused, labels)] : []),
    ...('refused' in byConfusion ? [refusalOf('the confusion matrix', byConfusion.refused, labels)] : []),
  ];
  return { likelihood: sharesIn(byLikelihood), confusion: sharesIn(byConfusion), notes };
}

const sharesIn = (found: Estimate): Shares => ('shares' in found ? found.shares : undefined);

function rowsOf({ scores }: AskedTexts, rows: readonly number[], width: number): Float64Array {
  const taken = new Float64Array(rows.length * width);
  for (const [place, row] of rows.entries()) taken.set(scores.subarray(row * width, (row + 1) * width), place * width);
  return taken;
}

function refusalOf(how: string, refusal: Refusal, labels: readonly string[]): string {
  const why = {
    'too many labels': () => `${labels.length} labels are too many`,
    'a label without a row': () => `\`${labels[(refusal as { label: number }).label]}\` has no held-out example`,
    'ill conditioned': () =>
      `the labels are confused too often on held-out examples (smallest singular value ${(refusal as { smallest: number }).smallest.toFixed(3)}, at least 0.1 is needed)`,
  };
  return `shares by ${how} are not estimated: ${why[refusal.kind]()}`;
}

/** Estimates divide texts with a new label among the known ones. */
function newLabelNote(labels: readonly string[], observed: LabelQuestion['observed']): string[] {
  const fresh = [...(observed ?? [])].filter(([label]) => !labels.includes(label));
  const count = sumOf(fresh.map(([, own]) => own));
  if (count === 0) return [];
  return [
    `${count} examples have ${fresh.length === 1 ? 'a label' : `${fresh.length} labels`} that the champion has not learned; the estimates divide them among the others`,
  ];
}

const sumOf = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);
