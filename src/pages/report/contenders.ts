/** The field of a tournament: every strategy that trained for this update, and the reason for proposing it or not. */

import { megabytes } from '../../core/numbers.js';
import { clip } from '../../core/text.js';
import type { FieldRow } from '../../gate/field.js';
import { type Markup, markup, nothing } from '../markup.js';
import { dash, isMeasured, points, share } from './numbers.js';
import { markVerdict } from './verdict-mark.js';

/** Empty if there was only one contender. */
export function showField(field: readonly FieldRow[]): Markup {
  if (field.length < 2) return nothing;
  return markup`<section id="field">
<h2>The field</h2>
<p class="soft">${field.length} strategies trained on the same data; the best that the same gate lets through is proposed. Worst domain: where the champion is furthest ahead. Kept: what the next update goes on from.</p>
<div class="scroll"><table class="contenders">
<thead><tr><th scope="col">strategy</th><th scope="col">verdict</th><th scope="col" class="number">average, %</th><th scope="col" class="number">forgotten</th><th scope="col">worst domain</th><th scope="col" class="number">seconds</th><th scope="col" class="number">kept, MB</th><th scope="col">why</th></tr></thead>
<tbody>${field.map(showContender)}</tbody>
</table></div>
</section>`;
}

function showContender({
  strategy,
  chosen,
  verdict,
  averageAccuracy,
  forgetting,
  worstDomain,
  seconds,
  bytesKept,
  sentence,
  error,
}: FieldRow): Markup {
  const why = error ? `[${error.code}] ${error.message}. ${error.hint}` : (sentence ?? '');
  const worst = worstDomain ? `${clip(worstDomain.domain, 40)} ${points(-worstDomain.loss)}` : dash;
  const name = chosen ? markup`<b>${strategy}</b> <span class="chosen">▸ proposed</span>` : markup`${strategy}`;
  return markup`<tr><th scope="row">${name}</th><td>${verdict === null ? markup`<span class="verdict fail">did not train</span>` : markVerdict(verdict)}</td><td class="number">${share(averageAccuracy)}</td><td class="number">${share(forgetting)}</td><td>${worst}</td><td class="number">${
    isMeasured(seconds) ? seconds.toFixed(1) : dash
  }</td><td class="number">${isMeasured(bytesKept) ? megabytes(bytesKept) : dash}</td><td class="reason">${clip(why, 400)}</td></tr>`;
}
