import { describe, expect, it } from 'vitest';
import { packageRoot } from '#espalier/declaration/workspace.js';
import { listSuites, readSuites, textsOf } from '#espalier/evaluation/suites.js';
import { poorTasteOf } from '../../bench/poor-taste.js';

const folders = [`${packageRoot}/evals`];
const names = [...(await listSuites(folders)).keys()].filter((name) => name.startsWith('wordnet-'));
const suites = await readSuites(folders, names);

describe('what a suite drawn from WordNet says', () => {
  it.each(suites)('is in no poor taste: $name', (suite) => {
    expect(textsOf(suite).filter((text) => poorTasteOf(text) !== undefined)).toEqual([]);
  });

  it.each([
    ['hate, as in: I hate Mexican food', 'speaks ill of a people, or of its fate'],
    ['Dyslexics often transpose letters in a word', 'makes light of a frailty'],
    ['She nags her husband all day long', 'speaks of women as of things, or with contempt'],
    ['live promiscuously and self-indulgently', 'is sexual'],
    ['The man choked his opponent', 'is violent or cruel'],
    ['take (a drug, especially LSD), by mouth', 'is about drugs or drunkenness'],
  ])('would otherwise be: %s', (text, reason) => {
    expect(poorTasteOf(text)).toBe(reason);
  });

  it('is left in where it only sounds alike', () => {
    const harmless = [
      'He choked on a plum stone',
      'a small chapel in a church; dedicated to the Virgin Mary',
      'a gently flowing stream',
      'a small whale that is hunted for sperm oil',
    ];
    expect(harmless.filter((text) => poorTasteOf(text) !== undefined)).toEqual([]);
  });
});
