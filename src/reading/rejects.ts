/**
 * The rejects file: one JSON object a row that was not stored and is nowhere else. It is made when the first row is
 * added, and only its owner can read it.
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

/** So much is gathered before it is written. */
const sliceLength = 64 * 1024;

export class Rejects {
  readonly #path: string;
  readonly #part: string;
  #descriptor: number | undefined;
  #first: string | undefined;
  #waiting = '';
  #isEmpty = true;

  constructor(path: string) {
    this.#path = path;
    this.#part = unfinishedName(path);
  }

  /** The first rejected row in words. */
  get first(): string | undefined {
    return this.#first;
  }

  add(reject: Reject): void {
    const { file, line, field, element, reason } = reject;
    const place = describePlace({ file, line, ...(field !== undefined && { field }) });
    this.#first ??= `${place}${element === undefined ? '' : `, element ${element}`}: ${reason}`;
    this.addSkipped(reject);
  }

  /** Adds a row that was skipped and is no fault of the input: it is never the first rejected row. */
  addSkipped(reject: Reject): void {
    this.#isEmpty = false;
    this.#waiting += `${jsonOf(reject)}\n`;
    if (this.#waiting.length > sliceLength) this.#flush();
  }

  /** The file's path, or undefined where no row was added. */
  async close(): Promise<string | undefined> {
    if (this.#isEmpty) return undefined;
    const descriptor = this.#flush();
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(this.#part, this.#path);
    return this.#path;
  }

  #flush(): number {
    try {
      if (this.#descriptor === undefined) {
        mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
        this.#descriptor = openSync(this.#part, 'w', 0o600);
      }
      writeSync(this.#descriptor, this.#waiting);
      this.#waiting = '';
      return this.#descriptor;
    } catch (thrown) {
      throw diskError(thrown, this.#path);
    }
  }
}
