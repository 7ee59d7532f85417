/** Saves a snapshot of the store, in either database, into a SQLite file, while others write. */
import { closeSync, openSync } from 'node:fs';
import { diskError, privateFile } from '../core/files.js';
import { type CopyTerms, copyMoment } from './copy.js';
import { openStore } from './database.js';
import type { Store } from './store.js';

/**
 * @param file is created, readable by its owner only
 * @throws INTERRUPTED, STORE_CORRUPT, DISK_FULL, FILE_NOT_FOUND
 */
export async function saveMoment(store: Store, file: string, terms: CopyTerms): Promise<void> {
  makeEmpty(file);
  if (store.engine.saveTo) {
    await store.engine.saveTo(store.queries, file);
    return;
  }
  const target = await openStore(file);
  try {
    await copyMoment(store, target, terms);
  } finally {
    await target.close();
  }
}

/** Creates an empty file with private permissions: SQLite writes into it as into a new one, and keeps them. */
function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', privateFile));
  } catch (thrown) {
    throw diskError(thrown, file);
  }
}
