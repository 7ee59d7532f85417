import { describe, expect, it } from 'vitest';
import { chooseContender, fieldRows, type JudgedContender } from '#espalier/gate/field.js';
import type { Contender } from '#espalier/store/contenders.js';

type Named = JudgedContender & { readonly name: string };
const of = (name: string, verdict: JudgedContender['verdict'], averageAccuracy: number | null): Named => ({
  name,
  verdict,
  averageAccuracy,
});
const chosen = (...field: Named[]) => chooseContender(field)?.name;

describe('of a field is chosen', () => {
  it('the most accurate of those that pass, however accurate the others are', () => {
    expect(
      chosen(of('a', 'fail', 0.99), of('b', 'pass', 0.7), of('c', 'pass', 0.8), of('d', 'inconclusive', 0.9)),
    ).toBe('c');
  });

  it('where none passes, the most accurate of those that are inconclusive', () => {
    expect(chosen(of('a', 'fail', 0.99), of('b', 'inconclusive', 0.5), of('c', 'inconclusive', 0.6))).toBe('c');
  });

  it('where all are refused, the most accurate of those, so that a person sees it', () => {
    expect(chosen(of('a', 'fail', 0.3), of('b', 'fail', 0.4), of('c', 'fail', 0.35))).toBe('b');
  });

  it('of equals, the earlier', () => {
    expect(chosen(of('a', 'fail', 0.8), of('b', 'pass', 0.8), of('c', 'pass', 0.8))).toBe('b');
  });

  it.each([Number.NaN, null])(
    'the earlier too where nothing is held out (%s), and what was measured before what was not',
    (nothing) => {
      expect(chosen(of('a', 'pass', nothing), of('b', 'pass', nothing))).toBe('a');
      expect(chosen(of('a', 'pass', nothing), of('b', 'pass', 0))).toBe('b');
    },
  );

  it('the only one; and none of none', () => {
    expect(chosen(of('a', 'fail', 0))).toBe('a');
    expect(chosen()).toBeUndefined();
  });
});

describe('the rows of a field', () => {
  const stored = (
    strategy: string,
    verdict: string,
    averageAccuracy: number,
    domains: readonly unknown[] = [],
  ): Contender => ({
    ...{ strategy, seconds: 1.5, bytesKept: 2048, error: null, chosen: strategy === 'derpp' },
    report: {
      verdict,
      sentence: `${strategy} it is.`,
      rows: [],
      domains,
      continual: { averageAccuracy, forgetting: 0.1 },
    },
  });
  const failed: Contender = {
    ...{ strategy: 'er-ace', seconds: null, bytesKept: null, chosen: false, report: null },
    error: { code: 'TRAINING_DIVERGED', message: 'the loss is 1e+9', hint: 'Lower learningRate.' },
  };

  it('stand with the best first and what failed last, with its code', () => {
    const rows = fieldRows([failed, stored('analytic', 'fail', 0.9), stored('derpp', 'pass', 0.8)]);
    expect(rows.map(({ strategy, verdict, error }) => [strategy, verdict, error?.code])).toEqual([
      ['derpp', 'pass', undefined],
      ['analytic', 'fail', undefined],
      ['er-ace', null, 'TRAINING_DIVERGED'],
    ]);
    expect(rows[0]).toMatchObject({
      chosen: true,
      averageAccuracy: 0.8,
      forgetting: 0.1,
      sentence: 'derpp it is.',
      seconds: 1.5,
    });
  });

  it('name the domain on which the champion is furthest ahead, of those that it knew', () => {
    const domains = [
      { domain: 'billing', cases: 4, champion: 0.75, candidate: 0.5 },
      { domain: 'shipping', cases: 4, champion: 0.5, candidate: 0.75 },
      { domain: 'returns', cases: 4, champion: null, candidate: 0 },
    ];
    expect(fieldRows([stored('derpp', 'fail', 0.5, domains)])[0]?.worstDomain).toEqual({
      domain: 'billing',
      loss: 0.25,
    });
    expect(fieldRows([stored('derpp', 'pass', 0.5, domains.slice(2))])[0]?.worstDomain).toBeNull();
  });
});
