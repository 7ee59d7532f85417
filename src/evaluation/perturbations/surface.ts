/** Changes of a text's form that keep its meaning: effects of haste, habit or keyboard. */
import { pickOne, type Random } from '../../core/random.js';
import type { Perturbation } from './perturbation.js';
import { fillers, functionWords } from './words.js';

/** Neighbours on a QWERTY keyboard. */
const keyboard = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'] as const;

const isLong = (word: string) => /^[a-z]{4,}$/iu.test(word);

/**
 * One typing error for every eight words: two letters swapped, or one left out, doubled, or replaced by a neighbouring
 * key.
 */
const typo: Perturbation = {
  name: 'typo',
  weight: 2,
  change(text, random) {
    const words = text.split(' ');
    const places = [...words.keys()].filter((index) => isLong(words[index]!));
    if (places.length === 0) return undefined;
    for (let left = Math.ceil(words.length / 8); left > 0; left--) {
      const place = pickOne(places, random);
      words[place] = misspell(words[place]!, random);
    }
    return words.join(' ');
  },
};

function misspell(word: string, random: Random): string {
  // The first letter is rarely mistyped.
  const at = 1 + random.integer(word.length - 2);
  const [before, letter, after] = [word.slice(0, at), word[at]!, word.slice(at + 1)];
  switch (random.integer(4)) {
    case 0:
      return before + after[0]! + letter + after.slice(1);
    case 1:
      return before + after;
    case 2:
      return before + letter + letter + after;
    default:
      return before + beside(letter, random) + after;
  }
}

function beside(letter: string, random: Random): string {
  const row = keyboard.find((keys) => keys.includes(letter.toLowerCase()));
  if (row === undefined) return letter;
  const at = row.indexOf(letter.toLowerCase());
  return pickOne(
    [row[at - 1], row[at + 1]].filter((key) => key !== undefined),
    random,
  );
}

const letterCase: Perturbation = {
  name: 'case',
  weight: 1,
  change: (text, random) =>
    pickOne(
      [text.toLowerCase(), text.toUpperCase()].filter((changed) => changed !== text),
      random,
    ),
};

const punctuation: Perturbation = {
  name: 'punctuation',
  weight: 1,
  change(text, random) {
    const bare = text.replace(/[.,;:!?]+/gu, '');
    return pickOne(
      [bare, `${bare}!!`, `${bare} ...`].filter((changed) => changed !== text),
      random,
    );
  },
};

/** Removes the last fifth of a text of five words or more. */
const cut: Perturbation = {
  name: 'cut short',
  weight: 1,
  change(text) {
    const words = text.split(' ');
    return words.length < 5 ? undefined : words.slice(0, -Math.ceil(words.length / 5)).join(' ');
  },
};

const lengthened: Perturbation = {
  name: 'lengthened',
  weight: 1,
  change: (text, random) => `${text} ${pickOne(fillers, random)}`,
};

const withoutFunctionWords: Perturbation = {
  name: 'function words',
  weight: 1,
  change: (text) =>
    text
      .split(' ')
      .filter((word) => !functionWords.has(word.toLowerCase()))
      .join(' '),
};

/** Swaps two clauses of three words or more. */
const clauseOrder: Perturbation = {
  name: 'clause order',
  weight: 1,
  change(text) {
    const parts = /^(.+?)(, and | and |, but | but |, |\. |; )(.+)$/u.exec(text);
    if (!parts) return undefined;
    const [first, joint, second] = [parts[1]!, parts[2]!, parts[3]!];
    const isClause = (clause: string) => clause.split(' ').length >= 3;
    return isClause(first) && isClause(second) ? `${second.replace(/[.!?]+$/u, '')}${joint}${first}` : undefined;
  },
};

export const surfaceChanges: readonly Perturbation[] = [
  typo,
  letterCase,
  punctuation,
  cut,
  lengthened,
  withoutFunctionWords,
  clauseOrder,
];
