/**
 * The frequency of the classes expected in use, as opposed to the learned one: logits - ln(share learned) + ln(share
 * expected) (logit adjustment, Menon et al., "Long-tail learning via logit adjustment", ICLR 2021; Saerens et al.,
 * 2002). It assumes calibrated logits. With 500 examples of some classes and 3 of others, a head that fits the learned
 * shares almost never answers with the others.
 */
import type { RidgeSettings } from '../heads/ridge.js';

export type LabelPrior = RidgeSettings['prior'];

/**
 * The offsets added to the logits of a task whose classes compete. [classes] A class without examples, of which all
 * were withdrawn, is expected no more often than if it had one: nothing is learned that could speak for it.
 * @param counts learned examples of each class
 */
export function priorOffsets(prior: LabelPrior, labels: readonly string[], counts: Float64Array): Float64Array {
  const learned = sharesOf(counts.map((count) => count || 1));
  const expected = sharesOf(
    learned.map((share, index) => (counts[index] === 0 ? share : expectedShare(prior, labels[index]!, share))),
  );
  return learned.map((share, index) => Math.log(expected[index]!) - Math.log(share));
}

/**
 * The expected share before all are scaled to a sum of 1: a label that the declaration does not name keeps its learned
 * share.
 */
function expectedShare(prior: LabelPrior, label: string, learned: number): number {
  if (prior === 'balanced') return 1;
  if (prior === 'observed') return learned;
  return Object.hasOwn(prior, label) ? prior[label]! : learned;
}

function sharesOf(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
