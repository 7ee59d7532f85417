/** What to do next, for a terminal. */
import { wrap } from '../../core/text.js';
import { adviseOn } from '../../gate/advice.js';
import type { Report } from '../../gate/report.js';
import type { Candidate } from '../../store/candidates.js';
import type { Output } from '../output.js';

export function renderAdvice(
  report: Report,
  { id: candidateId, adapter }: Pick<Candidate, 'id' | 'adapter'>,
  { colours, width }: Output,
): string {
  const lines = adviseOn(report, candidateId, adapter).map(({ what, command }) =>
    command === null ? wrap(what, width) : `${wrap(what, width)}\n    ${colours.cyan(command)}`,
  );
  return `next\n${lines.join('\n')}`;
}
