/**
 * Reads and writes safetensors files (https://github.com/huggingface/safetensors, format section): an 8-byte
 * little-endian length, a JSON header, the raw tensors. Tensors are written in name order, so equal content has equal
 * bytes.
 */
import { EspalierError } from './errors.js';

/** Row-major; the product of `dims` is the length of `data`. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Int8Array;
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** Size of the data alone, without the header. */
export function bytesIn(tensors: Tensors): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The file's bytes in pieces, ready to be written one after another without a copy. */
export function encodeSafetensors(tensors: Tensors, metadata: Readonly<Record<string, string>>): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: Object.fromEntries(Object.entries(metadata).sort()) };
  const pieces: Uint8Array[] = [];
  let offset = 0;
  // Wider types first keep every tensor aligned.
  const names = Object.keys(tensors).sort((a, b) => widthOf(tensors[b]!) - widthOf(tensors[a]!) || (a < b ? -1 : 1));
  for (const name of names) {
    const { dims, data } = tensors[name]!;
    header[name] = { dtype: typeOf(data), shape: dims, data_offsets: [offset, offset + data.byteLength] };
    pieces.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(json, 8);
  return [start, ...pieces];
}

/** @param path the file of the bytes, for messages. @throws ADAPTER_INVALID where they do not match their header */
export function decodeSafetensors(bytes: Buffer, path: string): Tensors {
  try {
    return decode(bytes);
  } catch (cause) {
    throw new EspalierError('ADAPTER_INVALID', `${path} is not a whole safetensors file`, {
      at: { file: path },
      cause,
    });
  }
}

function decode(bytes: Buffer): Tensors {
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, HeaderEntry>;
  const tensors: Record<string, Tensor> = {};
  let end = start;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [from, to] = entry.data_offsets;
    const makeArray = arrays[entry.dtype];
    if (!makeArray) throw new RangeError(`${name} has the unknown type ${entry.dtype}`);
    const data = makeArray(contentOf(bytes, start + from, start + to));
    if (data.length !== entry.shape.reduce((product, size) => product * size, 1))
      throw new RangeError(`${name} does not fill its shape`);
    tensors[name] = { dims: entry.shape, data };
    end = Math.max(end, start + to);
  }
  if (end !== bytes.length) throw new RangeError(`the tensors end at byte ${end}, the file at ${bytes.length}`);
  return tensors;
}

type Content = readonly [buffer: ArrayBuffer, start: number, bytes: number];

/**
 * The bytes as a typed array can use them: the buffer itself if aligned, which Espalier's files are, otherwise a copy.
 */
function contentOf(bytes: Buffer, from: number, to: number): Content {
  const start = bytes.byteOffset + from;
  return start % 8 === 0
    ? [bytes.buffer as ArrayBuffer, start, to - from]
    : [Uint8Array.from(bytes.subarray(from, to)).buffer, 0, to - from];
}

const arrays: Readonly<Record<string, (content: Content) => Tensor['data']>> = {
  F32: ([buffer, start, bytes]) => new Float32Array(buffer, start, bytes / 4),
  F64: ([buffer, start, bytes]) => new Float64Array(buffer, start, bytes / 8),
  I32: ([buffer, start, bytes]) => new Int32Array(buffer, start, bytes / 4),
  I8: ([buffer, start, bytes]) => new Int8Array(buffer, start, bytes),
};

function typeOf(data: Tensor['data']): string {
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Int8Array) return 'I8';
  return data instanceof Int32Array ? 'I32' : 'F32';
}

function widthOf({ data }: Tensor): number {
  return data.BYTES_PER_ELEMENT;
}
