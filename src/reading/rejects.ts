/**
 * The rejects file: one JSON object a rejected row. It is made when the first row is rejected, and only its owner can
 * read it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { describePlace } from '../core/errors.js';
import { diskError } from '../core/files.js';
import { unfinishedName } from '../core/left-behind.js';
import { jsonOf } from '../core/text.js';

export interface Reject {
  readonly file: string;
  readonly line: number;
  /** Its place in a JSON array. */
  readonly element?: number | undefined;
  readonly field: string | undefined;
  readonly reason: string;
  /** The row as it stood. */
  readonly raw: string;
}

export interface Rejects {
  /** The first rejected row in words. */
  readonly first: string | undefined;
  add(reject: Reject): void;
  /** The file's path, or undefined where nothing was rejected. */
  close(): Promise<string | undefined>;
}

/** So much is gathered before it is written. */
const sliceLength = 64 * 1024;

export function openRejects(path: string): Rejects {
  const part = unfinishedName(path);
  let descriptor: number | undefined;
  let first: string | undefined;
  let waiting = '';
  const flush = () => {
    try {
      if (descriptor === undefined) {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        descriptor = openSync(part, 'w', 0o600);
      }
      writeSync(descriptor, waiting);
      waiting = '';
      return descriptor;
    } catch (thrown) {
      throw diskError(thrown, path);
    }
  };
  return {
    get first() {
      return first;
    },
    add(reject) {
      const place = {
        file: reject.file,
        line: reject.line,
        ...(reject.field === undefined ? {} : { field: reject.field }),
      };
      first ??= `${describePlace(place)}${reject.element === undefined ? '' : `, element ${reject.element}`}: ${reject.reason}`;
      waiting += `${jsonOf(reject)}\n`;
      if (waiting.length > sliceLength) flush();
    },
    async close() {
      if (first === undefined) return undefined;
      const open = flush();
      fsyncSync(open);
      closeSync(open);
      renameSync(part, path);
      return path;
    },
  };
}
