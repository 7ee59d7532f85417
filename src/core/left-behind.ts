/** Temporary files are named after the process that writes them, so that those of a killed one can be told and removed. */
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { systemCodeOf } from './errors.js';

const host = hostname().replace(/[^A-Za-z0-9-]/g, '_');

/** "espalier-host-123-1f2e3d4c": what the names of this process's temporary files begin with. */
export const temporaryName = () => `espalier-${host}-${process.pid}-${randomUUID().slice(0, 8)}`;

/** Removes the files of `folder` that processes of this machine left there when they were killed. */
export async function sweepLeftBehind(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, of, pid] = /^(?:\.?)espalier-([\w-]+)-(\d+)-[0-9a-f]{8}/.exec(name) ?? [];
    if (of !== host || !(await isLeftBehind(join(folder, name), Number(pid), now))) continue;
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

/** After a restart of the machine another process may have the number. */
async function isLeftBehind(path: string, pid: number, now: Date): Promise<boolean> {
  const written = await stat(path).catch(() => undefined);
  if (written === undefined) return false;
  return written.mtimeMs < now.getTime() - uptime() * 1000 || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return systemCodeOf(thrown) === 'EPERM';
  }
}
