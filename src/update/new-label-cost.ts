/** Computes from the stored answers how many right answers the new labels of an update cost the earlier labels. */
import { nameWithin } from '../declaration/tasks.js';
import type { ConfusedPair, NewLabelCost } from '../gate/report.js';
import type { PairedResult } from '../store/results.js';
import type { Evaluated, Plan } from './context.js';
import { newLabelsOf } from './label-changes.js';
import { type Measured, wasShown } from './measured.js';

const mostPairs = 3;

/**
 * Counts held-out examples that the champion answered right and the candidate wrong: a loss to a new label is
 * competition, a loss to another old label is forgetting. Pairs are counted in both directions, whatever the champion
 * answered. Null if no label is new.
 */
export function newLabelCost(measured: readonly Measured[], plan: Plan, evaluated: Evaluated): NewLabelCost | null {
  const pairs = new Map<string, ConfusedPair>();
  let [toNew, toOld, labels] = [0, 0, 0];
  for (const [task, own] of heldByTask(measured)) {
    const fresh = newLabelsOf(plan, evaluated, task);
    if (fresh.size === 0) continue;
    labels += fresh.size;
    for (const { suite, results } of own)
      for (const result of results) {
        const { candidateAnswer, candidateScore, tags } = result;
        if (candidateAnswer === null || candidateScore === 1) continue;
        const isNew = fresh.has(candidateAnswer);
        if (result.championScore === 1 && wasShown(suite, result, plan)) isNew ? toNew++ : toOld++;
        if (isNew === fresh.has(tags.label!)) continue;
        const [older, newer] = isNew ? [tags.label!, candidateAnswer] : [candidateAnswer, tags.label!];
        const named = (label: string) => nameWithin(plan.declaration.tasks, task, label);
        countPair(pairs, { older: named(older), newer: named(newer) }, result);
      }
  }
  if (labels === 0) return null;
  const worst = [...pairs.values()].sort((a, b) => b.cases - a.cases).slice(0, mostPairs);
  return { labels, toNew, toOld, pairs: worst };
}

function countPair(
  pairs: Map<string, ConfusedPair>,
  pair: Pick<ConfusedPair, 'older' | 'newer'>,
  { caseId, tags }: PairedResult,
): void {
  const key = JSON.stringify([pair.older, pair.newer]);
  const before = pairs.get(key) ?? { ...pair, cases: 0, caseId, expected: tags.label! };
  pairs.set(key, { ...before, cases: before.cases + 1 });
}

function heldByTask(measured: readonly Measured[]): ReadonlyMap<string, Measured[]> {
  const byTask = new Map<string, Measured[]>();
  for (const one of measured.filter(({ suite }) => suite.domain !== null))
    byTask.set(one.suite.task, [...(byTask.get(one.suite.task) ?? []), one]);
  return byTask;
}
