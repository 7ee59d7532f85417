/** The confidence below which an answer is refused, and the share of errors in both directions. */
import type { Report } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { share } from './numbers.js';

/** One sentence for each task. */
export function sayUnknown({ unknown }: Pick<Report, 'unknown'>): string[] {
  return unknown.map((one) => {
    const of = unknown.length > 1 ? `${one.task}: ` : '';
    if (one.threshold === null)
      return `${of}no threshold for unknown texts: ${one.inScope} held-out texts are too few to refuse at most ${share(one.share)} % of them`;
    const accepts =
      one.outOfScope === 0 ? '' : `, and answers ${one.accepted} of ${one.outOfScope} texts that are out of scope`;
    return `${of}unknown below a confidence of ${share(one.threshold)} %: refuses ${one.refused} of ${one.inScope} held-out texts (at most ${share(one.share)} % by choice)${accepts}`;
  });
}

export function showUnknown({ unknown }: Report): Markup {
  if (unknown.length === 0) return nothing;
  const items = sayUnknown({ unknown }).map((sentence) => markup`<li>${sentence}.</li>`);
  return markup`<section id="unknown"><h2>Unknown texts</h2><ul>${items}</ul></section>`;
}
