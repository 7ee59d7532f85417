/** Whether confidences can be trusted: two pictures, the numbers, and the paired difference. */
import type { CalibrationReport, CalibrationSide, Report } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { counted, interval, points, share } from './numbers.js';
import { drawReliability } from './reliability.js';
import { drawRiskCoverage } from './risk-coverage.js';
import { showFinding } from './suites.js';

export function showCalibration({ calibration }: Report): Markup {
  if (calibration === null) return nothing;
  const { champion, candidate, difference, findings } = calibration;
  const key = champion
    ? markup`<p class="key"><span class="champion">champion</span> <span class="candidate">candidate</span></p>`
    : nothing;
  return markup`<section id="confidence">
<h2>Confidence</h2>
<p class="soft">Over the held-out examples; the champion's only over what it knows. Below the diagonal answers are surer than they are right. All numbers in percent, the lower the better.</p>
${difference ? sayDifference(difference) : nothing}
${findings.length === 0 ? nothing : markup`<ul class="findings">${findings.map(showFinding)}</ul>`}
${key}
<div class="grid-2">
<figure><figcaption>Right answers by confidence<small>share right, %; the larger a dot, the more answers</small></figcaption>${drawReliability(calibration)}</figure>
<figure><figcaption>Wrong answers by coverage<small>share wrong of the answers given, %</small></figcaption>${drawRiskCoverage(calibration)}</figure>
</div>
<div class="scroll"><table class="calibration">
<thead><tr><th scope="col"></th><th scope="col" class="number">cases</th><th scope="col" class="number">calibration error (ECE)</th><th scope="col" class="number">Brier score</th><th scope="col" class="number">area under risk-coverage (AURC)</th></tr></thead>
<tbody>${champion ? showSide('champion', champion) : nothing}${showSide('candidate', candidate)}</tbody>
</table></div>
</section>`;
}

function showSide(name: string, { cases, error, brier, riskCoverageArea }: CalibrationSide): Markup {
  const numbers = [error, brier, riskCoverageArea].map((value) => markup`<td class="number">${share(value)}</td>`);
  return markup`<tr><th scope="row">${name}</th><td class="number">${cases}</td>${numbers}</tr>`;
}

/**
 * The stored value is positive if the candidate is better; the page shows its negative, since a lower Brier score is
 * better.
 */
function sayDifference({ cases, value, lower, upper }: NonNullable<CalibrationReport['difference']>): Markup {
  const change = `${points(-value)} points, bounds ${interval(-upper, -lower)}`;
  return markup`<p>On ${counted(cases, 'case', 'cases')} that both know, case by case, the candidate's Brier score differs by <b>${change}</b>; below 0 it is better.</p>`;
}
