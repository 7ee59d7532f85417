import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check, Found } from '../check.js';
import { commandLine } from '../command-line.js';

const readableByOthers = 0o044;
const enteredByOthers = 0o011;

/** Whether others than the owner can read files that hold texts: the database and its log, and rejected rows. */
export const permissionsCheck: Check = {
  name: 'permissions',
  async run({ workspace: { root } }) {
    const folder = join(root, 'replay-store');
    if (process.platform === 'win32' || !((await modeOf(folder)) & enteredByOthers)) return [];
    const names = await readdir(folder, { withFileTypes: true, recursive: true });
    const found: Found[] = [];
    for (const entry of names) {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile() || entry.name === '.gitignore' || !((await modeOf(file)) & readableByOthers)) continue;
      const command = commandLine(['chmod', 'go-rwx', file]);
      found.push({ severity: 'warning', what: 'others than the owner can read texts in it', where: file, command });
    }
    return found;
  },
};

const modeOf = async (path: string) => (await stat(path).catch(() => undefined))?.mode ?? 0;
