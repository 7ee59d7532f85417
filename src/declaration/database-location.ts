/**
 * The location of a workspace's database: ESPALIER_DATABASE_URL, otherwise `database:` in espalier.yaml, otherwise the
 * file replay-store/espalier.db.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';

export const workspaceFile = 'espalier.yaml';

/** Whether a location is the address of a server, and not a path. */
export const isServer = (location: string): boolean => /^postgres(?:ql)?:\/\//i.test(location);

/** @param environment undefined to use the default file in any case. @throws DATABASE_INVALID */
export function databaseLocation(root: string, environment: NodeJS.ProcessEnv | undefined): string {
  const usual = join(root, 'replay-store', 'espalier.db');
  if (environment === undefined) return usual;
  const told = environment.ESPALIER_DATABASE_URL;
  if (told) return requireAddress(told, { field: 'ESPALIER_DATABASE_URL' });
  return readDeclared(join(root, workspaceFile)) ?? usual;
}

function readDeclared(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const document = parseDocument(readFileSync(file, 'utf8'));
  const syntax = document.errors[0];
  const line = syntax?.linePos?.[0].line;
  if (syntax) throw invalid(syntax.message.split('\n')[0]!, line === undefined ? { file } : { file, line });
  const declared: unknown = document.toJS() ?? {};
  if (typeof declared !== 'object' || Array.isArray(declared)) throw invalid('it holds no keys', { file });
  const unknown = Object.keys(declared as object).find((key) => key !== 'database');
  if (unknown !== undefined)
    throw invalid(
      `unknown key \`${unknown}\``,
      { file, field: unknown },
      didYouMean(nearestName(unknown, ['database'])),
    );
  const { database } = declared as { database?: unknown };
  if (database === undefined) return undefined;
  if (typeof database !== 'string')
    throw invalid('the address of the database must be text', { file, field: 'database' });
  return requireAddress(database, { file, field: 'database' });
}

/** Does not repeat the address, which may contain a password. */
function requireAddress(address: string, at: Place): string {
  if (isServer(address)) return address;
  throw invalid('the address of the database must begin with postgres://', at);
}

type Place = NonNullable<EspalierError['at']>;

const didYouMean = (near: string | undefined) => (near === undefined ? undefined : `Did you mean \`${near}\`?`);

function invalid(message: string, at: Place, hint?: string): EspalierError {
  return new EspalierError('DATABASE_INVALID', message, hint === undefined ? { at } : { at, hint });
}
