import { resolve } from 'node:path';
import type { Command } from 'commander';
import { createWorkspace } from '../../library/create-workspace.js';
import { starterDeclaration } from '../../library/starter.js';
import { calledAs, quoted } from '../called-as.js';
import { type GlobalOptions, newCommand, outputOf, type Surroundings } from '../session.js';

interface InitOptions extends GlobalOptions {
  readonly adapter: string;
}

export function initCommand(surroundings: Surroundings): Command {
  return newCommand('init', 'make a workspace, with an adapter to begin with')
    .argument('<dir>', 'the folder; made where it is not there')
    .option('--adapter <name>', "the adapter's name", 'my-adapter')
    .action((folder: string, options: InitOptions) =>
      init(resolve(surroundings.workingFolder, folder), options, surroundings),
    );
}

async function init(root: string, { adapter, ...options }: InitOptions, surroundings: Surroundings): Promise<void> {
  const made = await createWorkspace(root, {
    adapter,
    source: starterDeclaration(adapter),
    environment: surroundings.environment,
  });
  outputOf(options, surroundings).result(made, () =>
    [
      `${root} is a workspace. Next:`,
      `  cd ${quoted(root)}`,
      `  ${calledAs()} ingest DATA.jsonl --adapter ${adapter} --domain first     {"text": ..., "label": ...} a line`,
      `  ${calledAs()} update ${adapter}`,
      'Git keeps declarations and suites; examples and trained versions are left out by .gitignore. `espalier backup FILE` saves them at any time.',
    ].join('\n'),
  );
}
