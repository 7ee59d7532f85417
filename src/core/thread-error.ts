/** Transfers errors between threads, where an error loses its class. */
import { type ErrorCode, EspalierError, type Place } from './errors.js';

export interface PackedError {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
  readonly at: Place | undefined;
  readonly parameters: readonly string[];
  readonly choices: readonly (string | number)[];
}

/** Undefined for an error outside the catalogue; the thread dies of it. */
export function packError(thrown: unknown): PackedError | undefined {
  if (!(thrown instanceof EspalierError)) return undefined;
  return {
    code: thrown.code,
    what: thrown.message,
    hint: thrown.hint,
    at: thrown.at,
    parameters: thrown.parameters,
    choices: thrown.choices,
  };
}

export function unpackError({ code, what, at, ...details }: PackedError): EspalierError {
  return new EspalierError(code, what, { ...details, ...(at && { at }) });
}
