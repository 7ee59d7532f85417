/**
 * Opens a store in its own schema on a PostgreSQL server, and brings it up to date by numbered SQL files. A schema
 * written by a newer Espalier or by other software is refused unchanged.
 */
import type { Store } from '../store.js';
import { queriesOf } from '../transaction.js';
import { dialectFor } from './connection.js';
import { postgresEngine } from './engine.js';
import { parseServerLocation } from './location.js';
import { bringUpToDate } from './migrate.js';

/**
 * @param access `read`: nothing is written if the tables are already up to date
 * @throws DATABASE_INVALID, STORE_UNREACHABLE, STORE_DENIED, STORE_CORRUPT, STORE_NEWER, STORE_OUTDATED, STORE_BUSY
 */
export async function openPostgres(address: string, access: 'read' | 'write'): Promise<Store> {
  const location = parseServerLocation(address);
  const { shown } = location;
  const engine = postgresEngine(location);
  const queries = queriesOf(dialectFor(location), engine.place);
  const store = { location: shown, queries, engine, close: () => queries.destroy() };
  try {
    await bringUpToDate(store, location, access);
    return store;
  } catch (thrown) {
    await store.close();
    throw engine.errorOf(thrown);
  }
}
