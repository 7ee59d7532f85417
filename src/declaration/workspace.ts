/** A workspace: the folder with adapters/, replay-store/ and, if it has suites of its own, evals/. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EspalierError } from '../core/errors.js';
import { diskError, readText } from '../core/files.js';
import { nearestName } from '../core/text.js';
import { type AdapterDeclaration, parseDeclaration } from './declaration.js';

export interface Workspace {
  readonly root: string;
  readonly database: string;
  /** Where suites are looked for, the workspace's own first. */
  readonly suiteFolders: readonly string[];
}

/** The folder of Espalier itself: it ships evals/ and the sample adapter. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Converted models are kept here for all workspaces of a user. @throws CACHE_UNKNOWN */
export function defaultCacheFolder(environment: NodeJS.ProcessEnv): string {
  return environment.ESPALIER_CACHE || join(environment.XDG_CACHE_HOME || join(requireHome(), '.cache'), 'espalier');
}

/** A user id without a name has no home folder that the system knows. */
function requireHome(): string {
  let home = '';
  try {
    home = homedir();
  } catch {
    // Told below.
  }
  if (home !== '') return home;
  throw new EspalierError('CACHE_UNKNOWN', 'there is no home folder, and neither ESPALIER_CACHE nor XDG_CACHE_HOME is set');
}

export function workspaceAt(root: string): Workspace {
  const own = join(root, 'evals');
  const shipped = join(packageRoot, 'evals');
  return {
    root,
    database: join(root, 'replay-store', 'espalier.db'),
    suiteFolders: own === shipped ? [own] : [own, shipped],
  };
}

/** The nearest workspace at or above `start`. @throws NOT_A_WORKSPACE */
export function findWorkspace(start: string): Workspace {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'adapters')) && existsSync(join(folder, 'replay-store'))) return workspaceAt(folder);
    if (folder === dirname(folder))
      throw new EspalierError('NOT_A_WORKSPACE', `neither ${resolve(start)} nor a folder above it is a workspace`);
  }
}

export const adapterFolder = (workspace: Workspace, adapter: string) => join(workspace.root, 'adapters', adapter);
export const versionFolder = (workspace: Workspace, adapter: string, version: number) =>
  join(adapterFolder(workspace, adapter), 'versions', String(version));
export const runFolder = (workspace: Workspace, adapter: string, run: number) =>
  join(adapterFolder(workspace, adapter), 'runs', String(run));

/** Numbers that folders of versions bear, whole or not, in ascending order. */
export async function listVersionFolders(workspace: Workspace, adapter: string): Promise<number[]> {
  const folder = join(adapterFolder(workspace, adapter), 'versions');
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => /^[1-9]\d*$/.test(name));
  return names.map(Number).sort((a, b) => a - b);
}

export async function listAdapterNames(workspace: Workspace): Promise<string[]> {
  const folder = join(workspace.root, 'adapters');
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
    throw diskError(thrown, folder);
  });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(workspace.root, 'adapters', entry.name, 'adapter.yaml')))
    .map((entry) => entry.name)
    .sort();
}

/** The workspace's adapter, where there is just one. @throws ADAPTER_NOT_FOUND, USAGE */
export async function onlyAdapter(workspace: Workspace): Promise<string> {
  const names = await listAdapterNames(workspace);
  if (names.length === 1) return names[0]!;
  if (names.length === 0) throw new EspalierError('ADAPTER_NOT_FOUND', `${workspace.root} declares no adapter`);
  throw new EspalierError('USAGE', 'there are several adapters', {
    ...{ hint: `Name one with \`adapter\`: ${names.join(', ')}.`, parameters: ['adapter'], choices: names },
  });
}

/** @throws ADAPTER_NOT_FOUND, DECLARATION_INVALID */
export async function readDeclaration(workspace: Workspace, adapter: string): Promise<AdapterDeclaration> {
  const names = await listAdapterNames(workspace);
  if (!names.includes(adapter)) {
    const near = nearestName(adapter, names) ?? (names.length > 0 ? names.join(', ') : undefined);
    const what = `no adapter \`${adapter}\` in ${workspace.root}`;
    throw new EspalierError('ADAPTER_NOT_FOUND', what, near === undefined ? {} : { hint: `There is: ${near}.`, choices: names });
  }
  const file = join(adapterFolder(workspace, adapter), 'adapter.yaml');
  const declaration = parseDeclaration(await readText(file), file);
  if (declaration.name !== adapter) {
    throw new EspalierError('DECLARATION_INVALID', `is \`${declaration.name}\`, but the folder is \`${adapter}\``, {
      at: { file, field: 'name' },
    });
  }
  return declaration;
}
