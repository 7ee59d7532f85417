/** Text from data is hostile: what is stored is normalised, what is shown cannot steer a terminal. */
import { sha256 } from './hash.js';

/** Unicode NFC, runs of white space become one space, none at the ends. What is encoded, hashed and stored. */
export function normaliseText(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** The identity of a text in the store: duplicates and cached vectors share it. */
export function textHash(text: string): string {
  return sha256(normaliseText(text));
}

/** The identity by which eval texts are kept out of training: letter case is not enough to tell two texts apart. */
export function leakageHash(text: string): string {
  return sha256(normaliseText(text).toLowerCase());
}

const insignificant = /[\p{P}\p{S}\p{Cf}]+/gu;

/**
 * The identity by which texts that differ in nothing but letter case, punctuation, width or invisible characters count as twins: one of them must not be
 * held out while the other is learned. Unicode NFKC; a text of nothing but such characters is its own twin alone.
 */
export function twinHash(text: string): string {
  const bare = normaliseText(text.normalize('NFKC').toLowerCase().replace(insignificant, ' '));
  return sha256(bare === '' ? normaliseText(text) : bare);
}

// Control characters but tab, line feed and carriage return; bidirectional overrides, which reorder what a reader sees.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

/** The first character that a text must not hold, as "U+001B", or undefined. */
export function findControlCharacter(text: string): string | undefined {
  const found = controls.exec(text)?.[0];
  return found && `U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

const unprintable = new RegExp(`[\\t\\n\\r]|${controls.source}`, 'gu');

/** For a terminal: control characters become their visible pictures, so that no escape sequence survives. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\ufffd';
  });
}

/** At most `width` characters, with an ellipsis where something was cut. */
export function clip(text: string, width: number): string {
  const characters = [...printable(text)];
  return characters.length <= width ? characters.join('') : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Lines of at most `width` characters, broken at spaces, each set in by two. */
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
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) })).sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.ceil(name.length / 3)) ? best.candidate : undefined;
}

/** For an error about a name that is not among the known ones: the nearest of them, or else all. */
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
