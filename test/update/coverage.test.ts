/** What an encoder cannot read is counted, and said. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Encoder, openEncoder } from '#espalier/encoder/encoder.js';
import { coverTexts, noteCoverage } from '#espalier/update/coverage.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let encoder: Encoder;
beforeAll(async () => {
  const declaration = { model: 'use-lite', pooling: ['mean'], prompt: '', dtype: 'fp32', normalise: true } as const;
  encoder = await openEncoder(declaration, { cacheFolder: temporaryFolder() });
});
afterAll(() => encoder.close());

it('counts texts that are cut, and those of which no token is known', async () => {
  const long = 'the parcel did not come '.repeat(60);
  const texts = [long, 'where is my parcel', '\u8acb\u9000\u6b3e\u7d66\u6211', `${long} at all`];
  expect(await coverTexts(encoder, texts)).toEqual({ texts: 4, cut: 2, unknown: 1 });
});

it('says so in a report, and nothing where every text was read whole', () => {
  expect(noteCoverage({ texts: 96, cut: 12, unknown: 96 })).toEqual([
    expect.stringContaining('12 of 96 texts (12.5 %) are longer than the encoder reads'),
    expect.stringContaining('96 of 96 texts (100.0 %) have no token that the encoder knows'),
  ]);
  expect(noteCoverage({ texts: 96, cut: 0, unknown: 0 })).toEqual([]);
  expect(noteCoverage(undefined)).toEqual([]);
});
