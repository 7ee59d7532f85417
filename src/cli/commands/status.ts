import type { Command } from 'commander';
import { clip, wrap } from '../../core/text.js';
import { describeTrouble } from '../../core/trouble.js';
import { readStatus } from '../../library/status.js';
import { tableOf } from '../output.js';
import { type GlobalOptions, inReadingSession, newCommand, type Session, type Surroundings } from '../session.js';

export function statusCommand(surroundings: Surroundings): Command {
  return newCommand('status', 'every adapter at a glance').action((options: GlobalOptions) =>
    inReadingSession(options, surroundings, showStatus),
  );
}

async function showStatus({ output, ...session }: Session): Promise<void> {
  const status = await readStatus(session);
  const { adapters } = status;
  output.result(status, () => {
    if (adapters.length === 0) return 'No adapter is declared. `espalier init DIR` makes one to begin with.';
    const columns = [
      { title: 'adapter' },
      { title: 'strategy' },
      { title: 'champion', align: 'right' },
      { title: 'new', align: 'right' },
      { title: 'waiting' },
      { title: 'last run' },
    ] as const;
    const rows = adapters.map(({ name, strategy, champion, newExamples, waiting, lastRun, damage }) => [
      name,
      strategy === null ? '?' : clip(strategy, 20),
      champion === null ? '-' : `v${champion}${damage === null ? '' : output.colours.red(', damaged')}`,
      newExamples === null ? '?' : String(newExamples),
      waiting.map((id) => `candidate ${id}`).join(', ') || '-',
      lastRun ? `${lastRun.status} at ${lastRun.stage}` : '-',
    ]);
    const wrongs = adapters.flatMap(({ name, trouble, damage }) => [
      ...(trouble === null ? [] : [`${name}:\n${wrap(describeTrouble(trouble), output.width)}`]),
      ...(damage === null ? [] : [`${name}: ${clip(damage, output.width - name.length - 2)}`]),
    ]);
    return [tableOf(columns, rows, output.colours), ...wrongs].join('\n');
  });
}
