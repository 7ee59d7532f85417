/**
 * How a command that failed says so: in words on standard error, and with --json as an object on standard output too.
 */
import { CommanderError } from 'commander';
import { catalogue, describePlace, EspalierError, exitCodeOf, messageOf } from '../core/errors.js';
import { jsonOf, printable } from '../core/text.js';
import type { Failed } from '../library/results.js';
import { sqliteError } from '../store/sqlite/errors.js';
import { withFlags } from './flags.js';

export interface ErrorStreams {
  /** Where the object goes; undefined where none was asked for. */
  readonly json: NodeJS.WritableStream | undefined;
  readonly words: NodeJS.WritableStream;
}

/** @returns the exit code. Help and version, which commander throws too, are no failures. */
export function tellError(thrown: unknown, { json, words }: ErrorStreams): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  const error = expectedError(thrown);
  // Commander has said its own in words already.
  if (!(thrown instanceof CommanderError)) words.write(error ? inWords(error) : defectInWords(thrown));
  const told = error ?? new EspalierError('DEFECT', messageOf(thrown));
  const { code, result } = told;
  const failure: Failed = { error: factsOf(told), ...(result !== undefined && { result }) };
  json?.write(`${jsonOf(failure)}\n`);
  return exitCodeOf(code);
}

/** Undefined for a defect. */
function expectedError(thrown: unknown): EspalierError | undefined {
  if (thrown instanceof CommanderError) return usageError(thrown);
  const { path } = (thrown ?? {}) as { path?: unknown };
  const error = sqliteError(thrown, typeof path === 'string' ? path : 'the store');
  return error instanceof EspalierError ? error : undefined;
}

function usageError({ code, message }: CommanderError): EspalierError {
  // Where a group is called without one of its commands, commander prints the help.
  if (code === 'commander.help') return new EspalierError('USAGE', 'a command is missing');
  // "error: unknown command 'statsu'\n(Did you mean status?)"
  const [what, near] = message.replace(/^error: /, '').split('\n');
  return new EspalierError('USAGE', what!, near === undefined ? {} : { hint: near.replace(/[()]/g, '') });
}

function factsOf(error: EspalierError): Failed['error'] {
  const { code, kind, at = null, parameters, choices } = error;
  const { message, hint } = wordsOf(error);
  return {
    ...{ code, kind, message, at, hint },
    ...(parameters.length > 0 && { parameters }),
    ...(choices.length > 0 && { choices }),
  };
}

/** The words of the error, with the flags of the command line for the parameters of the library. */
function wordsOf({ message, hint, parameters }: EspalierError): { readonly message: string; readonly hint: string } {
  const said = hint === catalogue.USAGE[1] ? 'Run the command with --help.' : hint;
  return { message: withFlags(message, parameters), hint: withFlags(said, parameters) };
}

function inWords(error: EspalierError): string {
  const { code, at } = error;
  const { message, hint } = wordsOf(error);
  const place = describePlace(at);
  const where = place === '' ? '' : `  at    ${printable(place)}\n`;
  return `espalier: ${printable(message)} [${code}]\n${where}  hint  ${printable(hint)}\n`;
}

function defectInWords(thrown: unknown): string {
  const stack = thrown instanceof Error ? thrown.stack : String(thrown);
  return `espalier: this is a defect of Espalier [DEFECT]\n${stack}\n  hint  ${catalogue.DEFECT[1]}\n`;
}
