/** Opens the store in a SQLite file or on a PostgreSQL server. */
import { isServer } from '../declaration/database-location.js';
import type { Store } from './store.js';

export {
  type BandIndex,
  type BandsOfExample,
  type ExampleWriter,
  type KnownExample,
  type Queries,
  type Store,
  storeError,
  storeTime,
  type Transaction,
} from './store.js';
export { transact } from './transaction.js';

/**
 * @param location path of a SQLite file, which is created if missing, or `postgres://user@host/database`
 * @throws STORE_CORRUPT, STORE_NEWER, STORE_BUSY, STORE_DENIED, STORE_UNREACHABLE, DATABASE_INVALID, DISK_READ_ONLY,
 * DISK_FULL, DISK_FAILED, NODE_TOO_OLD
 */
export async function openStore(location: string): Promise<Store> {
  if (isServer(location)) return (await import('./postgres/open.js')).openPostgres(location, 'write');
  return (await import('./sqlite/open.js')).openSqlite(location);
}

/**
 * Opens the store for reading; it may be a store that cannot be written.
 * @throws what `openStore` throws, and STORE_OUTDATED, FILE_NOT_FOUND
 */
export async function openStoreToRead(location: string): Promise<Store> {
  if (isServer(location)) return (await import('./postgres/open.js')).openPostgres(location, 'read');
  return (await import('./sqlite/open.js')).openSqliteToRead(location);
}
