import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { printable } from '../../core/text.js';
import { examineWorkspace } from '../../library/upkeep.js';
import type { Examination, Finding } from '../../upkeep/doctor.js';
import type { Colours } from '../output.js';
import { type GlobalOptions, inReadingSession, newCommand, type Session, type Surroundings } from '../session.js';

export function doctorCommand(surroundings: Surroundings): Command {
  return newCommand(
    'doctor',
    'examine database, versions and files; every finding has the command that mends it',
  ).action((options: GlobalOptions) => inReadingSession(options, surroundings, doctor));
}

async function doctor({ output, ...session }: Session): Promise<void> {
  const examination = await examineWorkspace(session);
  const errors = examination.findings.filter(({ severity }) => severity === 'error');
  // As JSON the result is in the error: there is one object on standard output.
  if (errors.length === 0 || output.format === 'text')
    output.result(examination, () => render(examination, output.colours));
  if (errors.length === 0) return;
  const [first] = errors;
  const more = errors.length === 1 ? '' : `, and ${errors.length - 1} more`;
  throw new EspalierError('WORKSPACE_DAMAGED', `${first!.what}${more}`, { result: examination });
}

function render({ findings, checks }: Examination, colours: Colours): string {
  if (findings.length === 0) return `Nothing is wrong: ${checks.join(', ')}.`;
  const colourOf = { error: colours.red, warning: colours.yellow, note: colours.dim };
  const blockOf = ({ severity, what, where, command }: Finding) =>
    [
      `${colourOf[severity](severity)}  ${printable(what)}`,
      `  at    ${printable(where)}`,
      `  mend  ${printable(command)}`,
    ].join('\n');
  const count = (kind: Finding['severity']) => {
    const found = findings.filter(({ severity }) => severity === kind).length;
    return `${found} ${kind}${found === 1 ? '' : 's'}`;
  };
  return [...findings.map(blockOf), `${count('error')}, ${count('warning')}, ${count('note')}`].join('\n');
}
