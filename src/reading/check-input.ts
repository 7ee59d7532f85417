/**
 * The first pass over an input file. What is wrong with a file as a whole is found before its first row is stored:
 * a Latin-1 file would otherwise lose just its accented rows.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { EspalierError } from '../core/errors.js';
import { diskError } from '../core/files.js';
import { formatNamed } from './formats.js';
import type { InputFile } from './input-file.js';

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_EMPTY, INPUT_BINARY, INPUT_ENCODING; constant memory */
export async function checkInput(file: InputFile): Promise<{ bytes: number }> {
  return formatNamed(file.format).isText ? checkText(file) : { bytes: await sizeOf(file) };
}

async function sizeOf({ path }: InputFile): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}

async function checkText({ path, name }: InputFile): Promise<{ bytes: number }> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let line = 1;
  let blank = true;
  let before = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (chunk.includes(0))
        throw new EspalierError('INPUT_BINARY', `${name} holds zero bytes: it is not text`, { at: { file: name } });
      const text = decode(decoder, chunk, { file: name, line, before });
      blank &&= text.trim() === '';
      line += countLineFeeds(chunk);
      before = Buffer.concat([before, chunk.subarray(-longestStart)]).subarray(-longestStart);
    }
    decode(decoder, undefined, { file: name, line, before });
  } catch (thrown) {
    throw thrown instanceof EspalierError ? thrown : diskError(thrown, path);
  }
  if (blank) throw new EspalierError('INPUT_EMPTY', `${name} is empty`, { at: { file: name } });
  return { bytes };
}

/** Of a character of four bytes three may lie at the end of the chunk before. */
const longestStart = 3;

interface ChunkPlace {
  readonly file: string;
  /** The line that the chunk begins in. */
  readonly line: number;
  /** The last bytes before it. */
  readonly before: Buffer;
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  chunk: Buffer | undefined,
  { file, line, before }: ChunkPlace,
): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch (cause) {
    const bad = chunk ? line + lineFeedsBeforeFault(chunk, before) : line;
    throw new EspalierError('INPUT_ENCODING', `${file} is not valid UTF-8 near line ${bad}`, {
      at: { file, line: bad },
      hint: 'A file that Excel or an old Windows program wrote is read with `encoding` windows-1252.',
      parameters: ['encoding'],
      cause,
    });
  }
}

/**
 * Line feeds between the start of the chunk and its first invalid byte; a character that `before` begins counts as a
 * whole.
 */
function lineFeedsBeforeFault(chunk: Buffer, before: Buffer): number {
  const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;
  const boundary = before.findIndex((byte) => !isContinuation(byte));
  const start = boundary === -1 ? Buffer.alloc(0) : before.subarray(boundary);
  const joined = Buffer.concat([start, chunk]);
  return countLineFeeds(joined.subarray(0, firstInvalidByte(joined))) - countLineFeeds(start);
}

/** Halves the chunk until the shortest prefix that does not decode is found. */
function firstInvalidByte(chunk: Buffer): number {
  let [good, bad] = [0, chunk.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(chunk.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}

function countLineFeeds(chunk: Buffer): number {
  let count = 0;
  for (let index = chunk.indexOf(10); index !== -1; index = chunk.indexOf(10, index + 1)) count++;
  return count;
}
