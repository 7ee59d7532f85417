/** The held-out examples cut by label, domain, source or length, to show where a loss lies. */
import { groupBy } from '../../core/grouping.js';
import { type Report, type SliceRow, verdictOf } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { differenceOf, showParts } from './parts-table.js';
import { markVerdict } from './verdict-mark.js';

const mostShown = 15;

export function showSlices({ slices }: Report): Markup {
  if (slices.length === 0) return nothing;
  return markup`<section id="slices">
<h2>Where it sits</h2>
<p class="soft">The held-out examples of what the champion knows, cut by what is known of them; a slice that a policy cuts from a suite bears its name. The worst first: a ring is what the champion had, a disc what the candidate has. Slices are small; one that nothing judges is shown to be looked at, and decides nothing.</p>
${[...groupBy(slices, cutOf)].map(([name, own]) => showCut(name, own))}
</section>`;
}

/** "holdout label": the name of a slice without its value. */
function cutOf({ suite, by, value }: SliceRow): string {
  const ending = ` ${by}=${value}`;
  const of = suite.endsWith(ending) ? suite.slice(0, -ending.length) : 'holdout';
  return of === 'holdout' ? `By ${by}` : `${of}, by ${by}`;
}

function showCut(name: string, slices: readonly SliceRow[]): Markup {
  const change = (slice: SliceRow) => differenceOf(slice) ?? 0;
  const parts = [...slices]
    .sort((a, b) => change(a) - change(b))
    .map(({ value, cases, champion, candidate, findings }) => {
      const mark = findings.length === 0 ? nothing : markVerdict(verdictOf(findings));
      return { name: value, cases, champion, candidate, mark };
    });
  return markup`<h3>${name}</h3>
${showParts({ title: slices[0]!.by, parts, most: mostShown })}`;
}
