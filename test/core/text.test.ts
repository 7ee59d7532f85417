import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, findControlCharacter, leakageHash, nearestName, normaliseText, printable, textHash } from '#espalier/core/text.js';

/** Any text, richer in what steers a terminal than chance would have it. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u001b[2J', '\u001b]0;title\u0007', '\u009b31m', '\u0000', '\r', '\n', '\t', '\u007f', '\u202e', '\u2067'),
      fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCodePoint(code)),
    ),
  )
  .map((pieces) => pieces.join(''));

describe('normaliseText', () => {
  it('makes runs of any white space one space, and leaves none at the ends', () => {
    expect(normaliseText(' \t one\r\n\u00a0\u3000two \ufeff\n')).toBe('one two');
  });

  it('composes what can be written in two ways', () => {
    expect(normaliseText('cafe\u0301')).toBe('caf\u00e9');
  });

  it('keeps letter case and compatibility forms: they may mean something', () => {
    expect(normaliseText('Ⅳ ﬁne STRASSE')).toBe('Ⅳ ﬁne STRASSE');
  });

  it('changes nothing the second time', () => {
    fc.assert(fc.property(hostileText, (text) => normaliseText(normaliseText(text)) === normaliseText(text)));
  });
});

describe('the identities of a text', () => {
  it('textHash: equal for texts that normalise to the same, different for another letter case', () => {
    expect(textHash('  cafe\u0301  au lait')).toBe(textHash('caf\u00e9 au lait'));
    expect(textHash('Café au lait')).not.toBe(textHash('café au lait'));
  });

  it('leakageHash: letter case makes no difference', () => {
    expect(leakageHash('Café  AU lait')).toBe(leakageHash('café au lait'));
    expect(leakageHash('café au lait')).not.toBe(leakageHash('café au lit'));
  });
});

describe('findControlCharacter', () => {
  it.each([
    ['a\u0000b', 'U+0000'],
    ['a\u001b[31m', 'U+001B'],
    ['a\u007f', 'U+007F'],
    ['a\u009b31m', 'U+009B'],
    ['invoice \u202egpj.exe', 'U+202E'],
    ['a\u2066b', 'U+2066'],
  ])('names the first of %j', (text, name) => {
    expect(findControlCharacter(text)).toBe(name);
  });

  it('lets tab, line feed and carriage return pass: they are white space of a text', () => {
    expect(findControlCharacter('one\ttwo\r\nthree')).toBeUndefined();
  });

  it('finds none in letters of any script', () => {
    expect(findControlCharacter('Grüße, 你好, שלום, नमस्ते, 👩‍👩‍👧 — fine')).toBeUndefined();
  });
});

describe('printable', () => {
  it.each([
    ['a colour', '\u001b[31mred\u001b[0m', '␛[31mred␛[0m'],
    ['a window title', '\u001b]0;owned\u0007', '␛]0;owned␇'],
    ['an eight-bit CSI', '\u009b2J', '\ufffd2J'],
    ['a return over what was written', 'good\rbad', 'good␍bad'],
    ['a line of its own', 'one\n2026 ERROR two', 'one␊2026 ERROR two'],
    ['a backspace', 'good\u0008\u0008\u0008\u0008evil', 'good␈␈␈␈evil'],
    ['a bidirectional override', 'a\u202eb', 'a\ufffdb'],
  ])('shows %s instead of obeying it', (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('never lets a control character or a bidirectional override through', () => {
    fc.assert(
      fc.property(hostileText, (text) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(printable(text))),
      { numRuns: 500 },
    );
  });

  it('leaves every other character as it is', () => {
    const text = 'Grüße, 你好, שלום, 👩‍👩‍👧 — fine';
    expect(printable(text)).toBe(text);
  });
});

describe('clip', () => {
  it('leaves a text that fits', () => {
    expect(clip('twelve chars', 12)).toBe('twelve chars');
  });

  it('cuts between characters, never inside one, and says so', () => {
    expect(clip('👍👍👍👍', 3)).toBe('👍👍…');
  });

  it('never gives more than the width, and is printable', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 40 }), (text, width) => {
        const cut = clip(text, width);
        return [...cut].length <= width && !/\p{Cc}/u.test(cut);
      }),
    );
  });
});

describe('nearestName', () => {
  const names = ['analytic', 'replay', 'finetune'];

  it.each([
    ['analitic', 'analytic'],
    ['reply', 'replay'],
    ['fine-tune', 'finetune'],
    ['analytic', 'analytic'],
  ])('%s -> %s', (mistyped, name) => {
    expect(nearestName(mistyped, names)).toBe(name);
  });

  it('gives none where nothing is near', () => {
    expect(nearestName('transformer', names)).toBeUndefined();
    expect(nearestName('replay', [])).toBeUndefined();
  });

  it('gives the nearest of several near ones', () => {
    expect(nearestName('marign', ['marginal', 'margins', 'margin'])).toBe('margin');
  });
});
