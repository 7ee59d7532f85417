/** Runs the real command, as a user would, in a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { chmodSync, constants, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary-folder.js';

export const entry = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** One for all test files, so that the embedded encoder is converted once. */
const cacheFolder = join(tmpdir(), 'espalier-test-cache');

export interface Outcome {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What it reads on standard input. */
  readonly input?: string | Uint8Array;
  /** A file of this folder that is loaded before the command. */
  readonly preload?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** `obeyed`: also where the tests run as root, who may otherwise read and write everything. */
  readonly permissions?: 'obeyed';
  /** Another user's number; only root can become one. */
  readonly user?: number;
  /** Nothing is inherited from the environment of the tests, and no cache folder is named. */
  readonly bare?: true;
}

export interface RunningCommand {
  readonly process: ChildProcessWithoutNullStreams;
  readonly outcome: Promise<Outcome>;
  /** Resolves when its standard error has said `text`; rejects if it ends before. */
  says(text: string): Promise<void>;
}

/**
 * Root without the capability to pass over permissions (util-linux). Another user could not read a checkout in root's
 * own folder.
 */
const asObedientRoot = [
  'setpriv',
  '--bounding-set=-dac_override,-dac_read_search',
  '--inh-caps=-dac_override,-dac_read_search',
];

let copiedNode: string | undefined;

/** This Node.js where another user can run it, too: a fetched one is in the home folder of whoever fetched it. */
export function nodeFor(user: number): string {
  if (copiedNode) return copiedNode;
  if (spawnSync(process.execPath, ['--version'], { uid: user, gid: user, cwd: '/', env: {} }).status === 0)
    return process.execPath;
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  copiedNode = join(folder, 'node');
  copyFileSync(process.execPath, copiedNode, constants.COPYFILE_FICLONE);
  chmodSync(copiedNode, 0o755);
  return copiedNode;
}

export function startEspalier(folder: string, words: readonly string[], options: CommandOptions = {}): RunningCommand {
  const { input = '', preload, environment = {}, permissions, user, bare } = options;
  const preloaded = preload === undefined ? [] : ['--import', new URL(preload, import.meta.url).href];
  const { NO_COLOR: _, FORCE_COLOR: __, ESPALIER_WORKSPACE: ___, ...inherited } = process.env;
  const [program, ...before] = [
    ...(permissions === 'obeyed' && process.getuid?.() === 0 ? asObedientRoot : []),
    user === undefined ? process.execPath : nodeFor(user),
  ];
  const child = spawn(program!, [...before, ...preloaded, entry, ...words], {
    cwd: folder,
    env: { ...(bare ? {} : { ...inherited, ESPALIER_CACHE: cacheFolder }), ...environment },
    ...(user !== undefined && { uid: user, gid: user }),
  });
  const heard = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text;
      for (const listener of listeners) listener();
    });
  }
  // A command that ends without reading its input is no error of the test.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...heard }));
  });
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!heard.stderr.includes(text)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      void outcome.then(() => reject(new Error(`it ended without saying "${text}":\n${heard.stderr}`)));
    });
  return { process: child, outcome, says };
}

/** Runs a command to its end, whatever that is. */
export function espalier(folder: string, words: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return startEspalier(folder, words, options).outcome;
}

/** Runs a command that must succeed, and gives back what it printed. */
export async function succeed(folder: string, words: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await espalier(folder, words, options);
  if (code !== 0) throw new Error(`espalier ${words.join(' ')} ended with ${code}\n${stderr}${stdout}`);
  return stdout;
}

/** The same with --json. */
export async function succeedJson<T>(
  folder: string,
  words: readonly string[],
  options: CommandOptions = {},
): Promise<T> {
  return JSON.parse(await succeed(folder, [...words, '--json'], options)) as T;
}
