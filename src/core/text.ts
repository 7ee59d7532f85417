/**
 * Text from data is untrusted: it is cleaned and normalised before it is stored, and cannot control a terminal when it
 * is shown.
 */
import { sha256 } from './hash.js';

/**
 * The form that is encoded, hashed and stored: Unicode NFC, with each run of white space as one space, and none at the
 * ends.
 */
export function normaliseText(text: string): string {
  if (normalAscii.test(text)) return text;
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** Matches most texts, which are normalised already. */
const normalAscii = /^[\u0021-\u007e]+(?: [\u0021-\u007e]+)*$/;

/** Hash of exactly these letters: the key of a stored text and of its cached vector. */
export function textHash(text: string): string {
  return sha256(normaliseText(text));
}

/**
 * The normal form by which two texts count as the same: intake (duplicates and contradictions), the holdout and the
 * leakage check of eval suites use it. It removes differences without meaning: Unicode NFKC (width, ligatures), letter
 * case, white space, invisible characters, and punctuation at the end of the text. Punctuation within the text stays,
 * because "3.5" is not "35"; so do signs such as "C++" and "C#". A text that is only punctuation stays unchanged.
 */
export function sameTextForm(text: string): string {
  if (plainAscii.test(text)) return withoutEnds(normaliseText(text.toLowerCase()));
  const folded = text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
  return withoutEnds(
    normaliseText(folded.replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '').replace(/\p{Cc}/gu, ' ')),
  );
}

const plainAscii = /^[\u0020-\u007e]*$/;

function withoutEnds(text: string): string {
  const bare = text.replace(/[\p{Terminal_Punctuation}\s]+$/u, '').replace(/^[\u00a1\u00bf\s]+/u, '');
  return bare === '' ? text : bare;
}

/** The hash of sameTextForm. */
export function sameTextHash(text: string): string {
  return sha256(sameTextForm(text));
}

/**
 * Joiners that are part of a word or an emoji: after a pictograph, or after a letter of a script that joins its
 * letters.
 */
const shaping =
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f]|(?![\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}])[\\p{L}\\p{M}])[\\u200c\\u200d]';
/** Variation selectors, and the tag characters of a flag. */
const variants = '\\p{Variation_Selector}|(?<=\\u{1f3f4}[\\u{e0020}-\\u{e007f}]*)[\\u{e0020}-\\u{e007f}]';
/** Invisible characters: bidirectional marks, zero-width spaces, soft hyphens, fillers, annotation marks. */
const invisible = `(?!${shaping}|${variants})[\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb]`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const terminalSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/gu;
const invisibles = new RegExp(invisible, 'gu');
const suspects = new RegExp(`[\\p{Cc}\\p{Cs}]|${invisible}`, 'u');

/**
 * Removes characters that are not content: terminal sequences and invisible characters are deleted, other control
 * characters become a space, an unpaired surrogate U+FFFD. Tab, line feed and carriage return are white space and stay
 * for normaliseText.
 */
export function cleanText(text: string): string {
  if (plainAscii.test(text) || !suspects.test(text)) return text;
  return text
    .replace(terminalSequences, '')
    .replace(invisibles, '')
    .replace(/(?![\t\n\r])\p{Cc}/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd');
}

const unprintable = new RegExp(`[\\p{Cc}\\p{Cs}\\u2028\\u2029]|${invisible}`, 'gu');

/**
 * Text for a terminal: control and invisible characters become visible symbols, so that no escape sequence survives.
 */
export function printable(text: string): string {
  if (plainAscii.test(text)) return text;
  return text.replace(unprintable, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\ufffd';
  });
}

/**
 * JSON that cannot control a terminal: control and invisible characters that JSON allows are escaped like the others.
 */
export function jsonOf(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(jsonEscapes, (characters) =>
    Array.from(characters.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
}

const jsonEscapes = new RegExp(`[\\u007f-\\u009f\\u2028\\u2029]|${invisible}`, 'gu');

/** At most `width` characters, with an ellipsis if something was cut. */
export function clip(text: string, width: number): string {
  const characters = [...printable(text)];
  return characters.length <= width ? characters.join('') : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Breaks the text at spaces into lines of at most `width` characters, each indented by two spaces. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [''];
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > width - 2) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

/** The known name nearest to a mistyped one (Levenshtein distance of at most a third of its length), for hints. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.ceil(name.length / 3)) ? best.candidate : undefined;
}

/** The hint for an unknown name: the nearest known name, otherwise all of them. */
export function suggestAmong(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? `There is: ${known.join(', ')}.` : `Did you mean \`${near}\`?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
