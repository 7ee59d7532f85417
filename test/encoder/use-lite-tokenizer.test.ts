/** The converted tokenizer gives the token ids that the original gives. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoTokenizer } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTokeniser } from '#espalier/encoder/tokenise.js';
import { ensureUseLite } from '#espalier/encoder/use-lite.js';
import { originalVocabulary } from './original-encoder.js';
import { originalTokenizer } from './original-tokenizer.js';
import { composedSentences, longSentences, oddSentences, plainSentences, tiedSentences } from './sentences.js';

describe('the tokenizer of the embedded encoder', () => {
  let cacheFolder: string;
  let tokenise: (texts: readonly string[]) => Promise<number[][]>;
  const tokenizeOriginally = originalTokenizer(originalVocabulary());

  beforeAll(async () => {
    cacheFolder = await mkdtemp(join(tmpdir(), 'espalier-encoder-'));
    const tokenizer = await AutoTokenizer.from_pretrained(await ensureUseLite(cacheFolder), { local_files_only: true });
    tokenise = newTokeniser(tokenizer, '', 128).tokenise;
  });
  afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

  it('agrees with the original on more than 300 sentences', async () => {
    const sentences = [...new Set([...plainSentences, ...oddSentences, ...composedSentences, ...longSentences])];
    expect(sentences.length).toBeGreaterThanOrEqual(300);
    const ours = await tokenise(sentences);
    const differing = sentences.filter((text, i) => ours[i]!.join() !== tokenizeOriginally(text).slice(0, 128).join());
    console.info(`token ids: ${sentences.length - differing.length} of ${sentences.length} sentences agree`);
    expect(differing).toEqual([]);
  });

  it('differs only where two splits are equally good, in the order of the pieces', async () => {
    const inAnyOrder = (ids: readonly number[]) => ids.toSorted((a, b) => a - b);
    const ours = await tokenise(tiedSentences);
    for (const [i, text] of tiedSentences.entries()) {
      expect(ours[i]).not.toEqual(tokenizeOriginally(text));
      expect(inAnyOrder(ours[i]!)).toEqual(inAnyOrder(tokenizeOriginally(text)));
    }
  });

  it('gives an empty text no tokens', async () => {
    expect(await tokenise(['', 'hello'])).toEqual([[], tokenizeOriginally('hello')]);
  });

  it('cuts at 128 tokens', async () => {
    const [long] = await tokenise([longSentences[1]!]);
    expect(long).toEqual(tokenizeOriginally(longSentences[1]!).slice(0, 128));
  });

  it('the oracle itself finds the best pieces of a vocabulary that is small enough to check by hand', () => {
    const reserved = Array.from({ length: 6 }, (_, i) => [`<${i}>`, 0] as const);
    const tokenize = originalTokenizer([
      ...reserved,
      ['\u2581', -5],
      ['a', -2],
      ['b', -2],
      ['ab', -3],
      ['\u2581a', -4],
    ]);
    // "_ab": _a + b = -6 is better than _ + ab = -8 and _ + a + b = -9.
    expect(tokenize('ab')).toEqual([10, 8]);
    // Unknown characters merge into one; after them the score starts anew.
    expect(tokenize('xyab')).toEqual([6, 0, 9]);
  });
});
