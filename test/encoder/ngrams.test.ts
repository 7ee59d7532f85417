/** Counts of n-grams: what they are, that they are whole, and the numbers that another implementation gives. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countNgrams, fillNgrams, ngramsOf } from '#espalier/encoder/ngrams.js';

function countsOf(text: string, buckets = 4096): Float32Array {
  const counts = new Float32Array(buckets);
  countNgrams(text, counts);
  return counts;
}

const word = fc.string({ unit: fc.constantFrom(...'abcxyz09éßñд東'), minLength: 1, maxLength: 8 });
const sentence = fc.array(word, { maxLength: 12 });
const buckets = fc.constantFrom(256, 1024, 4096);

describe('the n-grams of a text', () => {
  it('are its words, its pairs of words, and the pieces of its words', () => {
    expect([...ngramsOf('Go on!')].toSorted()).toEqual(
      [
        ...['1go', '1on', '2<s> go', '2go on', '2on </s>'],
        ...['c<go', 'cgo>', 'c<go>', 'c<on', 'con>', 'c<on>'],
      ].toSorted(),
    );
  });

  it('of no words are the pair of its ends', () => {
    for (const text of ['', ' ', '?!', "'", '😀']) expect([...ngramsOf(text)]).toEqual(['2<s> </s>']);
  });

  it('have an apostrophe inside of a word, and none at its ends', () => {
    const words = [...ngramsOf("'don't' rock'n'roll 5o'clock' a''b")].filter((ngram) => ngram.startsWith('1'));
    expect(words).toEqual(["1don't", "1rock'n'roll", "15o'clock", '1a', '1b']);
  });

  it('count characters, not halves of them', () => {
    expect([...ngramsOf('𠮷野')].filter((ngram) => ngram.startsWith('c'))).toEqual(['c<𠮷野', 'c𠮷野>', 'c<𠮷野>']);
  });
});

describe('their counts', () => {
  it('are whole numbers that sum to the number of distinct n-grams', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          sentence.map((words) => words.join(' ')),
          fc.string({ unit: 'binary' }),
        ),
        buckets,
        (text, size) => {
          const counts = countsOf(text, size);
          expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(ngramsOf(text).size);
        },
      ),
    );
  });

  it('are those of the distinct n-grams: a text said three times counts as if it were said twice', () => {
    fc.assert(
      fc.property(sentence, (words) => {
        const times = (count: number) => countsOf(Array.from({ length: count }, () => words.join(' ')).join(' '));
        expect(times(3)).toEqual(times(2));
      }),
    );
  });

  it('do not depend on where duplicates stand, but for the pairs', () => {
    const withoutPairs = (words: readonly string[]) =>
      [...ngramsOf(words.join(' '))].filter((ngram) => !ngram.startsWith('2')).toSorted();
    fc.assert(
      fc.property(
        sentence.chain((words) =>
          fc.tuple(fc.constant(words), fc.shuffledSubarray([...words, ...words], { minLength: 2 * words.length })),
        ),
        ([words, shuffled]) => void expect(withoutPairs(shuffled)).toEqual(withoutPairs(words)),
      ),
    );
  });

  it('do not depend on letter case, punctuation, white space, or how an accent is written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom(...'abcxyz09éñд東'), minLength: 1 })), (words) => {
        const counts = countsOf(words.join(' '));
        expect(countsOf(words.join(' ').toUpperCase())).toEqual(counts);
        expect(countsOf(`  ${words.join(', \n')}!`)).toEqual(counts);
        expect(countsOf(words.join(' ').normalize('NFD'))).toEqual(counts);
      }),
    );
  });

  it('of half the buckets are the sums of those that fall together', () => {
    fc.assert(
      fc.property(sentence, (words) => {
        const [whole, half] = [512, 256].map((size) => countsOf(words.join(' '), size)) as [Float32Array, Float32Array];
        expect(half).toEqual(half.map((_, i) => whole[i]! + whole[i + 256]!));
      }),
    );
  });

  it('spread evenly: of a text without end no bucket is far from its share', () => {
    const text = Array.from({ length: 4000 }, (_, i) => `w${(i * 7919).toString(36)}`).join(' ');
    const share = ngramsOf(text).size / 256;
    // As if drawn at random: a standard deviation is the root of the share, and six of them do not happen.
    for (const count of countsOf(text, 256)) expect(Math.abs(count - share)).toBeLessThan(6 * Math.sqrt(share));
  });
});

/** From a Python program written for this test from the definition (unicodedata categories L and N, no shared code). */
describe('the buckets that another implementation finds', () => {
  const inBuckets = (counts: Float32Array) =>
    Object.fromEntries([...counts.entries()].filter(([, count]) => count > 0));
  const ones = (places: readonly number[]) => Object.fromEntries(places.map((place) => [place, 1]));

  it.each([
    ['', [17771]],
    ['Go!', [5313, 30715, 38763, 43513, 60424, 61271]],
    [
      "Don't go, DON'T",
      [
        ...[390, 5313, 12082, 12670, 18111, 23363, 26443, 27998, 29222, 29759, 37498],
        ...[38763, 43941, 46378, 49107, 52760, 56588, 57665, 60424, 61271, 62888],
      ],
    ],
    [
      'Café 東京 𠮷野家 3 😀',
      [
        ...[251, 781, 1299, 1947, 2869, 2942, 3326, 4598, 13011, 15666, 19563, 20148, 20566, 27719],
        ...[33967, 36178, 36763, 39201, 43306, 46007, 48902, 51155, 55613, 57635, 58156, 61601, 61980, 64487],
      ],
    ],
  ])('of 65,536: %j', (text, places) => {
    expect(inBuckets(countsOf(text, 65_536))).toEqual(ones(places));
  });

  it('of 256, where two n-grams share one', () => {
    const single = [
      6, 13, 19, 28, 33, 35, 42, 44, 50, 53, 61, 71, 82, 86, 107, 126, 161, 175, 180, 183, 231, 246, 251, 254,
    ];
    expect(inBuckets(countsOf('Café 東京 𠮷野家 3 😀', 256))).toEqual({ ...ones(single), 155: 2, 211: 2 });
  });
});

describe('fillNgrams', () => {
  it('fills the columns behind the vectors, of every row', async () => {
    const texts = Array.from({ length: 150 }, (_, i) => `text ${i}`);
    const rows = new Float32Array(150 * 259).fill(0);
    for (let row = 0; row < 150; row++) rows.set([1, 2, 3], row * 259);
    await fillNgrams(texts, rows, { dense: 3, lexical: 256 });
    for (const [i, text] of texts.entries()) {
      expect([...rows.subarray(i * 259, i * 259 + 3)]).toEqual([1, 2, 3]);
      expect(rows.subarray(i * 259 + 3, (i + 1) * 259)).toEqual(countsOf(text, 256));
    }
  });

  it('leaves rows without such columns alone', async () => {
    const rows = Float32Array.of(1, 2);
    await fillNgrams(['a', 'b'], rows, { dense: 1, lexical: 0 });
    expect([...rows]).toEqual([1, 2]);
  });
});
