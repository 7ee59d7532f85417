/** What the commands share: the global options, the workspace, the open store and encoder, and who is acting. */
import { userInfo } from 'node:os';
import { Command } from 'commander';
import { EspalierError } from '../core/errors.js';
import type { Progress } from '../core/progress.js';
import { printable } from '../core/text.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { defaultCacheFolder, findWorkspace, type Workspace } from '../declaration/workspace.js';
import { defaultPooling } from '../encoder/declaration.js';
import type { Encoder } from '../encoder/encoder.js';
import type { Whereabouts } from '../encoder/model-folder.js';
import type { Tokeniser } from '../encoder/tokenise.js';
import type { Principal } from '../store/audit.js';
import { openStore, openStoreToRead, type Store } from '../store/database.js';
import { headSettings } from '../training/heads.js';
import { type Output, openOutput } from './output.js';
import { openProgress } from './progress.js';

/** What a command is run in; `main` gives the process's own. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
  readonly workingFolder: string;
  readonly signal: AbortSignal;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly workspace?: string;
  readonly at?: string;
  readonly actor?: string;
}

/** A command that holds others. It has no options of its own: it would take them away from the command that is meant. */
export function newGroup(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.split('\n').map(printable).join('\n')) });
}

/** A command that knows the global options. */
export function newCommand(name: string, description: string): Command {
  return newGroup(name, description)
    .option('--json', 'print the result as JSON')
    .option('--workspace <dir>', 'the workspace; default: the nearest at or above this folder')
    .option('--at <time>', 'act as of this time (ISO 8601), for replays and back-fills')
    .option('--actor <name>', 'who is acting, for the audit; default: ESPALIER_ACTOR, else the user');
}

export interface Session {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly output: Output;
  readonly progress: Progress;
  readonly now: Date;
  readonly actor: Principal;
  readonly signal: AbortSignal;
  openEncoder(declaration: AdapterDeclaration): Promise<Encoder>;
  /** Undefined where the encoder would have to be converted or downloaded first. */
  openTokeniser(declaration: AdapterDeclaration): Promise<Tokeniser | undefined>;
}

export function outputOf(options: GlobalOptions, surroundings: Surroundings): Output {
  return openOutput(options.json ? 'json' : 'text', surroundings);
}

type Work = (session: Session) => Promise<void>;

/** Opens the workspace's store for the time of `work`, and closes whatever was opened. */
export const inSession = (options: GlobalOptions, surroundings: Surroundings, work: Work) =>
  inSessionOf(openStore, { options, surroundings, work });

/** The same for work that only reads: the workspace may be one that cannot be written. */
export const inReadingSession = (options: GlobalOptions, surroundings: Surroundings, work: Work) =>
  inSessionOf(openStoreToRead, { options, surroundings, work });

interface SessionRequest {
  readonly options: GlobalOptions;
  readonly surroundings: Surroundings;
  readonly work: Work;
}

async function inSessionOf(open: typeof openStore, { options, surroundings, work }: SessionRequest): Promise<void> {
  const output = outputOf(options, surroundings);
  const start = options.workspace ?? surroundings.environment.ESPALIER_WORKSPACE ?? surroundings.workingFolder;
  const workspace = findWorkspace(start, headSettings);
  const now = timeOf(options.at);
  const store = await open(workspace.database);
  const encoders: Encoder[] = [];
  try {
    await work({
      workspace,
      store,
      output,
      progress: openProgress(output, surroundings.stderr),
      now,
      get actor() {
        return { name: actorOf(options.actor, surroundings.environment), via: 'cli' } as const;
      },
      signal: surroundings.signal,
      async openEncoder(declaration) {
        const encoder = await openDeclaredEncoder(declaration, workspace, surroundings.environment);
        encoders.push(encoder);
        return encoder;
      },
      openTokeniser: (declaration) => openDeclaredTokeniser(declaration, workspace, surroundings.environment),
    });
  } finally {
    for (const encoder of encoders) await encoder.close();
    await store.close();
  }
}

export async function openDeclaredEncoder(
  { encoder }: AdapterDeclaration,
  workspace: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<Encoder> {
  // Its library is a third of all the loading there is, and most commands need no encoder.
  const { openEncoder } = await import('../encoder/encoder.js');
  return openEncoder(encoderDeclared(encoder), whereaboutsIn(workspace, environment));
}

async function openDeclaredTokeniser({ encoder }: AdapterDeclaration, workspace: Workspace, environment: NodeJS.ProcessEnv) {
  const { openTokeniser } = await import('../encoder/open-tokeniser.js');
  return openTokeniser(encoderDeclared(encoder), whereaboutsIn(workspace, environment));
}

function encoderDeclared(encoder: AdapterDeclaration['encoder']) {
  return { ...encoder, pooling: encoder.pooling ?? defaultPooling(encoder.model) };
}

function whereaboutsIn({ root }: Workspace, environment: NodeJS.ProcessEnv): Whereabouts {
  return {
    // Asked for by encoders that are kept there, and by no other.
    get cacheFolder() {
      return defaultCacheFolder(environment);
    },
    baseFolder: root,
  };
}

/** Who is acting. In a container the user id often has no name, which Node tells as an error. */
function actorOf(named: string | undefined, { ESPALIER_ACTOR, LOGNAME, USER }: NodeJS.ProcessEnv): string {
  return named || ESPALIER_ACTOR || userName() || LOGNAME || USER || `uid ${process.getuid?.() ?? 'unknown'}`;
}

function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

function timeOf(at: string | undefined): Date {
  const time = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(time.getTime()))
    throw new EspalierError('USAGE', `--at ${at} is not a time`, { hint: 'Write it as 2026-11-24T09:00:00Z.' });
  return time;
}

/** @throws USAGE */
export function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new EspalierError('USAGE', `\`${value}\` is not a whole number`);
  return Number(value);
}

/** "a,b" */
export const namesIn = (list: string) => list.split(',').map((name) => name.trim());
