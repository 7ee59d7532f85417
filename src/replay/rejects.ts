/** The rejects file: one JSON object a rejected row. It is made when the first row is rejected. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { describePlace } from '../core/errors.js';
import { diskError } from '../core/files.js';

export interface Reject {
  readonly file: string;
  readonly line: number;
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

export function openRejects(path: string): Rejects {
  let descriptor: number | undefined;
  let first: string | undefined;
  return {
    get first() {
      return first;
    },
    add(reject) {
      try {
        if (descriptor === undefined) {
          mkdirSync(dirname(path), { recursive: true });
          descriptor = openSync(`${path}.part`, 'w');
          first = `${describePlace({ file: reject.file, line: reject.line, ...(reject.field === undefined ? {} : { field: reject.field }) })}: ${reject.reason}`;
        }
        writeSync(descriptor, `${JSON.stringify(reject)}\n`);
      } catch (thrown) {
        throw diskError(thrown, path);
      }
    },
    async close() {
      if (descriptor === undefined) return undefined;
      fsyncSync(descriptor);
      closeSync(descriptor);
      renameSync(`${path}.part`, path);
      return path;
    },
  };
}
