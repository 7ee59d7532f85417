/**
 * Risk-coverage curves (El-Yaniv & Wiener, JMLR 2010): the share of wrong answers when only the most confident are
 * given.
 */
import type { CalibrationReport, CalibrationSide } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { isMeasured, share } from './numbers.js';
import { scaleOver } from './scale.js';
import { drawFrame, placeIn, type Side, sides } from './unit-square.js';

export function drawRiskCoverage({ champion, candidate }: CalibrationReport): Markup {
  const risks = [candidate, champion]
    .flatMap((side) => side?.riskCoverage.map(({ risk }) => risk) ?? [])
    .filter(isMeasured);
  const highest = scaleOver([0, 0.02, ...risks], 5).high;
  const was = champion ? `; of the champion ${share(champion.riskCoverageArea)}` : '';
  const told = `Area under the curve, in percent: of the candidate ${share(candidate.riskCoverageArea)}${was}.`;
  return markup`<svg class="square" viewBox="0 0 440 330" role="img" aria-label="Risk-coverage curves. ${told}">
<title>Risk-coverage curves</title><desc>${told}</desc>
${drawFrame({ across: 'answers given, the surest first, %', highest })}
${champion ? drawCurve('champion', champion, highest) : nothing}
${drawCurve('candidate', candidate, highest)}
</svg>`;
}

function drawCurve(side: Side, { riskCoverage }: CalibrationSide, highest: number): Markup {
  const path = riskCoverage
    .map(({ coverage, risk }) => placeIn(coverage, risk, highest))
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`);
  return markup`<g class="${side}"><path class="${sides[side]}" d="${path.join(' ')}"/></g>`;
}
