/** What an encoder cannot read is counted, and said. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverTexts, describeCoverage, mostTexts, noteCoverage } from '#espalier/encoder/coverage.js';
import { type Encoder, openEncoder } from '#espalier/encoder/encoder.js';
import { openTokeniser } from '#espalier/encoder/open-tokeniser.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeSmallModel } from './small-model.js';

const declaration = { model: 'use-lite', pooling: ['mean'], prompt: '', dtype: 'fp32', normalise: true } as const;
const cacheFolder = temporaryFolder();
let encoder: Encoder;
beforeAll(async () => {
  encoder = await openEncoder(declaration, { cacheFolder });
});
afterAll(() => encoder.close());

const long = 'the parcel did not come '.repeat(60);
const chinese = '\u8acb\u9000\u6b3e\u7d66\u6211';

it('counts texts that are cut, and those of which no token is known', async () => {
  expect(await coverTexts(encoder, [long, 'where is my parcel', chinese, `${long} at all`])).toEqual({
    texts: 4,
    cut: 2,
    unknown: 1,
  });
});

it('looks at a bounded number of texts and of characters, the first ones, and tells how many there are', async () => {
  const read: string[] = [];
  const reader = { readingOf: (text: string) => ({ isCut: read.push(text) > 3, knowsAny: true }) };
  const many = Array.from({ length: mostTexts + 5 }, (_, index) => `text ${index}`);
  expect(await coverTexts(reader, many)).toEqual({
    texts: mostTexts,
    among: mostTexts + 5,
    cut: mostTexts - 3,
    unknown: 0,
  });
  expect(read).toEqual(many.slice(0, mostTexts));
  const vast = Array.from({ length: 20 }, () => 'x'.repeat(300_000));
  expect(await coverTexts(reader, vast, 900)).toMatchObject({ texts: 4, among: 900 });
});

it('says so in a report, and nothing where every text was read whole', () => {
  const some = { texts: 96, cut: 12, unknown: 96 };
  expect(noteCoverage(some)).toEqual([
    '12 of 96 texts (12.5 %) are longer than the encoder reads; their ends were cut off, and what stands there cannot be learned.',
    '96 of 96 texts (100.0 %) have no token that the encoder knows; nothing of their meaning can be learned.',
  ]);
  expect(describeCoverage(some)).toHaveLength(2);
  expect(describeCoverage({ ...some, among: 5000 })[0]).toBe(
    '12 of 96 texts looked at, of 5000, (12.5 %) are longer than the encoder reads',
  );
  expect(noteCoverage({ texts: 96, cut: 0, unknown: 0 })).toEqual([]);
  expect(noteCoverage(undefined)).toEqual([]);
});

describe('a tokeniser without its model', () => {
  it('reads texts as the encoder does', async () => {
    const tokeniser = await openTokeniser(declaration, { cacheFolder });
    for (const text of [long, chinese, 'where is my parcel', '', ' ']) {
      expect(tokeniser!.readingOf(text)).toEqual(encoder.readingOf(text));
      expect(tokeniser!.knowsAny(text)).toBe(encoder.knowsAny(text));
    }
  });

  it('counts the prompt among what is read, but not among what is known', async () => {
    const folder = temporaryFolder();
    await writeSmallModel(folder, { maximumLength: 3 });
    const plain = await openTokeniser({ ...declaration, model: folder }, { cacheFolder });
    const prompted = await openTokeniser({ ...declaration, model: folder, prompt: 'red ' }, { cacheFolder });
    expect(plain!.readingOf('green green blue')).toEqual({ isCut: false, knowsAny: true });
    expect(prompted!.readingOf('green green blue')).toEqual({ isCut: true, knowsAny: true });
    expect(prompted!.readingOf('pink')).toEqual({ isCut: false, knowsAny: false });
  });

  it('needs no model file', async () => {
    const folder = temporaryFolder();
    await writeSmallModel(folder);
    rmSync(join(folder, 'onnx'), { recursive: true });
    const tokeniser = await openTokeniser({ ...declaration, model: folder }, { cacheFolder });
    expect(tokeniser!.readingOf('red')).toEqual({ isCut: false, knowsAny: true });
  });

  it.each([
    ['the embedded one, not converted yet', 'use-lite'],
    ['one of the hub, not downloaded yet', 'somebody/some-model'],
    ['a folder that is not there', './none'],
    ['no name at all', 'not a name'],
  ])('is not there where the encoder is not: %s', async (_, model) => {
    const empty = temporaryFolder();
    expect(
      await openTokeniser({ ...declaration, model }, { cacheFolder: join(empty, 'cache'), baseFolder: empty }),
    ).toBeUndefined();
    expect(existsSync(join(empty, 'cache'))).toBe(false);
  });

  it('is found where a hub model was downloaded', async () => {
    const cache = temporaryFolder();
    const folder = join(cache, 'hub', 'somebody', 'some-model');
    await writeSmallModel(folder);
    expect(
      await openTokeniser({ ...declaration, model: 'somebody/some-model' }, { cacheFolder: cache }),
    ).toBeUndefined();
    writeFileSync(join(folder, '.downloaded-fp32'), '');
    const tokeniser = await openTokeniser({ ...declaration, model: 'somebody/some-model' }, { cacheFolder: cache });
    expect(tokeniser!.knowsAny('red')).toBe(true);
    expect(readdirSync(cache)).toEqual(['hub']);
  });
});
