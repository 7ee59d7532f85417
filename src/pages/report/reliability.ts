/**
 * A reliability diagram: the share of right answers at each confidence, against that confidence. On the diagonal they
 * are equal.
 */
import type { CalibrationReport, CalibrationSide } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { isMeasured, share } from './numbers.js';
import { drawFrame, placeIn, type Side, sides } from './unit-square.js';

/** Sizes in pixels of a bin that holds all cases, and of one that holds hardly any. */
const [largest, smallest] = [11, 2.5];

export function drawReliability({ champion, candidate }: CalibrationReport): Markup {
  const told = describeGaps({ champion, candidate });
  const [from, to] = [placeIn(0, 0, 1), placeIn(1, 1, 1)];
  return markup`<svg class="square" viewBox="0 0 440 330" role="img" aria-label="Reliability diagram. ${told}">
<title>Reliability diagram</title><desc>${told}</desc>
${drawFrame({ across: 'confidence, %', highest: 1 })}
<line class="diagonal" x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}"/>
${champion ? drawBins('champion', champion) : nothing}
${drawBins('candidate', candidate)}
</svg>`;
}

interface Filled {
  readonly confidence: number;
  readonly accuracy: number;
  readonly count: number;
}

const filledBins = ({ bins }: CalibrationSide): Filled[] =>
  bins.flatMap(({ confidence, accuracy, count }) =>
    isMeasured(confidence) && isMeasured(accuracy) && count > 0 ? [{ confidence, accuracy, count }] : [],
  );

function drawBins(side: Side, data: CalibrationSide): Markup {
  const places = filledBins(data).map((bin) => ({ bin, ...placeIn(bin.confidence, bin.accuracy, 1) }));
  const path = places.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(' ');
  const dots = places.map(({ bin, x, y }) => {
    const radius = smallest + (largest - smallest) * Math.sqrt(bin.count / data.cases);
    const told = `${side}: ${bin.count} answers with a confidence of ${share(bin.confidence)} % are right in ${share(bin.accuracy)} %`;
    return markup`<circle cx="${x}" cy="${y}" r="${radius}"><title>${told}</title></circle>`;
  });
  return markup`<g class="${side}">${places.length < 2 ? nothing : markup`<path class="${sides[side]}" d="${path}"/>`}${dots}</g>`;
}

function describeGaps({ champion, candidate }: Pick<CalibrationReport, 'champion' | 'candidate'>): string {
  const was = champion ? `; the champion's by ${share(champion.error)}` : '';
  return `The candidate's confidence is off by ${share(candidate.error)} points on average${was}.`;
}
