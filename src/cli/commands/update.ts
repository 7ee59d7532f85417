import { type Command, Option } from 'commander';
import type { AdapterDeclaration } from '../../core/declaration.js';
import { readDeclaration } from '../../core/workspace.js';
import { usualField } from '../../pipeline/field.js';
import { runUpdate, type Update } from '../../pipeline.js';
import { strategies } from '../../training/strategies.js';
import type { Output } from '../output.js';
import { renderField } from '../render-field.js';
import { renderAdvice } from '../report/advice.js';
import { renderReport } from '../report/terminal.js';
import { type GlobalOptions, inSession, namesIn, newCommand, type Session, type Surroundings } from '../session.js';

interface UpdateOptions extends GlobalOptions {
  readonly strategy?: string;
  /** `true` where no names follow. */
  readonly tournament?: readonly string[] | true;
  readonly reencode?: true;
}

const namesOfStrategies = strategies.map(({ name }) => name).join(', ');

export function updateCommand(surroundings: Surroundings): Command {
  return newCommand('update', 'train a candidate from what is new, and compare it with the champion')
    .argument('<adapter>', 'the adapter')
    .option('--strategy <name>', `instead of the declared one: ${namesOfStrategies}`)
    .addOption(
      new Option('--tournament [a,b]', 'train several side by side, and propose the best that passes; without names a usual field')
        .argParser(namesIn)
        .conflicts('strategy'),
    )
    .option('--reencode', 'learn everything in the store again on the declared encoder, and compare with what the champion answered')
    .action((adapter: string, options: UpdateOptions) => inSession(options, surroundings, (session) => update(session, adapter, options)));
}

async function update(session: Session, adapter: string, options: UpdateOptions): Promise<void> {
  const { workspace, store, output, progress, signal, now, actor } = session;
  const declaration = await readDeclaration(workspace, adapter);
  const encoder = await session.openEncoder(declaration);
  const request = { declaration, field: fieldAsked(declaration, options), reencode: options.reencode, trigger: actor, at: now };
  const done = await runUpdate({ workspace, store, encoder, progress, signal }, request);
  output.result(done, () => renderUpdate(done, output));
}

function fieldAsked(declaration: AdapterDeclaration, { strategy, tournament }: UpdateOptions): readonly string[] {
  if (tournament === undefined) return [strategy ?? declaration.strategy];
  return tournament === true ? usualField(declaration) : tournament;
}

function renderUpdate({ candidateId, plan, strategy, report, field, resumedAt }: Update, output: Output): string {
  const { name } = plan.declaration;
  const compared = plan.parentVersion === null ? 'no champion yet' : `compared with version ${plan.parentVersion}`;
  const head = output.colours.bold(`candidate ${candidateId}: ${name} version ${plan.version} by ${strategy}, ${compared}`);
  const resumed = resumedAt === undefined ? '' : `\nan earlier run was taken over at its stage ${resumedAt}`;
  const parts = [
    `${head}${resumed}`,
    renderField(field, output),
    renderReport(report, output),
    renderAdvice(report, { id: candidateId, adapter: name }, output),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}
