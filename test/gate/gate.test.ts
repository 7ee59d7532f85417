import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatePolicy } from '#espalier/core/declaration.js';
import { judgeSuites, type PairedSuite } from '#espalier/gate/gate.js';
import { verdictOf } from '#espalier/gate/report.js';
import { summariseRows } from '#espalier/gate/verdict.js';
import { pairedSuite, pairsOf, policyWith } from '../support/paired.js';

const seed = 7;
const judge = (suites: readonly PairedSuite[], policy = policyWith()) => judgeSuites(suites, policy, seed);
const judgeOne = (suite: Partial<PairedSuite>, policy = policyWith()) => judge([pairedSuite(suite)], policy)[0]!;

describe('a first version, without a champion', () => {
  it.each([
    [[1, 0, 0, 0], 'pass', 0.25],
    [[0, 0, 0, 0, 1], 'fail', 0.2],
  ] as const)('with the answers %j is held against guessing: %s', (candidate, verdict, value) => {
    expect(judgeOne({ candidate }).findings).toEqual([
      { rule: 'floor', verdict, value, limit: 0.25, reason: expect.stringContaining('guessing, 25.0 points') },
    ]);
  });

  it('is held against the declared floor where there is one', () => {
    const row = judgeOne({ candidate: [1, 1, 0, 0] }, policyWith({ suites: { suite: { floor: 0.6 } } }));
    expect(row.findings).toEqual([
      { rule: 'floor', verdict: 'fail', value: 0.5, limit: 0.6, reason: '50.0 points is under its floor, 60.0 points' },
    ]);
  });

  it('has no differences', () => {
    expect(judgeOne({ candidate: [1] })).toMatchObject({
      champion: null,
      difference: null,
      lower: null,
      upper: null,
      gained: null,
      lost: null,
    });
  });
});

describe('not-inferior', () => {
  it('passes where the lower bound lies above minus the margin, with rule, value and limit', () => {
    const row = judgeOne(pairsOf([180, 0, 0, 20]));
    expect(row.findings).toEqual([
      {
        rule: 'not-inferior',
        verdict: 'pass',
        value: row.lower,
        limit: -0.05,
        reason: expect.stringMatching(/^with 95 % confidence not worse by more than 5\.0 points: at most 1\.\d points lost$/),
      },
    ]);
    expect(row.lower).toBeGreaterThanOrEqual(-0.05);
  });

  it('fails where the candidate is shown worse', () => {
    const row = judgeOne(pairsOf([150, 40, 2, 8]));
    expect(row.findings).toEqual([
      {
        rule: 'not-inferior',
        verdict: 'fail',
        value: row.lower,
        limit: -0.05,
        reason: expect.stringMatching(/^shown worse: between \d+\.\d points and \d+\.\d points lost; the margin is 5\.0 points$/),
      },
    ]);
    expect(row).toMatchObject({ champion: 0.95, candidate: 0.76, gained: 2, lost: 40 });
  });

  it('cannot tell where the cases are too few', () => {
    const row = judgeOne(pairsOf([16, 1, 1, 2]));
    expect(row.findings).toEqual([
      {
        rule: 'not-inferior',
        verdict: 'inconclusive',
        value: row.lower,
        limit: -0.05,
        reason: expect.stringContaining('more cases would decide'),
      },
    ]);
  });

  it('passes a loss that is certain but within the margin', () => {
    const row = judgeOne(pairsOf([9000, 300, 0, 700]));
    expect(row.upper).toBeLessThan(0);
    expect(verdictOf(row.findings)).toBe('pass');
  });

  it('takes the margin of the suite before that of the policy, and that of the domains for what is named after holdout/', () => {
    const policy = policyWith({ domains: { margin: 0.2 }, suites: { 'holdout/special': { margin: 0.3 }, suite: { margin: 0.1 } } });
    const limitOf = (name: string) => judgeOne({ ...pairsOf([20, 0, 0, 0]), name }, policy).findings[0]!.limit;
    expect(['suite', 'other', 'holdout/earlier domains', 'holdout/special'].map(limitOf)).toEqual([-0.1, -0.05, -0.2, -0.3]);
  });

  it('is joined by the floor where one is declared', () => {
    const row = judgeOne(pairsOf([50, 0, 0, 150]), policyWith({ suites: { suite: { floor: 0.3 } } }));
    expect(row.findings.map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ['floor', 'fail'],
      ['not-inferior', 'pass'],
    ]);
  });

  it('asks for more certainty before one of many suites counts as worse', () => {
    const worse = pairedSuite({ ...pairsOf([80, 9, 1, 10]), name: 'worse' });
    const others = Array.from({ length: 30 }, (_, index) => pairedSuite({ ...pairsOf([95, 0, 0, 5]), name: `other ${index}` }));
    expect(verdictOf(judge([worse])[0]!.findings)).toBe('fail');
    expect(verdictOf(judge([worse, ...others])[0]!.findings)).toBe('inconclusive');
  });
});

describe('a rank correlation', () => {
  const gold = Array.from({ length: 40 }, (_, index) => index);
  const sts = { kind: 'sts', metric: 'spearman', gold } as const;
  const kept = gold.map((value) => value / 40);
  const spoilt = gold.map((value) => (value * 17) % 40);

  it('is compared over the same resampled pairs', () => {
    expect(judgeOne({ ...sts, champion: kept, candidate: kept })).toMatchObject({
      difference: 0,
      lower: 0,
      upper: 0,
      gained: null,
      lost: null,
    });
    expect(verdictOf(judgeOne({ ...sts, champion: kept, candidate: spoilt }).findings)).toBe('fail');
    expect(verdictOf(judgeOne({ ...sts, champion: spoilt, candidate: kept }).findings)).toBe('pass');
  });

  it('that is undefined never passes: neither as a first version nor against a champion', () => {
    const flat = gold.map(() => 0.5);
    expect(verdictOf(judgeOne({ ...sts, chance: 0, candidate: flat }).findings)).toBe('fail');
    expect(verdictOf(judgeOne({ ...sts, champion: kept, candidate: flat }).findings)).not.toBe('pass');
    expect(verdictOf(judgeOne({ ...sts, champion: flat, candidate: flat }).findings)).not.toBe('pass');
  });
});

describe('the parts of a judged whole', () => {
  it('that are watched fail where shown worse, and else pass without a margin', () => {
    const [worse, unclear] = [pairsOf([10, 20, 0, 0]), pairsOf([5, 2, 0, 0])];
    expect(judgeOne({ ...worse, role: 'watched' }).findings).toMatchObject([{ rule: 'not-worse', verdict: 'fail', limit: 0 }]);
    expect(judgeOne({ ...unclear, role: 'watched' }).findings).toMatchObject([{ rule: 'not-worse', verdict: 'pass', limit: 0 }]);
  });

  it('that are new to the champion are shown and not judged', () => {
    expect(judgeOne({ ...pairsOf([0, 0, 20, 5]), role: 'shown' }).findings).toEqual([]);
  });
});

describe('the verdict', () => {
  const fine = pairedSuite({ ...pairsOf([190, 0, 2, 8]), name: 'fine' });
  const lossy = pairedSuite({ ...pairsOf([120, 60, 0, 20]), name: 'lossy' });
  const vague = pairedSuite({ ...pairsOf([8, 1, 1, 2]), name: 'vague' });
  const gain = pairedSuite({ ...pairsOf([0, 0, 30, 10]), name: 'holdout/new', role: 'shown' });
  const summarise = (...suites: PairedSuite[]) => summariseRows(judge(suites));

  it('is the worst of all findings', () => {
    expect([summarise(fine, gain), summarise(fine, vague), summarise(fine, vague, lossy)].map(({ verdict }) => verdict)).toEqual([
      'pass',
      'inconclusive',
      'fail',
    ]);
  });

  it('says in one sentence what was gained and what it cost', () => {
    expect(summarise(fine, gain).sentence).toBe(
      'Unambiguously improved: nothing got worse by more than its margin, while gaining 75.0 points on holdout/new.',
    );
    expect(summarise(fine, vague, gain).sentence).toBe(
      'Not decided: vague cannot exclude a loss beyond the margin, while gaining 75.0 points on holdout/new.',
    );
    expect(summarise(lossy, gain).sentence).toMatch(
      /^Not improved: lost 30\.0 points \[\d+\.\d points, \d+\.\d points\] on lossy, while gaining 75\.0 points on holdout\/new\.$/,
    );
  });

  it('does not call an improvement what gained nothing', () => {
    const same = pairedSuite({ ...pairsOf([190, 0, 0, 10]), name: 'same' });
    expect(summarise(same)).toEqual({
      verdict: 'pass',
      sentence: 'Not worse: nothing was lost by more than its margin, and nothing was gained.',
    });
  });

  it('names what a first version failed', () => {
    const [good, bad] = [pairedSuite({ candidate: [1, 1, 0], name: 'good' }), pairedSuite({ candidate: [0, 0, 0], name: 'bad' })];
    expect(summarise(good)).toEqual({ verdict: 'pass', sentence: 'A first version: every suite is at or above its floor.' });
    expect(summarise(good, bad)).toEqual({ verdict: 'fail', sentence: 'A first version, under its floor on bad.' });
  });

  it('never passes where nothing was judged', () => {
    const verdicts = [summarise(), summarise(gain)];
    for (const { verdict, sentence } of verdicts)
      expect([verdict, sentence]).toEqual(['inconclusive', expect.stringContaining('nothing could be compared')]);
  });

  it('never passes on a suite without cases', () => {
    expect(summarise(pairedSuite({ candidate: [] })).verdict).toBe('fail');
    expect(summarise(pairedSuite({ champion: [], candidate: [] })).verdict).toBe('inconclusive');
    expect(summarise(pairedSuite({ kind: 'retrieval', champion: [], candidate: [] })).verdict).toBe('inconclusive');
  });
});

describe('whatever the results and the policy', () => {
  const answers = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 300 });
  const limits = fc.record(
    { margin: fc.double({ min: 0.01, max: 0.5, noNaN: true }), floor: fc.double({ min: 0, max: 1, noNaN: true }) },
    { requiredKeys: [] },
  );
  const policies: fc.Arbitrary<GatePolicy> = fc.record({
    confidence: fc.double({ min: 0.51, max: 0.999, noNaN: true }),
    margin: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
    domains: limits,
    suites: fc.record({ a: limits, b: limits }, { requiredKeys: [] }),
  });
  const suites = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'holdout/d'), answers, first: fc.boolean() }), {
    selector: ({ name }) => name,
    minLength: 1,
  });

  it('a pass means that every suite is shown not inferior and at or above its floor', () => {
    let passes = 0;
    fc.assert(
      fc.property(suites, policies, (drawn, policy) => {
        const paired = drawn.map(({ name, answers: pairs, first }) => {
          const [champion, candidate] = [
            pairs.map(([theirs]) => Number(theirs)),
            pairs.map(([theirs, ours]) => Number(ours || (theirs && pairs.length > 50))),
          ];
          return pairedSuite({ name, champion: first ? null : champion, candidate });
        });
        const rows = judge(paired, policy);
        const summary = summariseRows(rows);
        if (summary.verdict !== 'pass') return;
        passes++;
        for (const [index, { name, champion, candidate, chance }] of paired.entries()) {
          const own = policy.suites[name] ?? (name === 'holdout/d' ? policy.domains : {});
          const accuracy = candidate.reduce((sum, score) => sum + score, 0) / candidate.length;
          expect(accuracy).toBeGreaterThanOrEqual(own.floor ?? (champion === null ? chance : 0));
          if (champion !== null) expect(rows[index]!.lower).toBeGreaterThanOrEqual(-(own.margin ?? policy.margin));
        }
      }),
      { seed: 20261124, numRuns: 600 },
    );
    // Passes must have been among them, or nothing was shown.
    expect(passes).toBeGreaterThan(50);
  });
});
