/** The beginning of a file, by which its format is recognised. */
import { open } from 'node:fs/promises';
import { diskError } from '../core/files.js';

const beginningBytes = 64 * 1024;

/** As text without a byte order mark. @throws FILE_NOT_FOUND, FILE_UNREADABLE */
export async function beginningOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(beginningBytes), 0, beginningBytes, 0);
      return buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}
