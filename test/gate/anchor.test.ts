import { describe, expect, it } from 'vitest';
import { gatePolicy } from '#espalier/declaration/gate-policy.js';
import { certaintyOf } from '#espalier/gate/certainty.js';
import { judge, judgeSuites } from '#espalier/gate/gate.js';
import type { PairedSuite } from '#espalier/gate/paired.js';
import { evaluationOf, pairedSuite, pairsOf, policyWith } from '../support/paired.js';

const seed = 7;
const repeat = (count: number, score: number) => Array<number>(count).fill(score);
/** Two points below the champion, and further below the version that first answered. */
const drifted = (right: number) =>
  pairedSuite({
    ...pairsOf([800, 20, 0, 180]),
    anchor: [...repeat(right, 1), ...repeat(1000 - right, 0)],
    name: 'holdout/a',
    role: 'earlier',
  });
const anchorOf = (suite: PairedSuite, lines: Record<string, unknown> = {}) =>
  judgeSuites([suite], policyWith(lines), seed)[0]!.findings.find(({ rule }) => rule === 'anchor');

describe('the anchor', () => {
  it('is there by default, at 1.75 times the margin', () => {
    expect(anchorOf(drifted(940))).toMatchObject({ verdict: 'fail', limit: expect.closeTo(-0.0875, 12) });
    expect(anchorOf(drifted(860))).toMatchObject({ verdict: 'pass', limit: expect.closeTo(-0.0875, 12) });
    expect(anchorOf(drifted(940), { domains: { margin: 0.1 } })).toMatchObject({
      verdict: 'pass',
      limit: expect.closeTo(-0.175, 12),
    });
  });

  it.each([
    ['is turned off', false, undefined],
    ['has another factor', { factor: 2 }, -0.1],
    ['has a margin of its own', { margin: 0.2 }, -0.2],
    ['is a version, with the margin that holds against the champion', { version: 1 }, -0.05],
    ['is a version with a factor', { version: 1, factor: 1.5 }, -0.075],
  ])('%s', (_what, anchor, limit) => {
    expect(anchorOf(drifted(940), { anchor })?.limit).toEqual(
      limit === undefined ? undefined : expect.closeTo(limit, 12),
    );
  });

  it('knows its words, and no others', () => {
    expect(gatePolicy.parse({ margin: 0.05 }).anchor).toEqual({});
    for (const anchor of [true, { factor: 0.5 }, { versions: 1 }])
      expect(gatePolicy.safeParse({ margin: 0.05, anchor }).success).toBe(false);
  });

  it('compares only cases that an older version has answered', () => {
    const half = { ...drifted(940), anchor: [...repeat(500, 1), ...Array<null>(500).fill(null)] };
    // All of the first 500 are right still.
    expect(judgeSuites([half], policyWith(), seed)[0]).toMatchObject({ anchor: 1, findings: expect.anything() });
    expect(anchorOf(half)).toMatchObject({ verdict: 'pass' });
    expect(anchorOf({ ...half, anchor: Array<null>(1000).fill(null) })).toBeUndefined();
  });

  it('is harder to pass with every refusal: who tries again draws again', () => {
    const value = (refusals: number) =>
      judge(evaluationOf([drifted(860)], { refusals }), policyWith(), seed).rows[0]!.findings.find(
        ({ rule }) => rule === 'anchor',
      )!.value;
    expect(value(1)).toBeLessThan(value(0));
    expect(value(9)).toBeLessThan(value(1));
    const tries = (field: number, refusals: number) => certaintyOf({ confidence: 0.95 }, { field, refusals });
    expect(tries(1, 4).anchorBounds.lower).toBeCloseTo(0.99, 12);
    expect(tries(1, 4).bounds.lower).toBeCloseTo(0.95, 12);
  });
});

describe('a field of several contenders', () => {
  const suite = pairedSuite({ ...pairsOf([270, 6, 3, 21]), name: 'holdout/a', role: 'earlier' });
  const row = (field: number) => judge(evaluationOf([suite], { field }), policyWith(), seed).rows[0]!;

  it('has bounds at 1 - alpha / k, so that the luckiest does not pass for the best', () => {
    expect(row(5).lower).toBeLessThan(row(1).lower!);
    const stricter = judgeSuites([suite], policyWith({ confidence: 0.99 }), seed)[0]!;
    expect(row(5).lower).toBeCloseTo(stricter.lower!, 12);
    expect(row(5).findings[0]!.reason).toContain('99 %');
  });

  it('needs no more to show a loss', () => {
    expect(row(12).worse).toBe(row(1).worse);
  });
});
