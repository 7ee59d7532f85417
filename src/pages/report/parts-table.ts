/**
 * Parts of the data, such as labels or domains: the scores of champion and candidate, as numbers and as two dots joined
 * by a line.
 */
import { clip } from '../../core/text.js';
import { type Markup, markup, nothing } from '../markup.js';
import { isMeasured, type Measured, points, share } from './numbers.js';
import { placeOn, type Scale, scaleOver } from './scale.js';
import { drawShape } from './verdict-mark.js';

export interface Part {
  readonly name: string;
  readonly cases: number;
  readonly champion: Measured;
  readonly candidate: Measured;
  /** Shown next to the numbers, such as a verdict. */
  readonly mark: Markup;
}

export interface PartsTable {
  /** Title of the first column. */
  readonly title: string;
  readonly parts: readonly Part[];
  /** Maximum number of parts shown at once. */
  readonly most: number;
}

export function showParts({ title, parts, most }: PartsTable): Markup {
  const scale = scaleOver(
    [...parts.flatMap(({ champion, candidate }) => [champion, candidate]).filter(isMeasured), 1],
    5,
  );
  const [first, rest] = [parts.slice(0, most), parts.slice(most)];
  const more = markup`<details class="rest"><summary>${rest.length} more</summary>${showTable(title, rest, scale)}</details>`;
  return markup`${showTable(title, first, scale)}${rest.length === 0 ? nothing : more}`;
}

function showTable(title: string, parts: readonly Part[], scale: Scale): Markup {
  const ends = `${share(scale.low)} to ${share(scale.high)} %`;
  return markup`<div class="scroll"><table class="parts">
<thead><tr><th scope="col">${title}</th><th scope="col" class="number">cases</th><th scope="col" class="number">was</th><th scope="col" class="number">is</th><th scope="col" class="number">points</th><th scope="col" class="bar">${ends}</th><th scope="col"><span class="unseen">verdict</span></th></tr></thead>
<tbody>${parts.map((part) => showPart(part, scale))}</tbody>
</table></div>`;
}

function showPart(part: Part, scale: Scale): Markup {
  const { name, cases, champion, candidate, mark } = part;
  const difference = differenceOf(part);
  return markup`<tr><th scope="row">${clip(name, 80)}</th><td class="number">${cases}</td><td class="number">${share(champion)}</td><td class="number">${share(candidate)}</td><td class="number"><b>${points(difference)}</b></td><td class="bar">${drawPair(part, scale)}</td><td>${mark}</td></tr>`;
}

/** Candidate minus champion; null if one of them was not measured. */
export function differenceOf({ champion, candidate }: Pick<Part, 'champion' | 'candidate'>): number | null {
  return isMeasured(champion) && isMeasured(candidate) ? candidate - champion : null;
}

function drawPair(part: Part, scale: Scale): Markup {
  const { name, champion, candidate } = part;
  if (!isMeasured(candidate)) return nothing;
  const to = placeOn(scale, candidate);
  const from = isMeasured(champion) ? placeOn(scale, champion) : to;
  const direction = from > to ? 'lost' : from < to ? 'gained' : 'same';
  const told = `${clip(name, 80)}: ${isMeasured(champion) ? `from ${share(champion)} to ` : ''}${share(candidate)} %`;
  return markup`<svg class="pair ${direction}" role="img" aria-label="${told}"><title>${told}</title><line class="grid" x1="0" x2="100%" y1="9" y2="9"/><line class="move" x1="${from}%" x2="${to}%" y1="9" y2="9"/>${isMeasured(champion) ? drawShape('none', from, 9) : nothing}${drawShape('pass', to, 9)}</svg>`;
}
