/** Answers that turned, for a person to read: newly wrong answers first, then newly right ones. */
import { clip } from '../../core/text.js';
import type { Flip, Flips } from '../../measuring/flips.js';
import { type Markup, markup, nothing } from '../markup.js';
import { dash, isMeasured, share } from './numbers.js';

/** Maximum number of rows, over both kinds together. */
const mostShown = 200;
/** Number of lost answers shown at once; the others open on demand. */
const atOnce = 25;

export function showFlips({ lost, gained }: Flips): Markup {
  if (lost.length + gained.length === 0) return nothing;
  const [shownLost, shownGained] = [lost.slice(0, mostShown), gained.slice(0, Math.max(0, mostShown - lost.length))];
  const rest = shownLost.slice(atOnce);
  return markup`<section id="flips">
<h2>Answers to read</h2>
<p class="soft">Right before and wrong now: ${lost.length}. Wrong before and right now: ${gained.length}. The surest answers first.</p>
<h3>Right before, wrong now</h3>
${lost.length === 0 ? markup`<p>None.</p>` : showTable(shownLost.slice(0, atOnce))}
${rest.length === 0 ? nothing : markup`<details class="rest"><summary>${rest.length} more that were lost</summary>${showTable(rest)}</details>`}
${sayHidden(lost.length - shownLost.length, 'lost')}
${gained.length === 0 ? nothing : markup`<h3>Wrong before, right now</h3>`}
${shownGained.length === 0 ? nothing : markup`<details class="rest"><summary>${shownGained.length} that were gained</summary>${showTable(shownGained)}</details>`}
${sayHidden(gained.length - shownGained.length, 'gained')}
</section>`;
}

const sayHidden = (count: number, kind: string) =>
  count === 0
    ? nothing
    : markup`<p class="soft">${count} more that were ${kind} are not on this page; <code>--json</code> has them all.</p>`;

function showTable(flips: readonly Flip[]): Markup {
  return markup`<div class="scroll"><table class="flips">
<thead><tr><th scope="col">asked</th><th scope="col">expected</th><th scope="col">champion said</th><th scope="col">candidate says</th><th scope="col" class="number">confidence, %</th><th scope="col">suite</th></tr></thead>
<tbody>${flips.map(showFlip)}</tbody>
</table></div>`;
}

function showFlip({ suite, caseId, text, expected, champion, candidate, confidence }: Flip): Markup {
  const asked =
    text === null
      ? markup`<span class="soft">case ${clip(caseId, 80)}, its text is gone</span>`
      : markup`${clip(text, 400)}`;
  const answers = [expected, champion, candidate].map(
    (answer) => markup`<td class="answer">${answer === null ? dash : clip(answer, 80)}</td>`,
  );
  return markup`<tr><th scope="row">${asked}</th>${answers}<td class="number">${isMeasured(confidence) ? share(confidence) : dash}</td><td class="answer soft">${clip(suite, 80)}</td></tr>`;
}
