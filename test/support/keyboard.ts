/** The real command on a terminal of a stated size, which `script` (util-linux) makes: keys go in, the screen comes out. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entry } from './command.js';
import { temporaryFolder } from './temporary-folder.js';
import { VtScreen } from './vt-screen.js';

/** Whether there is such a terminal here. */
export const hasTerminal =
  spawnSync('script', ['--version']).status === 0 && spawnSync('stty', ['--version']).status === 0;

/** Removed when the file's tests are over. */
const root = temporaryFolder();

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Terminal {
  readonly screen: VtScreen;
  /** Sends the keys as they are. */
  press(keys: string): void;
  /** Resolves once the screen shows the text; fails with the screen after twenty seconds. */
  shows(text: string | RegExp): Promise<void>;
  /** Another size, as a window that is dragged. */
  resize(columns: number, rows: number): void;
  /** A signal to the command itself. */
  kill(signal: 'SIGINT' | 'SIGTERM'): void;
  /** The settings of the terminal, as `stty -a` tells them. */
  settings(): string;
  readonly ended: Promise<{ readonly code: number | null }>;
}

export const keyCodes = {
  up: '\u001b[A',
  down: '\u001b[B',
  pageDown: '\u001b[6~',
  pageUp: '\u001b[5~',
  escape: '\u001b',
};

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

export function openTerminal(
  folder: string,
  words: readonly string[],
  { columns = 80, rows = 24, environment = {} }: TerminalOptions = {},
): Terminal {
  const name = join(mkdtempSync(join(root, 'terminal-')), 'name');
  const program = [process.execPath, entry, ...words].map(quoted).join(' ');
  const command = `sh -c ${quoted(`echo $$ > ${quoted(`${name}.id`)}; exec ${program}`)}`;
  const size = `stty rows ${rows} cols ${columns}`;
  // The shell stays, so that the terminal is still there when its settings are asked for.
  const line = `tty > ${quoted(name)}; ${size}; ${command}; code=$?; stty -a > ${quoted(`${name}.after`)}; exit $code`;
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, ESPALIER_CACHE: join(tmpdir(), 'espalier-test-cache'), SHELL: '/bin/sh', ...environment },
  });
  const screen = new VtScreen();
  let wake: () => void = () => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen.write(text);
    wake();
  });
  const ended = new Promise<{ code: number | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code }));
  });
  const device = () => readFileSync(name, 'utf8').trim();
  return {
    screen,
    ended,
    press: (keys) => void child.stdin.write(keys),
    async shows(text) {
      const isThere = () => (typeof text === 'string' ? screen.text().includes(text) : text.test(screen.text()));
      const deadline = Date.now() + 20_000;
      while (!isThere()) {
        if (Date.now() > deadline) throw new Error(`the screen never showed ${String(text)}:\n${screen.text()}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 200);
        });
      }
    },
    resize: (width, height) => {
      execFileSync('stty', ['-F', device(), 'rows', String(height), 'cols', String(width)]);
    },
    kill: (signal) => void process.kill(Number(readFileSync(`${name}.id`, 'utf8')), signal),
    settings: () => (existsSync(`${name}.after`) ? readFileSync(`${name}.after`, 'utf8') : ''),
  };
}
