import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { type BufferSheet, explainMembership, readBufferSheet } from '../../library/buffer.js';
import { allPolicies } from '../../replay/policies.js';
import type { Membership } from '../../store/buffer.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { inReadingSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';
import { tasksShown } from '../terminal/examples.js';

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
  session.output.result(sheet, () => {
    const facts = [
      ['text', clip(sheet.text, 2000)],
      ...tasksShown(declaration)(['task', sheet.task]),
      ['label', clip(sheet.label, 200)],
      ['domain', clip(sheet.domain, 200)],
      ['source', clip(sheet.source, 200)],
      ['received', sheet.receivedAt],
      ['from', clip(originOf(sheet), 300)],
      ['split', sheet.split],
      ['arrival', String(sheet.arrival)],
      ['hash', sheet.hash],
      ...placeOf(sheet),
    ];
    return facts.map(([name, value]) => `${name!.padEnd(9)} ${value}`).join('\n');
  });
}

function originOf({ provenance: { file, line, agreement } }: BufferSheet): string {
  const origin = `${file}, line ${line}`;
  return agreement ? `${origin}; ${agreement.agreed} of ${agreement.annotators} annotators agreed` : origin;
}

function placeOf({ membership }: BufferSheet): string[][] {
  if (membership === null) return [['buffer', 'not offered yet']];
  return [
    ['buffer', `${membership.state} since ${membership.since}`],
    ['policy', `${clip(membership.policy, 64)}, ${scoreOf(membership)}`],
    ['reason', clip(membership.reason, 400)],
  ];
}

async function why(session: Session, id: number, options: AdapterOptions): Promise<void> {
  const declaration = await askedAdapter(session, options);
  const { sheet, ...found } = await explainMembership(session, declaration.name, id);
  session.output.result(found, () => {
    const { membership } = sheet;
    const rule = membership
      ? `\nrule      ${membership.policy}, ${scoreOf(membership)}, since ${membership.since}`
      : '';
    return `example   ${id}: ${clip(sheet.text, 60)}\nreason    ${clip(found.reason, 400)}${rule}`;
  });
}

/** "draw 0.0123": the number by which the policy decided, under its own name for it. */
function scoreOf({ policy, score }: Membership): string {
  const named = allPolicies().find(({ name }) => name === policy);
  return `${named?.score ?? 'score'} ${Number.isInteger(score) ? score : score.toFixed(4)}`;
}
