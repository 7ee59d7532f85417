import { describe, expect, it } from 'vitest';
import { judgeSuites } from '#espalier/gate/gate.js';
import type { PairedSuite } from '#espalier/gate/paired.js';
import { pairedSuite, policyWith } from '../support/paired.js';

interface Recall {
  readonly label: string;
  readonly cases: number;
  /** How many of them each side has right, the first ones. */
  readonly was: number;
  readonly is: number;
}

function holdout(recalls: readonly Recall[], overrides: Partial<PairedSuite> = {}): PairedSuite {
  const rows = recalls.flatMap(({ label, cases, was, is }) =>
    Array.from({ length: cases }, (_, index) => ({
      label,
      champion: Number(index < was),
      candidate: Number(index < is),
    })),
  );
  return pairedSuite({
    ...{
      name: 'holdout/shop',
      role: 'earlier',
      champion: rows.map((row) => row.champion),
      candidate: rows.map((row) => row.candidate),
    },
    labels: rows.map(({ label }) => label),
    ...overrides,
  });
}

const macroOf = (suite: PairedSuite, lines: Record<string, unknown> = {}) =>
  judgeSuites([suite], policyWith(lines), 7).find(({ metric }) => metric === 'macro accuracy');
const saying = (suite: PairedSuite, lines: Record<string, unknown> = {}) =>
  macroOf(suite, lines)!.findings.map(({ rule, verdict }) => `${rule}: ${verdict}`);

const common = { label: 'common', cases: 400, was: 380, is: 380 };
const rareLost = holdout([common, { label: 'rare', cases: 20, was: 20, is: 10 }]);

describe('macro accuracy', () => {
  it('is the mean recall of the labels that have 5 cases', () => {
    const row = macroOf(
      holdout([common, { label: 'rare', cases: 10, was: 10, is: 5 }, { label: 'tiny', cases: 4, was: 0, is: 0 }]),
    )!;
    expect(row.champion).toBeCloseTo((380 / 400 + 1) / 2, 12);
    expect(row.candidate).toBeCloseTo((380 / 400 + 0.5) / 2, 12);
    expect(row.difference).toBeCloseTo(-0.25, 12);
  });

  it('sees a rare label lost that the accuracy of all hides', () => {
    const lines = { domains: { margin: 0.06 } };
    expect(
      judgeSuites([rareLost], policyWith(lines), 7)
        .at(-1)!
        .findings.map(({ verdict }) => verdict),
    ).toEqual(['pass']);
    expect(saying(rareLost, lines)).toEqual(['not-worse: fail']);
  });

  it('is held to a margin and a floor where the policy has them', () => {
    expect(saying(rareLost, { macro: { margin: 0.05, floor: 0.5 } })).toEqual(['floor: pass', 'macro: fail']);
    const kept = holdout([common, { label: 'other', cases: 300, was: 270, is: 270 }]);
    expect(saying(kept, { macro: { margin: 0.05, floor: 0.95 } })).toEqual(['floor: fail', 'macro: pass']);
    expect(saying(kept)).toEqual(['not-worse: pass']);
    const few = holdout([
      { ...common, cases: 6, was: 6, is: 6 },
      { label: 'b', cases: 6, was: 6, is: 6 },
    ]);
    expect(saying(few, { macro: { margin: 0.05 } })).toEqual(['macro: inconclusive']);
  });

  it('of a first version is shown, and held to a floor alone', () => {
    const first = holdout([common, { label: 'rare', cases: 20, was: 0, is: 10 }], { champion: null, role: 'judged' });
    expect(macroOf(first)).toMatchObject({ champion: null, difference: null, findings: [] });
    expect(saying(first, { macro: { floor: 0.9 } })).toEqual(['floor: fail']);
  });

  it('draws clusters whole', () => {
    const clusters = Array.from({ length: 420 }, (_, index) => (index < 400 ? `case ${index}` : 'one mail'));
    // Twenty rows of one mail are one observation.
    expect(saying({ ...rareLost, clusters })).toEqual(['not-worse: pass']);
  });

  it('is nothing where labels are not known, or there is but one', () => {
    expect(macroOf({ ...rareLost, labels: null })).toBeUndefined();
    expect(macroOf(holdout([common]))).toBeUndefined();
  });
});
