import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { measureDrift } from '../../library/drift.js';
import { readTexts } from '../read-texts.js';
import { type GlobalOptions, inSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';
import { describeDrift } from '../terminal/drift.js';
import { addTextOptions, type TextOptions } from '../text-options.js';

interface DriftOptions extends GlobalOptions, TextOptions {
  readonly since?: string;
  readonly batch?: number;
  readonly texts?: string;
  readonly task?: string;
  readonly again?: boolean;
}

export function driftCommand(surroundings: Surroundings): Command {
  const command = newCommand('drift', 'compare what arrived with what the champion has learned')
    .argument('<adapter>', 'the adapter')
    .option(
      '--since <time>',
      'batches that arrived at or after this time (ISO 8601); default: all that it has not learned',
    )
    .option('--batch <n>', 'the batch of this number alone', wholeNumber)
    .option('--texts <file>', 'compare texts without labels instead, and queue the unknown ones; - for standard input')
    .option('--task <name>', 'of this task only; default: all that the champion has learned')
    .option('--again', 'compare again what was compared before');
  return addTextOptions(command).action((adapter: string, options: DriftOptions) =>
    inSession(options, surroundings, (session) => drift(session, { adapter, ...surroundings, ...options })),
  );
}

interface Asked extends DriftOptions, Pick<Surroundings, 'stdin'> {
  readonly adapter: string;
}

async function drift(session: Session, asked: Asked): Promise<void> {
  const { adapter, since, batch, task, again } = asked;
  const texts = asked.texts === undefined ? undefined : await readTexts(session, { ...asked, file: asked.texts });
  const settings = { since: since === undefined ? undefined : timeOf(since), batch, texts, task, again };
  const report = await measureDrift(session, adapter, settings);
  session.output.result(report, () => describeDrift(report, session.output));
}

/** @throws USAGE */
function timeOf(written: string): Date {
  const time = new Date(written);
  if (!Number.isNaN(time.getTime())) return time;
  throw new EspalierError('USAGE', `--since ${written} is not a time`, { hint: 'Write it as 2026-11-24T09:00:00Z.' });
}
