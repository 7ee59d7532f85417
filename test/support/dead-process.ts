import { spawnSync } from 'node:child_process';
import { markInWords, ownMark } from '#espalier/core/process-mark.js';

/** The mark that a process of this machine left which has ended. */
export function markOfDead(): string {
  const { pid } = spawnSync(process.execPath, ['--version']);
  return markInWords({ ...ownMark(), pid });
}
