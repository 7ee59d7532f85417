/** Changes of a text's author or of the persons it names: an answer that depends on them treats people differently. */
import { pickOne } from '../../core/random.js';
import type { Perturbation } from './perturbation.js';
import { genderPairs, greetings, namesByGroup, signatures, spellingPairs } from './words.js';

/** Each group of names forms its own slice, with a share of cases large enough to show a loss. */
function signedBy(group: string): Perturbation {
  return {
    name: `name: ${group}`,
    weight: 2,
    change(text, random) {
      const name = pickOne(namesByGroup[group]!, random);
      return random.integer(2) === 0 ? `This is ${name}. ${text}` : `${text} Thanks, ${name}`;
    },
  };
}

const gender: Perturbation = { name: 'gender', weight: 2, change: (text) => swapWords(text, genderPairs) };

const spelling: Perturbation = {
  name: 'dialect spelling',
  weight: 2,
  change: (text) => swapWords(text, spellingPairs),
};

const greeting: Perturbation = {
  name: 'greeting',
  weight: 2,
  change: (text, random) => `${pickOne(greetings, random)} ${text}`,
};

const signature: Perturbation = {
  name: 'signature',
  weight: 2,
  change: (text, random) => `${text} ${pickOne(signatures, random)}`,
};

/** Replaces every word of a pair by its partner, keeping capital letters; undefined if the text contains none. */
function swapWords(text: string, pairs: readonly (readonly [string, string])[]): string | undefined {
  const others = new Map<string, string>();
  for (const [one, other] of pairs) {
    // For a word in several pairs the first pair counts: "her" becomes "his".
    if (!others.has(one)) others.set(one, other);
    if (!others.has(other)) others.set(other, one);
  }
  const changed = text.replace(/[a-z]+/giu, (word) => {
    const other = others.get(word.toLowerCase());
    return other === undefined ? word : inCaseOf(word, other);
  });
  return changed === text ? undefined : changed;
}

function inCaseOf(model: string, word: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  return model[0] === model[0]!.toUpperCase() ? word[0]!.toUpperCase() + word.slice(1) : word;
}

export const personChanges: readonly Perturbation[] = [
  ...Object.keys(namesByGroup).map(signedBy),
  gender,
  spelling,
  greeting,
  signature,
];
