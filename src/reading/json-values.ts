/**
 * Splits one JSON array into its elements, or a file of objects that take several lines each into these, in constant
 * memory.
 */
import { createReadStream } from 'node:fs';
import { EspalierError } from '../core/errors.js';

export interface JsonValue {
  /** At most the first kilobyte where the value is longer than the limit. */
  readonly content: Buffer;
  readonly bytes: number;
  /** The one it begins on. */
  readonly line: number;
}

const [quote, backslash, comma, openBracket, openBrace, closeBracket, closeBrace, lineFeed] = Buffer.from('"\\,[{]}\n');
const space = 0x20;

/** @throws INPUT_FORMAT where brackets do not match or the file ends within a value */
export async function* splitJsonValues(path: string, name: string, maxBytes: number): AsyncIterable<JsonValue> {
  const scan: Scan = { line: 1, depth: 0, inString: false, escaped: false, inArray: undefined, ended: false };
  let kept: Buffer[] = [];
  let bytes = 0;
  let line = 0;
  const take = (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= maxBytes) kept.push(piece);
    else kept = [Buffer.concat([...kept, piece]).subarray(0, 1024)];
  };
  const finish = (): JsonValue => {
    const value = { content: Buffer.concat(kept), bytes, line };
    kept = [];
    bytes = 0;
    return value;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = -1;
    if (bytes > 0) start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const event = step(scan, chunk[index]!);
      if (event === 'inside') {
        if (start === -1) {
          start = index;
          line = scan.line;
        }
        continue;
      }
      if (event === 'fault') throw faultOf(name, scan.line);
      if (start === -1) continue;
      const end = event === 'last' ? index + 1 : index;
      take(chunk.subarray(start, end));
      start = -1;
      yield finish();
    }
    if (start !== -1) take(chunk.subarray(start));
  }
  if (scan.depth > 0 || scan.inString || (scan.inArray && !scan.ended)) throw faultOf(name, scan.line);
  if (bytes > 0) yield finish();
}

interface Scan {
  line: number;
  /** Of brackets within the value. */
  depth: number;
  inString: boolean;
  escaped: boolean;
  /** Whether the file is one array; undefined before its first character. */
  inArray: boolean | undefined;
  /** The array is closed. */
  ended: boolean;
}

/**
 * `inside`: the byte belongs to a value; `last`: it is the value's last one; `between`: a value before it has ended.
 */
function step(scan: Scan, byte: number): 'inside' | 'last' | 'between' | 'fault' {
  if (byte === lineFeed) scan.line++;
  if (scan.inString) {
    if (scan.escaped) scan.escaped = false;
    else if (byte === backslash) scan.escaped = true;
    else if (byte === quote) scan.inString = false;
    return 'inside';
  }
  if (scan.depth === 0 && (isBlank(byte) || byte === comma)) return 'between';
  if (scan.ended) return 'fault';
  if (scan.inArray === undefined) {
    scan.inArray = byte === openBracket;
    if (scan.inArray) return 'between';
  }
  if (byte === quote) scan.inString = true;
  else if (byte === openBracket || byte === openBrace) scan.depth++;
  else if (byte === closeBracket || byte === closeBrace) {
    if (scan.depth === 0) {
      scan.ended = scan.inArray && byte === closeBracket;
      return scan.ended ? 'between' : 'fault';
    }
    scan.depth--;
    if (scan.depth === 0) return 'last';
  }
  return 'inside';
}

/** White space, and the bytes of a byte order mark, which no value begins with. */
const isBlank = (byte: number) => byte <= space || byte === 0xef || byte === 0xbb || byte === 0xbf;

function faultOf(file: string, line: number): EspalierError {
  return new EspalierError(
    'INPUT_FORMAT',
    `${file} is not well-formed JSON: its brackets do not match, or it ends within a value`,
    {
      at: { file, line },
      hint: 'Check the end of the file: it may have been cut off. Nothing was stored.',
    },
  );
}
