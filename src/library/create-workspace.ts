/** Makes a workspace, with an adapter to begin with. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { diskError, privateFolder, writeFileAtomic } from '../core/files.js';
import { parseDeclaration } from '../declaration/declaration.js';
import { workspaceAt } from '../declaration/workspace.js';
import { openStore } from '../store/database.js';
import { headSettings } from '../training/heads.js';

export interface NewWorkspace {
  /** Its folder. */
  readonly workspace: string;
  /** The adapter.yaml that was written. */
  readonly declaration: string;
}

export interface NewAdapter {
  /** Its name. */
  readonly adapter: string;
  /** The text of its adapter.yaml. */
  readonly source: string;
  /** Says where the database is; without it the workspace's own file is made. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/**
 * What is there already stays as it is.
 * @throws DECLARATION_INVALID, USAGE where the adapter is declared already, DISK_READ_ONLY
 */
export async function createWorkspace(
  root: string,
  { adapter, source, environment }: NewAdapter,
): Promise<NewWorkspace> {
  // Read before a path is made of the name: in YAML a comment could hide where it leads.
  const { name } = parseDeclaration(source, 'adapter.yaml', headSettings);
  if (name !== adapter)
    throw new EspalierError('DECLARATION_INVALID', `\`${adapter}\` is no name of an adapter`, {
      at: { field: 'adapter' },
      hint: 'Use lower-case letters, digits and dashes.',
    });
  const file = join(root, 'adapters', name, 'adapter.yaml');
  if (existsSync(file))
    throw new EspalierError('USAGE', `${file} is there already`, {
      ...{ hint: 'Edit it, or give another `adapter`.', parameters: ['adapter'] },
    });
  try {
    await mkdir(join(root, 'replay-store'), { recursive: true, mode: privateFolder });
    await mkdir(join(root, 'evals'), { recursive: true });
  } catch (thrown) {
    throw diskError(thrown, root);
  }
  await writeFileAtomic(file, source);
  await writeUnlessThere(join(root, '.gitignore'), 'adapters/*/versions/\nadapters/*/runs/\n');
  // A file of its own, so that a clone has the folder, and texts stay out of git also where the repository has a
  // .gitignore already.
  await writeUnlessThere(join(root, 'replay-store', '.gitignore'), '*\n!.gitignore\n');
  await (await openStore(workspaceAt(root, headSettings, environment).database)).close();
  return { workspace: root, declaration: file };
}

async function writeUnlessThere(file: string, content: string): Promise<void> {
  if (!existsSync(file)) await writeFileAtomic(file, content);
}
