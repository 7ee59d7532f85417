/** Runs the real command on a terminal, which `script` (util-linux) makes. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** @param typed is typed, with a line end, once the screen shows `asked` */
export function onTerminal(
  folder: string,
  words: readonly string[],
  { asked, typed }: { asked: string; typed: string },
): Promise<{ code: number | null; screen: string }> {
  const line = [process.execPath, entry, ...words].map((word) => `'${word}'`).join(' ');
  const environment = { ...process.env, ESPALIER_CACHE: join(tmpdir(), 'espalier-test-cache'), SHELL: '/bin/sh' };
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: folder,
    env: environment,
  });
  let screen = '';
  let answered = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (answered || !screen.includes(asked)) return;
    answered = true;
    child.stdin.write(`${typed}\n`);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, screen }));
  });
}
