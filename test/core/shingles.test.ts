/** Sets of shingles and their similarity, held to sets of strings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scramble, shinglesOf, similarityOf } from '#espalier/core/shingles.js';
import { sameTextForm } from '#espalier/core/text.js';

function stringsOf(text: string): Set<string> {
  const form = sameTextForm(text);
  if (form.length < 4) return new Set(form === '' ? [] : [form]);
  return new Set(Array.from({ length: form.length - 3 }, (_, start) => form.slice(start, start + 4)));
}

function jaccard(a: string, b: string): number {
  const [left, right] = [stringsOf(a), stringsOf(b)];
  const shared = [...left].filter((shingle) => right.has(shingle)).length;
  const union = left.size + right.size - shared;
  return union === 0 ? 0 : shared / union;
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.constantFrom('late', 'parcel', 'refund', 'where', '\u0434\u043e\u043c', '\u8eca', 'e\u0301'), {
      maxLength: 12,
    })
    .map((words) => words.join(' ')),
);

describe('shingles', () => {
  it('are as many as the distinct runs of four characters of the normal form, ascending', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shingles = [...shinglesOf(text)];
        return (
          shingles.length === stringsOf(text).size &&
          shingles.every((one, index) => index === 0 || one > shingles[index - 1]!)
        );
      }),
    );
  });

  it('do not tell letter case, white space, width or final punctuation', () => {
    expect(shinglesOf('Where  IS my parcel?!')).toEqual(shinglesOf('\uff57here is my parcel'));
  });

  it('tell letters of one script from those of another, also where their low bytes are equal', () => {
    const cyrillic = '\u0434\u043e\u043c\u0430 \u043d\u0435\u0442';
    const low = Array.from(cyrillic, (letter) => String.fromCharCode(letter.charCodeAt(0) & 0xff)).join('');
    expect(similarityOf(shinglesOf(cyrillic), shinglesOf(low))).toBe(0);
    const pictures = ['\u{1f600}\u{1f601}\u{1f602}', '\u{1f603}\u{1f604}\u{1f605}'].map(shinglesOf);
    expect(similarityOf(pictures[0]!, pictures[1]!)).toBe(0);
  });

  it('of fewer than four characters are the text itself', () => {
    expect(similarityOf(shinglesOf('yes'), shinglesOf('Yes.'))).toBe(1);
    expect(similarityOf(shinglesOf('yes'), shinglesOf('yet'))).toBe(0);
    expect(similarityOf(shinglesOf('ab'), shinglesOf('abab'))).toBe(0);
    expect(shinglesOf('')).toHaveLength(0);
  });
});

describe('the similarity of two texts', () => {
  it('is the Jaccard similarity of their sets of strings, whichever comes first', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const similarity = similarityOf(shinglesOf(a), shinglesOf(b));
        expect(similarity).toBeCloseTo(jaccard(a, b), 12);
        expect(similarityOf(shinglesOf(b), shinglesOf(a))).toBe(similarity);
      }),
    );
  });

  it('is 0 where it is below what is asked for, and the same otherwise', () => {
    fc.assert(
      fc.property(anyText, fc.string(), fc.double({ min: 0.05, max: 1, noNaN: true }), (text, more, atLeast) => {
        const [a, b] = [shinglesOf(text), shinglesOf(text + more)];
        const exact = similarityOf(a, b);
        expect(similarityOf(a, b, atLeast)).toBe(exact >= atLeast ? exact : 0);
        if (exact > 0) expect(similarityOf(a, b, exact)).toBe(exact);
      }),
    );
  });

  it('of two empty texts is 0: what has no content resembles nothing', () => {
    expect(similarityOf(shinglesOf(''), shinglesOf(''))).toBe(0);
  });
});

it('scrambled numbers are distinct, and 0 stays 0', () => {
  expect(scramble(0)).toBe(0);
  const numbers = Array.from({ length: 100_000 }, (_, index) => scramble(index * 65_537));
  expect(new Set(numbers).size).toBe(100_000);
});
