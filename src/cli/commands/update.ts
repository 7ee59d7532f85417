import type { Command } from 'commander';
import { readDeclaration } from '../../core/workspace.js';
import { runUpdate, type Update } from '../../pipeline.js';
import type { Output } from '../output.js';
import { renderReport } from '../render-report.js';
import { type GlobalOptions, inSession, newCommand, type Session, type Surroundings } from '../session.js';

interface UpdateOptions extends GlobalOptions {
  readonly strategy?: string;
}

export function updateCommand(surroundings: Surroundings): Command {
  return newCommand('update', 'train a candidate from what is new, and compare it with the champion')
    .argument('<adapter>', 'the adapter')
    .option('--strategy <name>', 'analytic, replay or finetune, instead of the declared one')
    .action((adapter: string, options: UpdateOptions) => inSession(options, surroundings, (session) => update(session, adapter, options)));
}

async function update(session: Session, adapter: string, options: UpdateOptions): Promise<void> {
  const { workspace, store, output, progress, signal, now, actor } = session;
  const declaration = await readDeclaration(workspace, adapter);
  const encoder = await session.openEncoder(declaration);
  const request = { declaration, strategy: options.strategy, trigger: actor, at: now };
  const done = await runUpdate({ workspace, store, encoder, progress, signal }, request);
  output.result(done, () => renderUpdate(done, output));
}

function renderUpdate({ candidateId, plan, report, resumedAt }: Update, output: Output): string {
  const { name } = plan.declaration;
  const compared = plan.parentVersion === null ? 'no champion yet' : `compared with version ${plan.parentVersion}`;
  const head = `candidate ${candidateId}: ${name} version ${plan.version} by ${plan.strategy}, ${compared}`;
  const pass = `espalier candidates approve ${candidateId} --reason "..."`;
  const next = report.verdict === 'pass' ? pass : `espalier candidates show ${candidateId}, then reject it, or approve it with --override`;
  const resumed = resumedAt === undefined ? [] : [`an earlier run was taken over at its stage ${resumedAt}`];
  return [output.colours.bold(head), ...resumed, '', renderReport(report, output), '', `next: ${next}`].join('\n');
}
