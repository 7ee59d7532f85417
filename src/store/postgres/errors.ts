/** Translates errors of a PostgreSQL server, or of the connection to it, to errors of Espalier's catalogue. */
import { type ErrorCode, EspalierError, messageOf, systemCodeOf } from '../../core/errors.js';

/** SQLSTATE or its class -> the code and message used here (PostgreSQL manual, appendix A). */
const byState: readonly (readonly [state: string, code: ErrorCode, what: string])[] = [
  ['53100', 'DISK_FULL', 'has no space left'],
  ['53', 'STORE_BUSY', 'has no room for one more'],
  ['55P03', 'STORE_BUSY', 'is held by another process'],
  ['40', 'STORE_BUSY', 'undid the transaction for another one'],
  ['57014', 'STORE_BUSY', 'stopped a query that took too long'],
  ['57P', 'STORE_UNREACHABLE', 'is shutting down or starting'],
  ['08', 'STORE_UNREACHABLE', 'lost the connection'],
  ['28', 'STORE_DENIED', 'refuses the user or the password'],
  ['3D000', 'STORE_DENIED', 'has no database of that name'],
  ['42501', 'STORE_DENIED', 'does not give the user that right'],
  ['22021', 'TEXT_INVALID', 'keeps no text that holds the character NUL'],
  ['25006', 'DISK_READ_ONLY', 'cannot be written'],
  ['58', 'DISK_FAILED', 'reported an error of its disk'],
  ['XX001', 'STORE_CORRUPT', 'is damaged'],
  ['XX002', 'STORE_CORRUPT', 'is damaged'],
];

/** Node.js error codes of connections. */
const ofConnections = [
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'],
  ...['ECONNABORTED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_HAS_EXPIRED'],
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
];

/** Messages of lost connections to which the driver gives no code. */
const lostConnection =
  /connection terminated|timeout expired|timeout exceeded when trying to connect|not queryable|client was closed|does not support SSL/i;

/** @param location the address of the server without the password */
export function postgresError(thrown: unknown, location: string): unknown {
  if (thrown instanceof EspalierError || !(thrown instanceof Error)) return thrown;
  const state = systemCodeOf(thrown) ?? '';
  const details = { at: { file: location }, cause: thrown };
  const known = byState.find(([start]) => /^[0-9A-Z]{5}$/.test(state) && state.startsWith(start));
  if (known) return new EspalierError(known[1], `${location} ${known[2]} (${messageOf(thrown)})`, details);
  if (ofConnections.includes(state) || lostConnection.test(thrown.message))
    return new EspalierError('STORE_UNREACHABLE', `${location} cannot be reached (${reasonOf(thrown)})`, details);
  return thrown;
}

/** If a name resolves to several addresses, their errors come in an AggregateError without a message of its own. */
function reasonOf(thrown: Error): string {
  const first = thrown instanceof AggregateError ? (thrown.errors[0] as unknown) : thrown;
  return messageOf(first) || systemCodeOf(thrown) || 'no reason was given';
}
