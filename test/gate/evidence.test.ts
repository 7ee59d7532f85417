import { describe, expect, it } from 'vitest';
import type { Evaluation } from '#espalier/gate/gate.js';
import { judge } from '#espalier/gate/gate.js';
import type { PairedSuite } from '#espalier/gate/paired.js';
import { countFlips } from '#espalier/gate/statistics/flips.js';
import { summarise } from '#espalier/gate/verdict.js';
import { evaluationOf, pairedSuite, pairsOf, policyWith } from '../support/paired.js';

const seed = 7;
const repeat = (count: number, score: number) => Array<number>(count).fill(score);
const say = (suites: readonly PairedSuite[], policy = policyWith(), overrides: Partial<Evaluation> = {}) =>
  summarise(judge(evaluationOf(suites, overrides), policy, seed), policy);
const findings = (suites: readonly PairedSuite[], policy = policyWith()) =>
  judge(evaluationOf(suites), policy, seed).rows.map(({ suite, findings: own }) => [
    suite,
    own.map(({ rule, verdict }) => `${rule}: ${verdict}`).join(),
  ]);

const kept = pairedSuite({ ...pairsOf([190, 0, 2, 8]), name: 'holdout/old', role: 'earlier' });
const fresh = (right: number, wrong: number, name = 'holdout/new') =>
  pairedSuite({ ...pairsOf([0, 0, right, wrong]), name, role: 'new', chance: 0.25 });

describe('a pass rests on a line that asked the head', () => {
  const budgets = { budgets: { bytes: 2000 } };
  const answer = (label: string) => ({
    ...{ suite: 'holdout/old', isHoldout: true, isKnown: true, metric: 'accuracy', tags: { label } },
    ...{ champion: { score: 1, confidence: null }, candidate: { score: 1, confidence: null } },
  });

  it.each<[string, readonly PairedSuite[], Record<string, unknown>, Partial<Evaluation>, string]>([
    ['no suite and a budget', [], budgets, {}, 'nothing could be compared'],
    ['only what is new, and a budget', [fresh(30, 10)], budgets, {}, 'only what is new to the champion'],
    [
      'slices alone',
      [],
      { slices: [{ by: 'label' }] },
      { answers: repeat(40, 0).map(() => answer('a')) },
      'nothing could be compared',
    ],
    [
      'suites of the encoder',
      [{ ...kept, role: 'judged', name: 'verbs', examines: 'encoder' }],
      {},
      {},
      'nothing could be compared',
    ],
    [
      'a group of which nothing asks the head',
      [{ ...kept, role: 'judged', name: 'verbs', examines: 'encoder' }],
      { groups: { g: { suites: ['verbs'], harm: 0.1 } } },
      {},
      'nothing could be compared',
    ],
  ])('and not on %s', (_what, suites, lines, overrides, reason) => {
    expect(say(suites, policyWith(lines), overrides)).toMatchObject({
      verdict: 'inconclusive',
      sentence: expect.stringContaining(reason),
    });
  });

  it('which earlier domains are, a suite of the head, a gain and a declared floor', () => {
    expect(say([kept]).verdict).toBe('pass');
    expect(say([{ ...kept, role: 'judged', name: 'desk' }]).verdict).toBe('pass');
    expect(say([fresh(30, 10)], policyWith({ gain: 0.2 })).verdict).toBe('pass');
    expect(say([fresh(30, 10)], policyWith({ domains: { floor: 0.5 } })).verdict).toBe('pass');
  });
});

describe('a score that is not a number', () => {
  const broken = pairedSuite({
    champion: repeat(200, 1),
    candidate: [...repeat(190, 1), ...repeat(10, Number.NaN)],
    name: 'desk',
  });

  it.each<[string, PairedSuite]>([
    ['in a suite', broken],
    ['on all cases', { ...broken, candidate: repeat(200, Number.NaN) }],
    ['of the champion', { ...broken, champion: repeat(200, Number.NaN), candidate: repeat(200, 1) }],
    ['of the anchor', { ...broken, anchor: repeat(200, Number.NaN), candidate: repeat(200, 1) }],
    ['in an earlier domain', { ...broken, role: 'earlier', name: 'holdout/old' }],
    ['of a new one', { ...broken, role: 'new', name: 'holdout/new', champion: repeat(200, 0) }],
    ['of a first version', { ...broken, champion: null }],
    ['in a graded suite', { ...broken, metric: 'ndcg@10' }],
  ])('fails %s', (_where, suite) => {
    const { verdict, sentence } = say([kept, suite]);
    expect([verdict, sentence]).toEqual(['fail', expect.any(String)]);
    expect(findings([kept, suite]).at(-1)).toEqual([suite.name, 'answered: fail']);
  });

  it('is no tie of right-or-wrong answers', () => {
    expect(() => countFlips([1, 1], [1, Number.NaN])).toThrow('score of case 1 is not a number');
  });
});

describe('a new domain', () => {
  it('with no right answer never passes', () => {
    expect(say([kept, fresh(0, 300)]).verdict).toBe('fail');
    expect(say([kept, fresh(0, 20)]).verdict).toBe('fail');
    // Two wrong answers are what guessing among four would usually have, too.
    expect(say([kept, fresh(0, 2)]).verdict).toBe('inconclusive');
    expect(say([kept, fresh(30, 10), fresh(0, 40, 'holdout/other')]).verdict).toBe('fail');
  });

  it('must be shown above guessing, by its bound', () => {
    expect(findings([kept, fresh(30, 70)]).at(-1)).toEqual(['holdout/new', 'guessing: inconclusive']);
    expect(findings([kept, fresh(40, 60)]).at(-1)).toEqual(['holdout/new', 'guessing: pass']);
    expect(findings([kept, fresh(20, 80)]).at(-1)).toEqual(['holdout/new', 'guessing: fail']);
  });

  it('of few cases is judged with all that is new', () => {
    const rows = findings([kept, fresh(2, 2), fresh(1, 3, 'holdout/other')]);
    expect(rows).toContainEqual(['holdout/new domains', 'guessing: inconclusive']);
    expect(rows).toContainEqual(['holdout/new', '']);
    expect(findings([kept, fresh(4, 1), fresh(3, 1, 'holdout/other')])).toContainEqual([
      'holdout/new domains',
      'guessing: pass',
    ]);
  });
});

describe('a first version', () => {
  const first = (right: number, wrong: number) =>
    pairedSuite({ candidate: [...repeat(right, 1), ...repeat(wrong, 0)], name: 'holdout/a' });

  it('can begin on few cases by its score, and is held to the bound where cases allow', () => {
    expect(
      [first(2, 3), first(3, 4), first(30, 70), first(40, 60), first(10, 90)].map((suite) => say([suite]).verdict),
    ).toEqual(['pass', 'pass', 'inconclusive', 'pass', 'fail']);
  });
});

describe('a report without held-out cases', () => {
  const reasonFor = (labels: number, fraction = 0.2) =>
    judge(evaluationOf([], { holdout: { fraction, labels } }), policyWith(), seed).findings.find(
      ({ rule }) => rule === 'evidence',
    )!;

  it('says how many would do, by the rule, the share that is held out and the number of labels', () => {
    expect(reasonFor(2)).toMatchObject({
      needed: 16,
      reason: expect.stringContaining('at least 16 held-out cases are needed'),
    });
    expect(reasonFor(2).reason).toContain('about 80 more examples');
    expect(reasonFor(2, 0.5).reason).toContain('about 32 more examples');
    expect(reasonFor(1000).needed).toBeLessThan(5);
    expect(reasonFor(1000).reason).toContain('each of the 1000 labels');
  });
});
