import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isLabelSet,
  labelsIn,
  labelsShown,
  rarestLabel,
  readLabelSet,
  writeLabelSet,
} from '#espalier/core/label-sets.js';

const anyLabels = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 8 });

describe('a set of labels', () => {
  it('has one form, in whatever order its labels come, and however often', () => {
    fc.assert(
      fc.property(anyLabels, fc.nat(), (labels, turn) => {
        const at = turn % (labels.length + 1);
        const turned = [...labels.slice(at), ...labels.slice(0, at)].reverse();
        expect(writeLabelSet([...turned, ...turned])).toBe(writeLabelSet(labels));
        expect(new Set(readLabelSet(writeLabelSet(labels)))).toEqual(new Set(labels));
      }),
    );
  });

  it('can be empty, which is an answer', () => {
    expect([writeLabelSet([]), readLabelSet('[]'), labelsShown('[]')]).toEqual(['[]', [], ['(none)']]);
  });

  it('is read in multi-label tasks alone: elsewhere a label is a label, whatever it looks like', () => {
    expect(labelsIn({ multiLabel: true }, '["a","b"]')).toEqual(['a', 'b']);
    expect(labelsIn({}, '["a","b"]')).toEqual(['["a","b"]']);
  });

  it.each(['billing', '[broken', '{}', '["b","a"]', '["a","a"]', '[1]', '["a", "b"]'])('is not `%s`', (answer) => {
    expect(isLabelSet(answer)).toBe(false);
  });

  it('is what is written of any labels', () => {
    fc.assert(fc.property(anyLabels, (labels) => isLabelSet(writeLabelSet(labels))));
  });
});

describe('the rarest label', () => {
  const counts: Record<string, number> = { a: 5, b: 2, c: 2 };

  it('is the one of the lowest count, of equals the first by name, and none of none', () => {
    expect(rarestLabel(['c', 'a', 'b'], (label) => counts[label]!)).toBe('b');
    expect(rarestLabel([], () => 0)).toBe('');
  });
});
