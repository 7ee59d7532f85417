/** The sentence about examples that the champion had learned otherwise. */
import type { CorrectionCounts } from './context.js';

export function noteCorrections(counts: CorrectionCounts | undefined): string[] {
  if (!counts) return [];
  const { withdrawn, corrected, exact } = counts;
  const one = withdrawn === 1;
  const what = `${withdrawn} ${one ? 'example that the champion learned was' : 'examples that the champion learned were'} changed or quarantined since`;
  const again = corrected === 0 ? '' : `, and ${corrected} of them learned again as they are now`;
  return exact
    ? [`Corrections: ${what}. ${one ? 'It is' : 'They are'} taken out exactly${again}.`]
    : [
        `Corrections: ${what}. ${one ? 'It is' : 'They are'} not replayed as ${one ? 'it was' : 'they were'}${again}; what ${one ? 'it' : 'they'} taught before stays in the weights, which only analytic and slda can take out.`,
      ];
}
