import { type Command, Option } from 'commander';
import { printable } from '../../core/text.js';
import { type UpdateSettings, updateAdapter } from '../../library/update.js';
import { strategies } from '../../training/strategies.js';
import type { Decide, Difference, Unfinished } from '../../update/intentions.js';
import type { Update } from '../../update/run-update.js';
import { askOnTerminal } from '../ask-intention.js';
import type { Output } from '../output.js';
import { type GlobalOptions, inSession, namesIn, newCommand, type Session, type Surroundings } from '../session.js';
import { renderAdvice } from '../terminal/advice.js';
import { renderField } from '../terminal/contest.js';
import { renderReport } from '../terminal/report.js';

interface UpdateOptions extends GlobalOptions {
  readonly strategy?: string;
  /** `true` where no names follow. */
  readonly tournament?: readonly string[] | true;
  readonly reencode?: true;
  readonly fresh?: true;
}

const namesOfStrategies = strategies.map(({ name }) => name).join(', ');

export function updateCommand(surroundings: Surroundings): Command {
  return newCommand('update', 'train a candidate from what is new, and compare it with the champion')
    .argument('<adapter>', 'the adapter')
    .option(
      '--strategy <name>',
      `instead of the declared one: ${namesOfStrategies}, or one that espalier.config.js adds`,
    )
    .addOption(
      new Option(
        '--tournament [a,b]',
        'train several side by side, and propose the best that passes; without names a usual field',
      )
        .argParser(namesIn)
        .conflicts('strategy'),
    )
    .option(
      '--reencode',
      'learn everything in the store again on the declared encoder, and compare with what the champion answered',
    )
    .option('--fresh', 'end an unfinished run, and begin anew with what is declared and stored now')
    .action((adapter: string, options: UpdateOptions) =>
      inSession(options, surroundings, (session) =>
        update(session, adapter, { ...options, decide: decideIn(session, surroundings) }),
      ),
    );
}

async function update(
  session: Session,
  adapter: string,
  options: UpdateOptions & { readonly decide: Decide },
): Promise<void> {
  const { reencode, fresh, decide } = options;
  const done = await updateAdapter(session, adapter, { field: fieldAsked(options), reencode, fresh, decide });
  session.output.result(done, () => renderUpdate(done, session.output));
}

/** A person is asked; where there is none to ask, the run is resumed, and what differs is said before it goes on. */
function decideIn({ output }: Session, { stdin, stderr, signal }: Surroundings): Decide {
  return async (differs, unfinished) => {
    output.note(renderDifferences(differs, unfinished));
    if (output.format === 'text' && stdin.isTTY && stderr.isTTY) return askOnTerminal({ stdin, stderr, signal });
    output.note(
      `It is resumed as it was planned. \`espalier update ${unfinished.adapter} --fresh\` ends it and begins anew.\n`,
    );
    return 'resume';
  };
}

function renderDifferences(differs: readonly Difference[], { run, adapter, stage, startedAt }: Unfinished): string {
  const head = `ATTENTION: run ${run} of ${adapter} is unfinished at its stage ${stage}.`;
  const since = `Since it was planned, at ${startedAt}, this has changed:`;
  return [head, since, ...differs.map(({ sentence }) => `  ${printable(sentence)}`)].join('\n');
}

/** Undefined: the declared strategy alone. */
function fieldAsked({ strategy, tournament }: UpdateOptions): UpdateSettings['field'] {
  if (tournament === undefined) return strategy === undefined ? undefined : [strategy];
  return tournament === true ? 'usual' : tournament;
}

function renderUpdate(update: Update, output: Output): string {
  const { candidateId, plan, strategy, report, field } = update;
  const { name } = plan.declaration;
  const compared = plan.parentVersion === null ? 'no champion yet' : `compared with version ${plan.parentVersion}`;
  const head = output.colours.bold(
    `candidate ${candidateId}: ${name} version ${plan.version} by ${strategy}, ${compared}`,
  );
  const parts = [
    [head, ...describeEarlierRun(update)].join('\n'),
    renderField(field, output),
    renderReport(report, output),
    renderAdvice(report, { id: candidateId, adapter: name }, output),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What became of an unfinished run, if there was one. */
function describeEarlierRun({ resumed, givenUp }: Update): string[] {
  if (givenUp) return [`run ${givenUp.run}, unfinished at its stage ${givenUp.stage}, was given up: ${givenUp.reason}`];
  if (!resumed) return [];
  const head = `an earlier run was taken over at its stage ${resumed.at}`;
  if (resumed.differs.length === 0) return [head];
  return [
    `${head}, as it was planned. It does not follow what has changed since:`,
    ...resumed.differs.map(({ sentence }) => `  ${printable(sentence)}`),
  ];
}
