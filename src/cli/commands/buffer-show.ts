import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { explainMembership, readBufferSheet } from '../../library/buffer.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { inReadingSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';
import { factsOf, historyFacts, linesOfFacts, scoreOf } from '../terminal/example-sheet.js';

export function showCommand(surroundings: Surroundings): Command {
  return newCommand('show', 'one example, whole')
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .argument('<id>', 'the example', wholeNumber)
    .action((id: number, options: AdapterOptions) =>
      inReadingSession(options, surroundings, (session) => show(session, id, options)),
    );
}

export function whyCommand(surroundings: Surroundings): Command {
  return newCommand('why', 'which rule let an example in, or put it out')
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .argument('<id>', 'the example', wholeNumber)
    .action((id: number, options: AdapterOptions) =>
      inReadingSession(options, surroundings, (session) => why(session, id, options)),
    );
}

async function show(session: Session, id: number, options: AdapterOptions): Promise<void> {
  const declaration = await askedAdapter(session, options);
  const sheet = await readBufferSheet(session, declaration.name, id);
  session.output.result(sheet, () => linesOfFacts(factsOf(sheet, declaration)).join('\n'));
}

async function why(session: Session, id: number, options: AdapterOptions): Promise<void> {
  const declaration = await askedAdapter(session, options);
  const { sheet, ...found } = await explainMembership(session, declaration.name, id);
  const { membership } = sheet;
  session.output.result(found, () =>
    linesOfFacts([
      ['example', `${id}: ${clip(sheet.text, 60)}`],
      ['reason', clip(found.reason, 400)],
      ...(membership
        ? [['rule', `${membership.policy}, ${scoreOf(membership)}, since ${membership.since}`] as const]
        : []),
      ...historyFacts(sheet),
    ]).join('\n'),
  );
}
