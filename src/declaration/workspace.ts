/** A workspace: the folder with adapters/, replay-store/ and, if it has suites of its own, evals/. */
import { existsSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EspalierError } from '../core/errors.js';
import { diskError, readText } from '../core/files.js';
import { nearestName } from '../core/text.js';
import { cacheFolderOf } from '../runtime/cache-folder.js';
import { databaseLocation } from './database-location.js';
import { type AdapterDeclaration, parseDeclaration, type SettingsShape } from './declaration.js';

export interface Workspace {
  readonly root: string;
  /** Path of a file, or address of a server. */
  readonly database: string;
  /** Folders that are searched for suites, the workspace's own first. */
  readonly suiteFolders: readonly string[];
  /** Settings of the kinds of head that its adapters may declare. */
  readonly headSettings: SettingsShape;
}

/** The folder of Espalier itself, with evals/ and the sample adapter. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of converted models, for all workspaces of a user. @throws CACHE_UNKNOWN */
export function defaultCacheFolder(environment: NodeJS.ProcessEnv): string {
  const folder = cacheFolderOf(environment);
  if (folder !== undefined) return folder;
  throw new EspalierError(
    'CACHE_UNKNOWN',
    'there is no home folder, and neither ESPALIER_CACHE nor XDG_CACHE_HOME is set',
  );
}

/**
 * @param environment gives the database's location, as espalier.yaml does; without it the workspace's own file is used
 * @throws DATABASE_INVALID
 */
export function workspaceAt(
  root: string,
  headSettings: SettingsShape,
  environment?: NodeJS.ProcessEnv | undefined,
): Workspace {
  const own = join(root, 'evals');
  const shipped = join(packageRoot, 'evals');
  return {
    root,
    database: databaseLocation(root, environment),
    suiteFolders: own === shipped ? [own] : [own, shipped],
    headSettings,
  };
}

/** The nearest workspace at or above `start`. @throws NOT_A_WORKSPACE, DATABASE_INVALID */
export function findWorkspace(start: string, headSettings: SettingsShape, environment: NodeJS.ProcessEnv): Workspace {
  let withoutStore: string | undefined;
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const hasStore = existsSync(join(folder, 'replay-store'));
    if (hasStore && existsSync(join(folder, 'adapters'))) return workspaceAt(folder, headSettings, environment);
    if (!hasStore && declaresAdapters(folder)) withoutStore ??= folder;
    if (folder === dirname(folder)) throw notAWorkspace(start, withoutStore);
  }
}

function declaresAdapters(folder: string): boolean {
  try {
    return readdirSync(join(folder, 'adapters')).some((name) =>
      existsSync(join(folder, 'adapters', name, 'adapter.yaml')),
    );
  } catch {
    return false;
  }
}

/** @param withoutStore a folder that declares adapters but has no replay-store/, such as a git clone of a workspace */
function notAWorkspace(start: string, withoutStore: string | undefined): EspalierError {
  if (withoutStore === undefined)
    return new EspalierError('NOT_A_WORKSPACE', `neither ${resolve(start)} nor a folder above it is a workspace`);
  return new EspalierError('NOT_A_WORKSPACE', `${withoutStore} declares adapters, but has no replay-store/`, {
    hint: 'Copy replay-store/ and adapters/*/versions/ from the workspace that it was cloned from, or make an empty folder replay-store/ to begin anew.',
  });
}

export const adapterFolder = (workspace: Workspace, adapter: string) => join(workspace.root, 'adapters', adapter);

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

/** The workspace's adapter, if there is exactly one. @throws ADAPTER_NOT_FOUND, USAGE */
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
    throw new EspalierError(
      'ADAPTER_NOT_FOUND',
      what,
      near === undefined ? {} : { hint: `There is: ${near}.`, choices: names },
    );
  }
  const file = join(adapterFolder(workspace, adapter), 'adapter.yaml');
  const declaration = parseDeclaration(await readText(file), file, workspace.headSettings);
  if (declaration.name !== adapter) {
    throw new EspalierError('DECLARATION_INVALID', `is \`${declaration.name}\`, but the folder is \`${adapter}\``, {
      at: { file, field: 'name' },
    });
  }
  return declaration;
}
