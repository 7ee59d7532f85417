/** Errors on their way between threads, where an error loses its class. */
import { type ErrorCode, EspalierError, type Place } from './errors.js';

export interface PackedError {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
  readonly at: Place | undefined;
}

/** Undefined: no error of the catalogue; the thread dies of it. */
export function packError(thrown: unknown): PackedError | undefined {
  if (!(thrown instanceof EspalierError)) return undefined;
  return { code: thrown.code, what: thrown.message, hint: thrown.hint, at: thrown.at };
}

export function unpackError({ code, what, hint, at }: PackedError): EspalierError {
  return new EspalierError(code, what, { hint, ...(at && { at }) });
}
