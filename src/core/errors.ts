/** An error that a user can meet: it says what happened, where, and what to do. */

import { type CatalogueEntry, catalogue, type ErrorCode } from './error-catalogue.js';
import { type ErrorKind, kindOfCode } from './error-kinds.js';

export { catalogue, type ErrorCode } from './error-catalogue.js';
export type { ErrorKind } from './error-kinds.js';

/** How a command ends that did not do what it was asked for. docs/commands.md has this table. */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  USAGE: 2,
  // Nothing was taken from an input.
  INPUT_EMPTY: 3,
  INPUT_REJECTED: 3,
  NOTHING_TAKEN: 3,
  TOO_MANY_REJECTED: 3,
};
const exitCodesOfKinds: Partial<Record<ErrorKind, number>> = { defect: 70, stopped: 130 };
const refused = 1;

/** The exit code of an error: by its code, else by its kind, else 1. */
export const exitCodeOf = (code: ErrorCode): number => exitCodes[code] ?? exitCodesOfKinds[kindOfCode(code)] ?? refused;

/** Where in the user's own material an error lies. Lines count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
}

export interface ErrorDetails {
  readonly at?: Place;
  /** What to do, when more is known than the catalogue's general advice. */
  readonly hint?: string;
  /**
   * The parameters that the words of the error name in backticks, as the library calls them; a command line says its
   * flags instead.
   */
  readonly parameters?: readonly string[];
  /** What the first of them may be. */
  readonly choices?: readonly (string | number)[];
  /** What was found or done before it failed, where that is worth telling; with --json it stands beside the error. */
  readonly result?: unknown;
  readonly cause?: unknown;
}

/** An expected error: shown short, without a stack. Anything else that is thrown is a defect. */
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

/** Those that the catalogue's general advice asks for. */
function parametersOf(code: ErrorCode): readonly string[] {
  const [, , parameters = []]: CatalogueEntry = catalogue[code];
  return parameters;
}

/** "file.jsonl, line 3, field label", or an empty string. */
export function describePlace(place: Place | undefined): string {
  if (!place) return '';
  const parts = [place.file, place.line && `line ${place.line}`, place.field && `field ${place.field}`];
  return parts.filter(Boolean).join(', ');
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's error code ("ENOSPC"), when the thrown thing carries one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
