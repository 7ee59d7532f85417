/** Saves the store as of one moment into a SQLite file, whichever database it is, while others write. */
import { closeSync, openSync } from 'node:fs';
import { diskError, privateFile } from '../core/files.js';
import { type CopyTerms, copyMoment } from './copy.js';
import { openStore } from './database.js';
import type { Store } from './store.js';

/**
 * @param file is made, and only its owner can read it
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

/** SQLite writes into an empty file as into a new one, and leaves its permissions alone. */
function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', privateFile));
  } catch (thrown) {
    throw diskError(thrown, file);
  }
}
