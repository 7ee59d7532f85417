/** An error that a user can meet: it says what happened, where, and what to do. */

import { type CatalogueEntry, catalogue, type ErrorCode } from './error-catalogue.js';
import { type ErrorKind, kindOfCode } from './error-kinds.js';

export { catalogue, type ErrorCode } from './error-catalogue.js';
export type { ErrorKind } from './error-kinds.js';

/** Exit codes of commands that fail. docs/commands.md has this table. */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  USAGE: 2,
  // Nothing was taken from the input.
  INPUT_EMPTY: 3,
  INPUT_REJECTED: 3,
  NOTHING_TAKEN: 3,
  TOO_MANY_REJECTED: 3,
};
const exitCodesOfKinds: Partial<Record<ErrorKind, number>> = { defect: 70, stopped: 130 };
const refused = 1;

/** The exit code of an error: by its code, otherwise by its kind, otherwise 1. */
export const exitCodeOf = (code: ErrorCode): number => exitCodes[code] ?? exitCodesOfKinds[kindOfCode(code)] ?? refused;

/** Position of an error in the user's own files. Lines count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
}

export interface ErrorDetails {
  readonly at?: Place;
  /** Advice that is more specific than the catalogue's. */
  readonly hint?: string;
  /**
   * Library names of the parameters that the error's text puts in backticks; a command line shows its flags instead.
   */
  readonly parameters?: readonly string[];
  /** Possible values of the first of them. */
  readonly choices?: readonly (string | number)[];
  /** Work found or done before the failure, if worth reporting; with --json it is printed with the error. */
  readonly result?: unknown;
  readonly cause?: unknown;
}

/** An expected error: shown briefly, without a stack. Any other error that is thrown is a defect. */
export class EspalierError extends Error {
  override readonly name = 'EspalierError';
  readonly code: ErrorCode;
  readonly at: Place | undefined;
  readonly hint: string;
  readonly parameters: readonly string[];
  readonly choices: readonly (string | number)[];
  readonly result: unknown;

  constructor(code: ErrorCode, what: string, details: ErrorDetails = {}) {
    super(what, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.at = details.at;
    this.hint = details.hint ?? catalogue[code][1];
    this.parameters = details.parameters ?? (details.hint === undefined ? parametersOf(code) : []);
    this.choices = details.choices ?? [];
    this.result = details.result;
  }

  get kind(): ErrorKind {
    return kindOfCode(this.code);
  }
}

/** Parameters in the catalogue's general advice. */
function parametersOf(code: ErrorCode): readonly string[] {
  const [, , parameters = []]: CatalogueEntry = catalogue[code];
  return parameters;
}

/** Such as "file.jsonl, line 3, field label"; empty without a place. */
export function describePlace(place: Place | undefined): string {
  if (!place) return '';
  const parts = [place.file, place.line && `line ${place.line}`, place.field && `field ${place.field}`];
  return parts.filter(Boolean).join(', ');
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The operating system's error code ("ENOSPC"), if the thrown value has one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
