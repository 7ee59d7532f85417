import { describe, expect, it } from 'vitest';
import { judge, judgeSuites } from '#espalier/gate/gate.js';
import { designEffect } from '#espalier/gate/overlap.js';
import type { PairedSuite } from '#espalier/gate/paired.js';
import { evaluationOf, pairedSuite, pairsOf, policyWith } from '../support/paired.js';

const policy = policyWith({ groups: { g: { suites: ['probe'], margin: 0.05, harm: 0.3 } } });
const textsOf = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
/** Four suites of 200 cases of which the same four are lost; each has texts of its own, or all have the same. */
const suites = (isShared: boolean, counts: readonly [number, number, number, number] = [180, 4, 0, 16]) =>
  ['a', 'b', 'c', 'd'].map((name) =>
    pairedSuite({ ...pairsOf(counts), name, texts: textsOf(isShared ? 'same' : name, 200) }),
  );
const effect = (members: readonly PairedSuite[]) =>
  designEffect(
    members.map((suite) => ({ suite, before: suite.champion! })),
    members.map(() => 1),
  );
const whole = (members: readonly PairedSuite[]) => judgeSuites(members, policy, 7)[0]!;

describe('suites that share texts', () => {
  it('count for as few cases as there are texts, where answers on a text change together', () => {
    expect(effect(suites(false))).toBe(1);
    expect(effect(suites(true))).toBeCloseTo(4, 6);
    expect(effect(suites(true, [200, 0, 0, 0]))).toBeCloseTo(4, 6);
    const alone = judgeSuites(
      [suites(true)[0]!],
      policyWith({ groups: { g: { suites: ['probe'], margin: 0.05 } } }),
      7,
    )[0]!;
    expect(whole(suites(true)).lower).toBeCloseTo(alone.lower!, 9);
    expect(whole(suites(true)).lower).toBeLessThan(whole(suites(false)).lower! - 0.005);
  });

  it('count for nearly all their cases where each changes by itself', () => {
    // Twenty cases of each suite are lost, of texts that the others keep.
    const members = ['a', 'b', 'c', 'd'].map((name, place) => {
      const candidate = Array.from({ length: 200 }, (_, index) => Number(Math.floor(index / 20) !== place));
      return pairedSuite({ name, champion: Array<number>(200).fill(1), candidate, texts: textsOf('same', 200) });
    });
    expect(effect(members)).toBeLessThan(1.3);
  });

  it('are as independent suites where their texts are not known', () => {
    const unknown = suites(true).map(({ texts: _, ...suite }) => suite);
    expect(whole(unknown).lower).toBe(whole(suites(false)).lower);
  });

  it('are named in a note', () => {
    const notes = (members: readonly PairedSuite[]) => judge(evaluationOf(members), policy, 7).notes;
    expect(notes(suites(false))).toEqual([]);
    expect(notes(suites(true))).toEqual([
      expect.stringMatching(/^In group\/g 200 texts are asked by several suites \(a, b, c, d\)/),
    ]);
  });

  it('of which only some do widen the bounds by their share', () => {
    const half = suites(true).map((suite, place) => ({
      ...suite,
      texts: [...textsOf('same', 100), ...textsOf(suite.name + place, 100)],
    }));
    expect(effect(half)).toBeGreaterThan(1.2);
    expect(effect(half)).toBeLessThan(4);
  });
});
