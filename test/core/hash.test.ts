import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256, sha256OfFile } from '#espalier/core/hash.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

describe('sha256', () => {
  // FIPS 180-2, appendix B.1.
  it('gives the published digest of "abc"', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('gives a file and its content the same digest', async () => {
    const path = join(folder, 'file');
    const content = new Uint8Array(200_000).fill(7);
    writeFileSync(path, content);
    expect(await sha256OfFile(path)).toBe(sha256(content));
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves lists in their order', () => {
    expect(canonicalJson({ b: [2, 1], a: { d: null, c: true } })).toBe('{"a":{"c":true,"d":null},"b":[2,1]}');
  });

  it('is JSON of an equal value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
