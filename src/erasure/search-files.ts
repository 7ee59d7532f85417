/** Searches the bytes of files for texts. */
import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface FileSearch {
  readonly files: number;
  readonly bytes: number;
  /** Files that hold one of the texts, below the folder. */
  readonly found: readonly string[];
}

const windowBytes = 4 * 1024 * 1024;

/** A shorter text may be in a file by chance, and says nothing. */
export const leastBytes = 12;

/**
 * Searches every file below the folder for the texts, as UTF-8 and as JSON writes them. Cost: each byte of each file is
 * looked at once, whatever the number of texts.
 * @param texts those of fewer than 12 bytes are passed over
 */
export async function searchFiles(folder: string, texts: readonly string[]): Promise<FileSearch> {
  const needles = new Needles(texts);
  const search = { files: 0, bytes: 0, found: [] as string[] };
  for await (const path of filesBelow(folder)) {
    const { bytes, holds } = await searchFile(path, needles);
    search.files++;
    search.bytes += bytes;
    if (holds) search.found.push(relative(folder, path));
  }
  return search;
}

/** Finds any of many texts of 12 bytes or more: by their first two bytes, then by their first four, then whole. */
export class Needles {
  /** Greatest length of a text, in bytes. */
  readonly longest: number;
  readonly #begins = new Uint8Array(65_536);
  readonly #byKey = new Map<number, Buffer[]>();

  constructor(texts: readonly string[]) {
    const all = texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]).map((text) => Buffer.from(text));
    const needles = all.filter(({ length }) => length >= leastBytes);
    this.longest = needles.reduce((most, { length }) => Math.max(most, length), 1);
    for (const needle of needles) {
      this.#begins[needle.readUInt16LE(0)] = 1;
      const key = needle.readUInt32LE(0);
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), needle]);
    }
  }

  areIn(bytes: Buffer): boolean {
    for (let at = 0; at + leastBytes <= bytes.length; at++) {
      if (this.#begins[bytes[at]! | (bytes[at + 1]! << 8)] === 0) continue;
      const needles = this.#byKey.get(bytes.readUInt32LE(at));
      if (needles?.some((needle) => bytes.subarray(at, at + needle.length).equals(needle))) return true;
    }
    return false;
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

async function searchFile(
  path: string,
  needles: Needles,
): Promise<{ readonly bytes: number; readonly holds: boolean }> {
  const overlap = needles.longest - 1;
  const file = await open(path, 'r');
  const window = Buffer.alloc(windowBytes + overlap);
  let [bytes, kept, holds] = [0, 0, false];
  try {
    for (;;) {
      const { bytesRead } = await file.read(window, kept, windowBytes);
      if (bytesRead === 0) return { bytes, holds };
      bytes += bytesRead;
      const filled = window.subarray(0, kept + bytesRead);
      holds ||= needles.areIn(filled);
      kept = Math.min(overlap, filled.length);
      filled.copy(window, 0, filled.length - kept);
    }
  } finally {
    await file.close();
  }
}
