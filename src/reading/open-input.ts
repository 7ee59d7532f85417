/**
 * Makes a file of every input, in UTF-8 and readable more than once: standard input, pipes and files of another
 * encoding are spooled to a private file in the temporary folder. Whoever opens inputs closes them.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EspalierError } from '../core/errors.js';
import { diskError } from '../core/files.js';
import { sweepFolder, unfinishedName } from '../core/left-behind.js';
import type { InputFile } from './input-file.js';
import { recogniseInput, type SaidFormat } from './recognise.js';

export interface InputOptions extends SaidFormat {
  /** A label of the Encoding Standard; without it the byte order mark decides, and without one it is UTF-8. */
  readonly encoding?: string | undefined;
  /** Of the fields that will be read, to tell a CSV delimiter by. */
  readonly columns: readonly string[];
}

/** `path` `-` is standard input. */
export interface NamedInput {
  readonly path: string;
  readonly name: string;
}

export interface OpenInputs {
  readonly files: readonly InputFile[];
  close(): Promise<void>;
}

/** @throws USAGE, FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_BINARY, INPUT_ENCODING, INPUT_FORMAT, DISK_FULL */
export async function openInputs(
  inputs: readonly NamedInput[],
  stdin: NodeJS.ReadableStream,
  options: InputOptions,
): Promise<OpenInputs> {
  await sweepFolder(tmpdir(), new Date());
  requireKnownEncoding(options.encoding);
  const spools: string[] = [];
  const close = async () => {
    for (const spool of spools) await rm(spool, { force: true });
  };
  const newSpool = () => {
    spools.push(unfinishedName(join(tmpdir(), 'espalier-input')));
    return spools.at(-1)!;
  };
  try {
    const files: InputFile[] = [];
    for (const input of inputs) files.push(await openInput(input, stdin, { ...options, newSpool }));
    return { files, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function openInput(
  { path, name }: NamedInput,
  stdin: NodeJS.ReadableStream,
  { newSpool, encoding, columns, ...said }: InputOptions & { newSpool: () => string },
): Promise<InputFile> {
  let readable = path;
  if (path === '-' || !(await isRegularFile(path))) {
    readable = newSpool();
    await spool(path === '-' ? stdin : createReadStream(path), readable, path);
  }
  const begins = await firstBytes(readable);
  refuseBinary(begins, name);
  const decoding = begins.equals(parquetMagic) ? undefined : (encoding ?? encodingByMark(begins));
  if (decoding !== undefined && !isUtf8(decoding)) {
    const decoded = newSpool();
    await transcode(readable, decoded, decoding, name);
    readable = decoded;
  }
  return recogniseInput(readable, name, said, columns);
}

async function isRegularFile(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return found.isFile();
  } catch (thrown) {
    throw diskError(thrown, path);
  }
  throw new EspalierError('FILE_UNREADABLE', `${path} is a folder`, {
    at: { file: path },
    hint: `Name its files: ${path}/*.jsonl`,
  });
}

async function spool(from: NodeJS.ReadableStream, to: string, name: string): Promise<void> {
  try {
    await pipeline(from, createWriteStream(to, { mode: 0o600 }));
  } catch (thrown) {
    throw diskError(thrown, name);
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}

const binaries: readonly [magic: string, what: string, hint: string][] = [
  ['1f8b', 'is compressed with gzip', 'Unpack it on the way: gunzip -c FILE | espalier ingest - ...'],
  ['28b52ffd', 'is compressed with zstd', 'Unpack it on the way: zstd -dc FILE | espalier ingest - ...'],
  ['504b0304', 'is a ZIP archive or an Excel workbook', 'Unpack it, or save the workbook as CSV UTF-8.'],
];

/** Parquet has no encoding that could be said. */
const parquetMagic = Buffer.from('PAR1');

function refuseBinary(begins: Buffer, name: string): void {
  const found = binaries.find(([magic]) => begins.toString('hex').startsWith(magic));
  if (found) throw new EspalierError('INPUT_BINARY', `${name} ${found[1]}`, { at: { file: name }, hint: found[2] });
}

function encodingByMark(begins: Buffer): string | undefined {
  if (begins[0] === 0xff && begins[1] === 0xfe) return 'utf-16le';
  return begins[0] === 0xfe && begins[1] === 0xff ? 'utf-16be' : undefined;
}

const isUtf8 = (label: string) => new TextDecoder(label).encoding === 'utf-8';

function requireKnownEncoding(label: string | undefined): void {
  if (label === undefined) return;
  try {
    new TextDecoder(label);
  } catch (cause) {
    const hint =
      'Known ones are utf-8, utf-16le, utf-16be, windows-1252, iso-8859-15, shift_jis and others of the Encoding Standard.';
    throw new EspalierError('USAGE', `the \`encoding\` ${label} is not known`, {
      hint,
      parameters: ['encoding'],
      cause,
    });
  }
}

async function transcode(from: string, to: string, label: string, name: string): Promise<void> {
  const decoder = new TextDecoder(label, { fatal: true });
  const decode = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) yield repaired(decoder.decode(chunk, { stream: true }), decoder.encoding);
    yield decoder.decode();
  };
  try {
    await pipeline(createReadStream(from), decode, createWriteStream(to, { mode: 0o600 }));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw diskError(cause, name);
    const hint = 'Say another `encoding`, or leave it out for UTF-8.';
    throw new EspalierError('INPUT_ENCODING', `${name} is not valid ${label}`, {
      at: { file: name },
      hint,
      parameters: ['encoding'],
      cause,
    });
  }
}

/** What Windows-1252 has from 0x80 on; U+FFFD stands for its five gaps. */
const windows1252 =
  '\u20ac\ufffd\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\ufffd\u017d\ufffd' +
  '\ufffd\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\ufffd\u017e\u0178';

/** Some releases of Node.js decode Windows-1252 as Latin-1, which has control characters there. */
function repaired(text: string, encoding: string): string {
  return encoding === 'windows-1252'
    ? text.replace(/[\u0080-\u009f]/g, (control) => windows1252[control.charCodeAt(0) - 0x80]!)
    : text;
}
