/** What the commands share: the global options, the workspace, the open store and encoder, and who is acting. */
import { Command } from 'commander';
import { EspalierError } from '../core/errors.js';
import { printable } from '../core/text.js';
import { OpenWorkspace } from '../library/open-workspace.js';
import type { Site } from '../library/site.js';
import { flagOf } from './flags.js';
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
  /** False with --no-config. */
  readonly config?: boolean;
}

/**
 * A command that holds others. It has no options of its own: it would take them away from the command that is meant.
 */
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
    .option('--actor <name>', 'who is acting, for the audit; default: ESPALIER_ACTOR, else the user')
    .option('--no-config', 'do not load espalier.config.js of the workspace, which is code');
}

export interface Session extends Site {
  readonly output: Output;
}

export function outputOf(options: GlobalOptions, surroundings: Surroundings): Output {
  return openOutput(options.json ? 'json' : 'text', surroundings);
}

type Work = (session: Session) => Promise<void>;

/** Opens the workspace's store for the time of `work`, and closes whatever was opened. */
export const inSession = (options: GlobalOptions, surroundings: Surroundings, work: Work) =>
  inSessionOf('write', { options, surroundings, work });

/** The same for work that only reads: the workspace may be one that cannot be written. */
export const inReadingSession = (options: GlobalOptions, surroundings: Surroundings, work: Work) =>
  inSessionOf('read', { options, surroundings, work });

interface SessionRequest {
  readonly options: GlobalOptions;
  readonly surroundings: Surroundings;
  readonly work: Work;
}

async function inSessionOf(access: 'read' | 'write', { options, surroundings, work }: SessionRequest): Promise<void> {
  const { environment, signal, workingFolder, stderr } = surroundings;
  const output = outputOf(options, surroundings);
  const folder = options.workspace ?? environment.ESPALIER_WORKSPACE ?? workingFolder;
  const opened = new OpenWorkspace({
    folder,
    access,
    environment,
    actor: options.actor,
    via: 'cli',
    wording: flagOf,
    config: options.config,
    signal,
  });
  try {
    await opened.run({ at: timeOf(options.at) }, (site) =>
      work({ ...site, output, progress: openProgress(output, stderr) }),
    );
  } finally {
    await opened.close();
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
