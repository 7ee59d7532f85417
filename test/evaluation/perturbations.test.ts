import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseText } from '#espalier/core/text.js';
import { namesByGroup } from '#espalier/evaluation/perturbations/words.js';
import { changeText, type PerturbationFamily, perturbations } from '#espalier/evaluation/perturbations.js';

const families = Object.keys(perturbations) as PerturbationFamily[];
const text = 'Please tell me why the colour of my order changed, and he wants to cancel the delivery today.';
const changesOf = (family: PerturbationFamily, own: string, count = 400) =>
  Array.from({ length: count }, (_, index) => changeText(family, own, { key: String(index), seed: 7 }));

describe.each(families)('a change of the family %s', (family) => {
  it('is the same whenever it is asked for, and another for another text or seed', () => {
    expect(changeText(family, text, { key: '12', seed: 7 })).toEqual(changeText(family, text, { key: '12', seed: 7 }));
    const distinct = new Set(changesOf(family, text).map((change) => change!.changed));
    expect(distinct.size).toBeGreaterThan(20);
    const other = Array.from(
      { length: 40 },
      (_, index) => changeText(family, text, { key: String(index), seed: 8 })!.changed,
    );
    expect(other).not.toEqual(changesOf(family, text, 40).map((change) => change!.changed));
  });

  it('uses every perturbation that can change the text', () => {
    const used = new Set(changesOf(family, text).map((change) => change!.group));
    expect([...used].sort()).toEqual(perturbations[family].map(({ name }) => name).sort());
  });

  it('of any text is another text, normalised and not empty, or none', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.nat(), (own, key) => {
        const change = changeText(family, own, { key: String(key), seed: 1 });
        if (change === undefined) return;
        expect(change.changed).toBe(normaliseText(change.changed));
        expect(change.changed).not.toBe('');
        expect(change.changed).not.toBe(normaliseText(own));
      }),
    );
  });
});

const changedBy = (family: PerturbationFamily, group: string, own = text) =>
  changesOf(family, own).flatMap((change) => (change?.group === group ? [change.changed] : []));

describe('robustness', () => {
  it('misspells few letters', () => {
    for (const changed of changedBy('robustness', 'typo')) {
      expect(Math.abs(changed.length - text.length)).toBeLessThanOrEqual(3);
      expect(changed.split(' ').filter((word, index) => word !== text.split(' ')[index]).length).toBeLessThanOrEqual(3);
    }
  });

  it('cuts a fifth of the words, and none of a short text', () => {
    expect(changedBy('robustness', 'cut short')[0]!.split(' ')).toHaveLength(14);
    expect(changedBy('robustness', 'cut short', 'cancel my order now')).toEqual([]);
  });

  it('swaps clauses of three words or more', () => {
    expect(changedBy('robustness', 'clause order')[0]).toMatch(/^he wants to cancel .*, and Please tell me why/);
    expect(changedBy('robustness', 'clause order', 'one two, and three four')).toEqual([]);
  });
});

describe('invariance', () => {
  it('has names of six groups, as many of each, and no name in two', () => {
    const names = Object.values(namesByGroup);
    expect(names.map(({ length }) => length)).toEqual([8, 8, 8, 8, 8, 8]);
    expect(new Set(names.flat()).size).toBe(48);
  });

  it('puts in a name of the group that its slice is called after', () => {
    for (const [group, names] of Object.entries(namesByGroup)) {
      const changed = changedBy('invariance', `name: ${group}`);
      expect(changed.length).toBeGreaterThan(10);
      for (const own of changed) expect(names.some((name) => own.includes(name))).toBe(true);
    }
  });

  it('swaps persons and spelling with their capital letters, and nothing else', () => {
    expect(changedBy('invariance', 'gender', 'HE and my Mother want the colours')[0]).toBe(
      'SHE and my Father want the colours',
    );
    expect(changedBy('invariance', 'dialect spelling', 'He likes the Colour grey')[0]).toBe('He likes the Color gray');
  });
});
