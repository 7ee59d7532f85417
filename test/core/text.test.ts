import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleanText,
  clip,
  jsonOf,
  nearestName,
  normaliseText,
  printable,
  sameTextForm,
  sameTextHash,
  textHash,
} from '#espalier/core/text.js';

/** Any text, richer in what steers a terminal than chance would have it. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2J',
        '\u001b]0;title\u0007',
        '\u009b31m',
        '\u0000',
        '\r',
        '\n',
        '\t',
        '\u007f',
        '\u202e',
        '\u2067',
      ),
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

  it('sameTextHash: letter case makes no difference', () => {
    expect(sameTextHash('Café  AU lait')).toBe(sameTextHash('café au lait'));
    expect(sameTextHash('café au lait')).not.toBe(sameTextHash('café au lit'));
  });
});

describe('sameTextForm', () => {
  it.each([
    ['letter case', 'STRASSE \u0391\u03a3', 'stra\u00dfe \u03b1\u03c2'],
    ['width and ligatures', '\uff21\uff22 \ufb01n', 'ab fin'],
    ['white space', ' a\t b\u3000', 'a b'],
    ['what nobody sees', 'a\u200bb\u00ad\u202ec\ufeff', 'abc'],
    ['punctuation at the end', '\u00bfd\u00f3nde est\u00e1?!', 'd\u00f3nde est\u00e1'],
    ['a full-width full stop', '\u4f60\u597d\u3002', '\u4f60\u597d'],
    ['the selector of an emoji', '\u2764\ufe0f', '\u2764'],
  ])('folds %s', (_what, one, other) => {
    expect(sameTextForm(one)).toBe(sameTextForm(other));
  });

  it.each([
    ['3.5', '35'],
    ['C#', 'C'],
    ['5 %', '5'],
    ['...', '!!!'],
    ['a-b', 'ab'],
  ])('tells %j and %j apart', (one, other) => {
    expect(sameTextForm(one)).not.toBe(sameTextForm(other));
  });

  it('is its own form, and the same for a text as it is stored', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(sameTextForm(sameTextForm(text))).toBe(sameTextForm(text));
      }),
    );
  });
});

describe('cleanText', () => {
  it.each([
    ['direction marks', '\u2068\u0645\u0631\u062d\u0628\u0627\u2069', '\u0645\u0631\u062d\u0628\u0627'],
    ['form feed, vertical tab, C1 and DEL', 'a\u000cb\u000bc\u0085d\u007fe', 'a b c d e'],
    ['zero-width space, soft hyphen, byte order mark', 'a\u200bb\u00adc\ufeff', 'abc'],
    ['terminal sequences', '\u001b[31mred\u001b[0m \u001b]0;title\u0007x', 'red x'],
    ['a zero byte', 'a\u0000b', 'a b'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['tags that spell hidden words', 'a\u{e0068}\u{e0069}', 'a'],
    ['a joiner in a Latin word', 're\u200dfund', 'refund'],
  ])('removes %s', (_what, text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  it('leaves letters of any script, emoji, flags and the joiners that shape them', () => {
    const texts = [
      'Gr\u00fc\u00dfe, \u4f60\u597d, \u05e9\u05dc\u05d5\u05dd \u2014 fine\t\n',
      '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
      '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
      '\u0915\u094d\u200d\u0937',
      '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
      '\u2764\ufe0f',
    ];
    for (const text of texts)
      expect([cleanText(text), printable(text).replace(/[\u2409\u240a]/g, '')]).toEqual([text, text.trimEnd()]);
  });

  it('leaves nothing that UTF-8 cannot hold, and changes nothing the second time', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const clean = cleanText(text);
        expect(Buffer.from(clean, 'utf8').toString('utf8')).toBe(clean);
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });
});

it('jsonOf escapes what could steer a terminal or hide, and reads back as it was', () => {
  const value = { text: 'a\u202eb\u200bc\u009b31m\u{e0061}' };
  expect(jsonOf(value)).toBe('{"text":"a\\u202eb\\u200bc\\u009b31m\\udb40\\udc61"}');
  expect(JSON.parse(jsonOf(value))).toEqual(value);
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
