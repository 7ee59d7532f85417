/** What to do next, for a terminal. */
import { wrap } from '../../core/text.js';
import { adviseOn } from '../../gate/advice.js';
import type { Report } from '../../gate/report.js';
import { commandFor } from '../../pages/report/commands.js';
import type { Candidate } from '../../store/candidates.js';
import type { Output } from '../output.js';

export function renderAdvice(
  report: Report,
  candidate: Pick<Candidate, 'id' | 'adapter'>,
  { colours, width }: Output,
): string {
  const lines = adviseOn(report).map(({ what, step }) =>
    step === null ? wrap(what, width) : `${wrap(what, width)}\n    ${colours.cyan(commandFor(step, candidate))}`,
  );
  return `next\n${lines.join('\n')}`;
}
