/** Sentences that the pictures of a comparison share, on the terminal and on the page. */

import { percent } from '../../core/numbers.js';
import { clip } from '../../core/text.js';
import { bestRemedy, type Comparison, nameOfPlay, type PlayedRow } from '../../study/comparison.js';

const longestName = 40;

export function describeExamples({ examples, unmeasured, classes }: Comparison): string {
  const count = (of: 'train' | 'holdout') => examples.reduce((sum, example) => sum + example[of], 0);
  const learned = `${count('train')} examples of ${classes} labels to learn from, ${count('holdout')} held out to measure by.`;
  if (unmeasured.length === 0) return learned;
  const names = unmeasured.map((domain) => clip(domain, longestName)).join(', ');
  return `${learned} Nothing is held out of ${names}: learned, but not measured.`;
}

/** The result in three sentences. */
export function describeFindings(comparison: Comparison): string {
  const played = comparison.rows.filter((row): row is PlayedRow => row.error === null);
  const ends = (row: PlayedRow) => `${percent(row.averageAccuracy)} % and forgets ${percent(row.forgetting)} points`;
  const best = bestRemedy(comparison);
  const sentences = [
    played.filter(({ role }) => role === 'naive').map((row) => `Fine-tuning on new data alone ends at ${ends(row)}.`),
    best ? [`The best remedy, ${nameOfPlay(best)}, ends at ${ends(best)}.`] : [],
    played
      .filter(({ role }) => role === 'joint')
      .map((row) => `Training on everything at once reaches ${percent(row.averageAccuracy)} %.`),
  ];
  return sentences.flat().join(' ');
}

/** Half the width of a 95 % interval around the best average, over all held-out examples (Agresti & Coull, 1998). */
export function describeChance(comparison: Comparison): string {
  const share = comparison.rows.find((row) => row.error === null)?.averageAccuracy ?? 0.5;
  const count = comparison.examples.reduce((sum, { holdout }) => sum + holdout, 0);
  const moderate = (share * count + 2) / (count + 4);
  const points = 196 * Math.sqrt((moderate * (1 - moderate)) / (count + 4));
  return `With ${count} examples to measure by, an average is known to about ${points.toFixed(0)} points either way: read small differences as none.`;
}
