import { EspalierError } from '../core/errors.js';
import { readBufferMark } from '../store/buffer.js';
import type { Transaction } from '../store/database.js';

/** @param mark of the buffer when the change was prepared. @throws BUFFER_CHANGED */
export async function requireSameBuffer(transaction: Transaction, adapter: string, mark: string): Promise<void> {
  if ((await readBufferMark(transaction, adapter)) === mark) return;
  throw new EspalierError('BUFFER_CHANGED', `the buffer of ${adapter} was changed meanwhile`);
}
