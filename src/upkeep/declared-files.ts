/** The files of a workspace that people wrote: declarations, suites, the configuration, and what git leaves out. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { diskError } from '../core/files.js';
import { configNames } from '../declaration/config.js';
import { listAdapterNames, type Workspace } from '../declaration/workspace.js';

/**
 * Paths from the root of the workspace, with `/`, in order. espalier.yaml is not among them: it says where the database
 * is, and a restored workspace has its own.
 */
export async function listDeclaredFiles(workspace: Workspace): Promise<string[]> {
  const { root } = workspace;
  const adapters = await listAdapterNames(workspace);
  const named = [
    '.gitignore',
    'adapters/.gitignore',
    'replay-store/.gitignore',
    ...configNames,
    ...adapters.map((name) => `adapters/${name}/adapter.yaml`),
  ];
  const suites = await listFilesUnder(join(root, 'evals'));
  return [
    ...named.filter((path) => existsSync(join(root, path))),
    ...suites.map((file) => relative(root, file).split(sep).join('/')),
  ].sort();
}

/** Whether a backup may have a file there: it never leads out of the workspace, nor to the database. */
export function isDeclaredPath(path: string): boolean {
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..') || /[\\\0]/.test(path)) return false;
  return (
    path.startsWith('evals/') ||
    ['.gitignore', 'adapters/.gitignore', 'replay-store/.gitignore', ...configNames].includes(path) ||
    /^adapters\/[^/]+\/adapter\.yaml$/.test(path)
  );
}

async function listFilesUnder(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((thrown: unknown) => {
    throw diskError(thrown, folder);
  });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
    .map((entry) => join(entry.parentPath, entry.name));
}
