/** Flips for a terminal: what was right and is wrong now, to be read by a person. */
import { clip } from '../../core/text.js';
import type { Flip, Flips } from '../../measuring/flips.js';
import type { Output } from '../output.js';

const usuallyShown = 5;

/** The lost ones; of the gained ones their number. */
export function renderFlips(
  { lost, gained }: Flips,
  { colours, width }: Output,
  { all = false }: { all?: boolean },
): string {
  if (lost.length + gained.length === 0) return '';
  const head =
    colours.bold(`right before, wrong now: ${lost.length}`) +
    colours.dim(`   wrong before, right now: ${gained.length}`);
  const shown = lost.slice(0, all ? lost.length : usuallyShown);
  const more = lost.length - shown.length;
  return [
    head,
    ...shown.map((flip) => describeFlip(flip, width)),
    ...(more > 0 ? [`  and ${more} more (--all, or --json)`] : []),
  ].join('\n');
}

function describeFlip({ suite, caseId, text, champion, candidate }: Flip, width: number): string {
  const asked = text === null ? `case ${caseId}` : `"${text}"`;
  const half = Math.floor((width - 8) / 3);
  return `  ${clip(asked, width - 4)}\n    ${clip(`${champion ?? '-'} -> ${candidate ?? '-'}`, 2 * half)}  ${clip(suite, half)}`;
}
