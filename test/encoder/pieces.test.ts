import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasWords } from '#espalier/encoder/ngrams.js';
import { learnPieces, piecesOf, sharesPiece } from '#espalier/encoder/pieces.js';

const sentence = fc
  .array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 6 })
  .map((words) => words.join(' '));
const anyText = fc.string({ unit: 'grapheme' }).filter(hasWords);
const texts = fc.array(fc.oneof(sentence, anyText), { minLength: 1, maxLength: 12 });
/** Also so few that most pieces have to go. */
const bound = fc.constantFrom(1, 5, 1000);

describe('what was learned', () => {
  it('is shared by every text that was learned, however many pieces had to go', () => {
    fc.assert(
      fc.property(texts, bound, (learned, most) => {
        const pieces = learnPieces(learned, undefined, most);
        expect(pieces.length).toBeLessThanOrEqual(most);
        for (const text of learned) expect(sharesPiece(pieces, text, most)).toBe(true);
      }),
    );
  });

  it('does not depend on the order, nor on learning at once or one update after the other', () => {
    fc.assert(
      fc.property(texts, texts, bound, (first, second, most) => {
        const atOnce = learnPieces([...first, ...second], undefined, most);
        expect(learnPieces([...second, ...first].reverse(), undefined, most)).toEqual(atOnce);
        expect(learnPieces(second, learnPieces(first, undefined, most), most)).toEqual(atOnce);
      }),
    );
  });

  const learned = learnPieces(['Where is my refund?', '\u6211\u8981\u9000\u6b3e']);
  it.each(['WHERE', 'refnud my', 'refunding', 'unrefundable items', '\u9000\u8d27'])(
    '%s shares something with it',
    (text) => {
      expect(sharesPiece(learned, text)).toBe(true);
    },
  );
  it.each(['Guten Morgen', 'fun', 'her', '\u4f60\u597d', '???'])('%s shares nothing with it', (text) => {
    expect(sharesPiece(learned, text)).toBe(false);
  });
});

it('the pieces of a text are its words, four letters in a row, and signs', () => {
  expect([...piecesOf('My order, my ORDER')]).toEqual(['my', 'order', 'orde', 'rder']);
  expect([...piecesOf('\u9000\u6b3e')]).toEqual(['\u9000\u6b3e', '\u9000', '\u6b3e']);
});
