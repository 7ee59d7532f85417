import { resolve } from 'node:path';
import type { Command } from 'commander';
import { restoreBackup } from '../../library/upkeep.js';
import type { Restored } from '../../upkeep/restore.js';
import { calledAs, quoted } from '../called-as.js';
import { openProgress } from '../progress.js';
import { type GlobalOptions, newCommand, outputOf, type Surroundings } from '../session.js';

interface RestoreOptions extends GlobalOptions {
  readonly into: string;
}

export function restoreCommand(surroundings: Surroundings): Command {
  return newCommand('restore', 'make a workspace of a backup')
    .argument('<file>', 'what `espalier backup` wrote')
    .requiredOption('--into <dir>', 'a new or empty folder')
    .action((file: string, { into, ...options }: RestoreOptions) => restore(file, into, { options, surroundings }));
}

interface Surrounded {
  readonly options: GlobalOptions;
  readonly surroundings: Surroundings;
}

async function restore(file: string, into: string, { options, surroundings }: Surrounded): Promise<void> {
  const { workingFolder, signal, stderr } = surroundings;
  const output = outputOf(options, surroundings);
  const progress = openProgress(output, stderr);
  const made = await restoreBackup(resolve(workingFolder, file), resolve(workingFolder, into), { progress, signal });
  output.result(made, () => render(made));
}

function render({ workspace, files, adapters }: Restored): string {
  const run = (words: string) => `${calledAs()} ${words} --workspace ${quoted(workspace)}`;
  const unfinished = adapters.filter(({ unfinishedRun }) => unfinishedRun !== null);
  return [
    `${workspace} is a workspace again: ${files} files, each with the hash that it was saved with`,
    ...adapters.map(({ name, champion, versions }) =>
      champion === null
        ? `  ${name}: no champion, ${versions} versions`
        : `  ${name}: version ${champion} is champion and whole, of ${versions} versions`,
    ),
    ...unfinished.map(
      ({ name, unfinishedRun }) =>
        `Run ${unfinishedRun} of ${name} had not ended. Begin it anew: ${run(`update ${name} --fresh`)}`,
    ),
  ].join('\n');
}
