/** The command for each step that the advice names, since the page is read next to a command line. */
import type { Step } from '../../gate/advice.js';
import type { Candidate } from '../../store/candidates.js';

export function commandFor(step: Step, { id, adapter }: Pick<Candidate, 'id' | 'adapter'>): string {
  const commands: Readonly<Record<Step, string>> = {
    approve: `espalier candidates approve ${id} --reason "..."`,
    reject: `espalier candidates reject ${id} --reason "..."`,
    override: `espalier candidates approve ${id} --reason "..." --override`,
    tournament: `espalier update ${adapter} --tournament`,
  };
  return commands[step];
}
