/** Opens the store where it is: in a file, or on a PostgreSQL server. */
import type { Store } from './store.js';

export {
  type ExampleWriter,
  type KnownExample,
  type Queries,
  type Store,
  storeError,
  storeTime,
  type Transaction,
} from './store.js';
export { transact } from './transaction.js';

/** Whether a location is the address of a server, and not a path. */
export const isServer = (location: string): boolean => /^postgres(?:ql)?:\/\//i.test(location);

/**
 * @param location path of a SQLite file, which is made where there is none, or `postgres://user@host/database`
 * @throws STORE_CORRUPT, STORE_NEWER, STORE_BUSY, STORE_DENIED, STORE_UNREACHABLE, DATABASE_INVALID, DISK_READ_ONLY,
 * DISK_FULL, DISK_FAILED, NODE_TOO_OLD
 */
export async function openStore(location: string): Promise<Store> {
  if (isServer(location)) return (await import('./postgres/open.js')).openPostgres(location, 'write');
  return (await import('./sqlite/open.js')).openSqlite(location);
}

/**
 * For what only reads: the store may be one that cannot be written.
 * @throws what `openStore` throws, and STORE_OUTDATED, FILE_NOT_FOUND
 */
export async function openStoreToRead(location: string): Promise<Store> {
  if (isServer(location)) return (await import('./postgres/open.js')).openPostgres(location, 'read');
  return (await import('./sqlite/open.js')).openSqliteToRead(location);
}
