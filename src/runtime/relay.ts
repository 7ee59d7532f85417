/** Runs a command in place of this process: same input and output, signals passed on, and the same exit. */
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends this process as the command ends. A terminal's Ctrl-C reaches both, so the command gets it twice.
 *
 * @param node becomes the `node` of the command and of its child processes
 */
export function relay(command: string, words: readonly string[], node: string): void {
  const program = process.platform === 'win32' && command !== node;
  const child = spawn(command, words, { stdio: 'inherit', env: environmentWith(node), shell: program });
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`espalier: ${command} could not be started (${(error as NodeJS.ErrnoException).code})\n`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function environmentWith(node: string): NodeJS.ProcessEnv {
  // On Windows the name is Path.
  const path = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [path]: [dirname(node), process.env[path]].filter(Boolean).join(delimiter) };
}
