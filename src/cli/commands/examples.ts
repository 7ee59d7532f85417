import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { readLabelSet } from '../../core/label-sets.js';
import { jsonOf } from '../../core/text.js';
import { multiLabelNames, taskNamed } from '../../declaration/tasks.js';
import { onlyAdapter, readDeclaration } from '../../declaration/workspace.js';
import { type Example, readExamples, type Split } from '../../store/examples.js';
import { type GlobalOptions, inSession, newCommand, newGroup, type Session, type Surroundings } from '../session.js';

interface ExportOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly task?: string;
  readonly domain?: string;
  readonly split?: string;
}

const splits: readonly Split[] = ['train', 'holdout'];

export function examplesCommand(surroundings: Surroundings): Command {
  const group = newGroup('examples', 'what was taken in');
  group.addCommand(
    newCommand('export', 'print every example as JSON lines, in order of arrival')
      .option('--adapter <name>', 'default: the only one there is')
      .option('--task <name>', 'of this task only')
      .option('--domain <name>', 'of this domain only')
      .option('--split <split>', `of this side only: ${splits.join(' or ')}`)
      .action((options: ExportOptions) =>
        inSession(options, surroundings, (session) => exportExamples(session, options, surroundings.stdout)),
      ),
  );
  return group;
}

/** JSON lines with and without --json: `ingest` reads them again. */
async function exportExamples({ workspace, store, signal }: Session, options: ExportOptions, stdout: NodeJS.WriteStream): Promise<void> {
  const declaration = await readDeclaration(workspace, options.adapter ?? (await onlyAdapter(workspace)));
  const task = options.task === undefined ? undefined : taskNamed(declaration, options.task).name;
  const split = splitNamed(options.split);
  const multiLabel = multiLabelNames(declaration.tasks);
  for await (const example of readExamples(store, { adapter: declaration.name, task, split, domain: options.domain })) {
    if (signal.aborted) throw new EspalierError('INTERRUPTED', `stopped before example ${example.id}`);
    if (!stdout.write(`${jsonOf(rowOf(example, multiLabel.has(example.task)))}\n`)) await drained(stdout);
  }
}

/** @throws USAGE */
function splitNamed(name: string | undefined): Split | undefined {
  const split = splits.find((one) => one === name);
  if (name === undefined || split) return split;
  throw new EspalierError('USAGE', `--split is ${splits.join(' or ')}, not \`${name}\``);
}

function rowOf({ id, task, text, label, domain, source, receivedAt, split, provenance }: Example, isSet: boolean) {
  const answer = isSet ? { labels: readLabelSet(label) } : { label };
  return { text, ...answer, task, domain, source, id, received: receivedAt, split, file: provenance.file, line: provenance.line };
}

const drained = (stdout: NodeJS.WriteStream) => new Promise<void>((resolve) => stdout.once('drain', resolve));
