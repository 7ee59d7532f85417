import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import {
  addUnknownTexts,
  dropUnknownTexts,
  listUnknownTexts,
  nameUnknownTexts,
  type UnknownListing,
} from '../../library/unknown.js';
import { type Output, tableOf } from '../output.js';
import { readTexts } from '../read-texts.js';
import {
  type GlobalOptions,
  inSession,
  namesIn,
  newCommand,
  newGroup,
  type Session,
  type Surroundings,
} from '../session.js';
import { describeQueued } from '../terminal/drift.js';
import { describeDropped, describeNamed } from '../terminal/unknown.js';
import { addTextOptions, type TextOptions } from '../text-options.js';

interface UnknownOptions extends GlobalOptions {
  readonly task?: string;
}

interface ChoiceOptions extends UnknownOptions {
  readonly clusters?: readonly string[];
  readonly ids?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

export function unknownCommand(surroundings: Surroundings): Command {
  const group = newGroup('unknown', 'texts that the champion does not know, to be named or dropped');
  for (const make of [listCommand, addCommand, nameCommand, dropCommand]) group.addCommand(make(surroundings));
  return group;
}

const withTask = (command: Command) => command.option('--task <name>', 'the task; default: the only one there is');

function listCommand(surroundings: Surroundings): Command {
  return withTask(newCommand('list', 'show the queue in clusters, each with a proposed name'))
    .argument('<adapter>', 'the adapter')
    .action((adapter: string, options: UnknownOptions) =>
      inSession(options, surroundings, async (session) => {
        const listing = await listUnknownTexts(session, adapter, options);
        session.output.result(listing, () => describeListing(listing, session.output));
      }),
    );
}

function addCommand(surroundings: Surroundings): Command {
  const command = newCommand('add', 'queue those texts of a file that the champion would not answer')
    .argument('<adapter>', 'the adapter')
    .argument('<file>', 'texts without labels; - for standard input')
    .option('--task <name>', 'of this task only; default: all that the champion has learned');
  return addTextOptions(command).action((adapter: string, file: string, options: UnknownOptions & TextOptions) =>
    inSession(options, surroundings, async (session) => {
      const texts = await readTexts(session, { ...options, stdin: surroundings.stdin, file });
      const queued = await addUnknownTexts(session, adapter, { texts, task: options.task });
      session.output.result(queued, () => queued.map(describeQueued).join('\n'));
    }),
  );
}

function nameCommand(surroundings: Surroundings): Command {
  return withChoice(newCommand('name', 'take texts of the queue in as examples with a label'))
    .argument('<adapter>', 'the adapter')
    .argument('<label>', 'the label')
    .option('--domain <name>', 'the domain of the new examples', 'unknown')
    .action((adapter: string, label: string, options: ChoiceOptions & { domain: string }) =>
      inSession(options, surroundings, (session) => name(session, adapter, { ...options, label })),
    );
}

async function name(
  session: Session,
  adapter: string,
  { label, domain, ...options }: ChoiceOptions & { label: string; domain: string },
): Promise<void> {
  const named = await nameUnknownTexts(session, adapter, { ...choiceOf(options), label, domain });
  session.output.result(named, () => describeNamed(named));
}

function dropCommand(surroundings: Surroundings): Command {
  return withChoice(newCommand('drop', 'remove texts from the queue'))
    .argument('<adapter>', 'the adapter')
    .option('--reason <text>', 'why; kept for ever, and required without --dry-run')
    .action((adapter: string, options: ChoiceOptions & { reason?: string }) =>
      inSession(options, surroundings, async (session) => {
        const dropped = await dropUnknownTexts(session, adapter, { ...choiceOf(options), reason: options.reason });
        session.output.result(dropped, () => describeDropped(dropped));
      }),
    );
}

function withChoice(command: Command): Command {
  return withTask(command)
    .option('--clusters <names>', 'the texts of these clusters: a,b,c', namesIn)
    .option('--ids <ids>', 'single texts by the beginnings of their ids: a,b,c')
    .option('--all', 'every text of the queue')
    .option('--dry-run', 'show which texts, and change nothing');
}

const choiceOf = ({ task, clusters, ids, all, dryRun }: ChoiceOptions) => ({
  ...{ task, clusters, all, dryRun },
  ids: ids === undefined ? [] : namesIn(ids),
});

const [mostClusters, shownTexts] = [20, 3];

function describeListing({ task, texts, clustered, clusters }: UnknownListing, { colours, width }: Output): string {
  if (texts === 0) return 'the queue is empty';
  const rows = clusters.slice(0, mostClusters).flatMap(({ cluster, size, proposedName, texts: own }) =>
    own.slice(0, shownTexts).map(({ hash, text }, index) => {
      const head = index === 0 ? [cluster, String(size), clip(proposedName ?? '-', 20)] : ['', '', ''];
      return [...head, colours.dim(hash.slice(0, 8)), clip(text, Math.max(20, width - 51))];
    }),
  );
  const columns = [
    { title: 'cluster' },
    { title: 'size', align: 'right' },
    { title: 'proposed name' },
    { title: 'id' },
    { title: 'texts' },
  ] as const;
  const left = clusters.length > mostClusters ? `\nand ${clusters.length - mostClusters} smaller clusters` : '';
  const some = clustered < texts ? `, of which the ${clustered} seen most often are clustered` : '';
  return `${texts} unknown texts for ${clip(task, 30)}${some}\n\n${tableOf(columns, rows, colours)}${left}`;
}
