import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type Tensors } from '#espalier/core/safetensors.js';
import { errorOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
let files = 0;

function write(tensors: Tensors, metadata: Record<string, string> = {}): string {
  const path = join(folder, `${files++}.safetensors`);
  writeFileSync(path, Buffer.concat(encodeSafetensors(tensors, metadata)));
  return path;
}

const read = (path: string): Tensors => decodeSafetensors(readFileSync(path), path);

const sample: Tensors = {
  weight: { dims: [2, 3], data: Float32Array.of(1.5, -2, 3, 4, 5, 6) },
  gram: { dims: [3], data: Float64Array.of(Math.PI, Number.MIN_VALUE, -0) },
  bias: { dims: [3], data: Float32Array.of(0, 0.1, -0.1) },
};

const anyTensors: fc.Arbitrary<Tensors> = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9._]{0,20}$/),
  fc
    .tuple(
      fc.nat(4),
      fc.nat(4),
      fc.constantFrom(Float32Array, Float64Array, Int32Array),
      fc.infiniteStream(fc.double()),
    )
    .map(([rows, columns, type, values]) => {
      const content = Array.from({ length: rows * columns }, () => values.next().value as number);
      return { dims: [rows, columns], data: type.from(content) };
    }),
  { maxKeys: 6 },
);

describe('safetensors', () => {
  it('gives back any tensors bit for bit', () => {
    fc.assert(
      fc.property(anyTensors, (tensors) => {
        const again = read(write(tensors));
        expect(Object.keys(again).sort()).toEqual(Object.keys(tensors).sort());
        for (const [name, { dims, data }] of Object.entries(tensors)) {
          expect(again[name]!.dims).toEqual(dims);
          expect(again[name]!.data.constructor).toBe(data.constructor);
          expect(bytesOf(again[name]!.data)).toEqual(bytesOf(data));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('writes equal content as equal bytes, in whatever order it was put together', () => {
    const { weight, gram, bias } = sample as Record<string, Tensors[string]>;
    const first = write({ weight: weight!, gram: gram!, bias: bias! }, { kind: 'ridge', classes: 'a,b' });
    const second = write({ bias: bias!, gram: gram!, weight: weight! }, { classes: 'a,b', kind: 'ridge' });
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  });

  it('is the published format: length, JSON header, tensors end to end, each aligned to its type', () => {
    const bytes = readFileSync(write(sample, { format: 'espalier' }));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length));
    expect(length % 8).toBe(0);
    expect(header.__metadata__).toEqual({ format: 'espalier' });
    expect(header.weight).toEqual({ dtype: 'F32', shape: [2, 3], data_offsets: [36, 60] });
    expect(header.gram).toEqual({ dtype: 'F64', shape: [3], data_offsets: [0, 24] });
    expect(header.bias).toEqual({ dtype: 'F32', shape: [3], data_offsets: [24, 36] });
    expect(bytes.length).toBe(8 + length + 60);
    const start = 8 + length;
    expect(bytes.readDoubleLE(start)).toBe(Math.PI);
    expect(bytes.readFloatLE(start + 36 + 4)).toBe(-2);
  });

  it('writes a part of a larger array as that part alone', () => {
    const whole = Float32Array.of(9, 1, 2, 9);
    const { part } = read(write({ part: { dims: [2], data: whole.subarray(1, 3) } }));
    expect(part!.data).toEqual(Float32Array.of(1, 2));
  });

  it('ADAPTER_INVALID wherever the file is cut off', async () => {
    const bytes = readFileSync(write(sample));
    const path = join(folder, 'cut');
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const error = await errorOf(() => read(path));
      expect(error.code).toBe('ADAPTER_INVALID');
      expect(error.at?.file).toBe(path);
    }
  });

  it.each([
    ['bytes after the last tensor', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4)])],
    ['a shape that its bytes do not fill', (bytes: Buffer) => replaced(bytes, '"shape":[2,3]', '"shape":[3,3]')],
    ['a type that it does not know', (bytes: Buffer) => replaced(bytes, '"F64"', '"I64"')],
    ['a header that is not JSON', (bytes: Buffer) => replaced(bytes, '"weight":', '"weight";')],
  ])('ADAPTER_INVALID for %s', async (_what, damage) => {
    const path = join(folder, 'damaged');
    writeFileSync(path, damage(readFileSync(write(sample))));
    expect((await errorOf(() => read(path))).code).toBe('ADAPTER_INVALID');
  });
});

function bytesOf(data: Tensors[string]['data']): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function replaced(bytes: Buffer, before: string, after: string): Buffer {
  const at = bytes.indexOf(before);
  expect(at).toBeGreaterThan(0);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(after), bytes.subarray(at + before.length)]);
}
