/**
 * Findings that did not pass, as one table: the rule, the measured value, the limit, and how many cases would decide
 * it.
 */
import { clip } from '../../core/text.js';
import { type Concern, concernsOf, type Report } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { formatterFor } from './measured.js';
import { dash, isMeasured } from './numbers.js';
import { markVerdict } from './verdict-mark.js';

export function showConcerns(report: Report): Markup {
  const concerns = concernsOf(report);
  if (concerns.length === 0) return nothing;
  return markup`<section id="concerns">
<h2>What did not pass</h2>
<div class="scroll"><table class="concerns">
<thead><tr><th scope="col">verdict</th><th scope="col">what</th><th scope="col">rule</th><th scope="col" class="number">measured</th><th scope="col" class="number">limit</th><th scope="col" class="number">cases needed</th><th scope="col">reason</th></tr></thead>
<tbody>${concerns.map(showConcern)}</tbody>
</table></div>
</section>`;
}

function showConcern({ name, finding }: Concern): Markup {
  const say = formatterFor(finding.rule);
  const needed = isMeasured(finding.needed) ? `about ${finding.needed.toLocaleString('en')}` : dash;
  return markup`<tr><td>${markVerdict(finding.verdict)}</td><th scope="row">${clip(name, 120)}</th><td>${finding.rule}</td><td class="number">${say(finding.value)}</td><td class="number">${say(finding.limit)}</td><td class="number">${needed}</td><td class="reason">${clip(finding.reason, 600)}</td></tr>`;
}
