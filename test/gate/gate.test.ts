import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatePolicy } from '#espalier/declaration/gate-policy.js';
import { judge, judgeSuites } from '#espalier/gate/gate.js';
import type { PairedSuite } from '#espalier/gate/paired.js';
import { allFindings, type Finding, isOpenLoss, type ReportRow, verdictOf } from '#espalier/gate/report.js';
import type { AnsweredCase } from '#espalier/gate/slices.js';
import { summarise } from '#espalier/gate/verdict.js';
import { evaluationOf, pairedSuite, pairsOf, policyWith } from '../support/paired.js';

const seed = 7;
const judgeAll = (suites: readonly PairedSuite[], policy = policyWith()) => judgeSuites(suites, policy, seed);
const judgeOne = (suite: Partial<PairedSuite>, policy = policyWith()) => judgeAll([pairedSuite(suite)], policy).at(-1)!;
const rowNamed = (name: string, suites: readonly PairedSuite[], policy: GatePolicy) =>
  judgeAll(suites, policy).find(({ suite }) => suite === name)!;
const saying = (findings: readonly Finding[]) => findings.map(({ rule, verdict }) => `${rule}: ${verdict}`);
const repeat = (count: number, score: number) => Array<number>(count).fill(score);

describe('a first version, without a champion', () => {
  it.each([
    [[1, 0, 0, 0], 'pass', 0.25],
    [[0, 0, 0, 0, 1], 'fail', 0.2],
  ] as const)('with the answers %j is held against guessing: %s', (candidate, verdict, value) => {
    expect(judgeOne({ candidate }).findings).toEqual([
      {
        rule: 'guessing',
        verdict,
        value,
        limit: 0.25,
        reason: expect.stringContaining('guessing, 25.0 points'),
        needed: null,
      },
    ]);
  });

  it('has no differences', () => {
    const nothing = {
      champion: null,
      difference: null,
      lower: null,
      upper: null,
      worse: null,
      gained: null,
      lost: null,
      detectable: null,
    };
    expect(judgeOne({ candidate: [1] })).toMatchObject(nothing);
  });
});

describe('a floor', () => {
  const floored = (right: number, cases: number) =>
    judgeOne(
      { candidate: [...repeat(right, 1), ...repeat(cases - right, 0)] },
      policyWith({ suites: { suite: { floor: 0.6 } } }),
    ).findings;

  it('is passed only by the lower bound, exact for right-or-wrong answers', () => {
    const [finding] = floored(140, 200);
    // P(X >= 140 | n = 200, p) = 0.05 at this p, by the beta quantile of Clopper and Pearson
    // (scipy.stats.beta.ppf(0.05, 140, 61)).
    expect(finding!.value).toBeCloseTo(0.6421982672396, 10);
    expect(finding).toMatchObject({ rule: 'floor', verdict: 'pass', limit: 0.6 });
  });

  it('is inconclusive where the score lies above it and the bound below', () => {
    expect(floored(13, 20)).toMatchObject([
      { verdict: 'inconclusive', reason: expect.stringContaining('more cases would decide') },
    ]);
  });

  it('fails a score under it, and one that is not a number', () => {
    expect(floored(119, 200)).toMatchObject([{ verdict: 'fail', value: 0.595 }]);
    const undefinedScore = { metric: 'spearman', candidate: [1, 2, 3], gold: [0.5, 0.5, 0.5], chance: 0 };
    expect(saying(judgeOne(undefinedScore).findings)).toEqual(['guessing: fail']);
  });
});

describe('not-inferior', () => {
  it('passes where the lower bound lies above minus the margin, with rule, value, limit and reason', () => {
    const row = judgeOne(pairsOf([180, 0, 0, 20]));
    expect(row.findings).toEqual([
      {
        rule: 'not-inferior',
        verdict: 'pass',
        value: row.lower,
        limit: -0.05,
        reason: expect.stringMatching(
          /^with 95 % confidence not worse by more than 5\.0 points: at most 1\.\d points lost$/,
        ),
        needed: null,
      },
    ]);
    // Without a flip Tango's bound is -z^2 / (n + z^2).
    expect(row.lower).toBeCloseTo(-(1.6448536269514722 ** 2) / (200 + 1.6448536269514722 ** 2), 12);
  });

  it('fails where the candidate is shown worse', () => {
    const row = judgeOne(pairsOf([150, 40, 2, 8]));
    expect(row.findings).toMatchObject([
      {
        verdict: 'fail',
        value: row.lower,
        reason: expect.stringMatching(
          /^shown worse: between \d+\.\d points and \d+\.\d points lost; the limit is 5\.0 points$/,
        ),
      },
    ]);
    expect(row).toMatchObject({ champion: 0.95, candidate: 0.76, gained: 2, lost: 40 });
  });

  it('cannot tell where the cases are too few, and says how many would', () => {
    const row = judgeOne(pairsOf([90, 4, 4, 2]));
    expect(row.findings).toMatchObject([{ rule: 'not-inferior', verdict: 'inconclusive', needed: expect.any(Number) }]);
    const needed = row.findings[0]!.needed!;
    expect(row.findings[0]!.reason).toContain(`about ${needed} cases would show that it is within the limit`);
    const times = needed / 100;
    const more = judgeOne(
      pairsOf([90 * times, 4 * times, 4 * times, 2 * times].map(Math.round) as [number, number, number, number]),
    );
    expect(saying(more.findings)).toEqual(['not-inferior: pass']);
  });

  it('passes a loss that is certain but within the margin', () => {
    const row = judgeOne(pairsOf([9000, 300, 0, 700]));
    expect(row.upper).toBeLessThan(0);
    expect(verdictOf(row.findings)).toBe('pass');
  });

  it('is joined by the floor where one is declared', () => {
    const row = judgeOne(pairsOf([50, 0, 0, 150]), policyWith({ suites: { suite: { floor: 0.3 } } }));
    expect(saying(row.findings)).toEqual(['floor: fail', 'not-inferior: pass']);
  });

  it('asks for more certainty before one of many suites counts as worse (Holm)', () => {
    const worse = pairedSuite({ ...pairsOf([80, 9, 1, 10]), name: 'worse' });
    const others = Array.from({ length: 30 }, (_, index) =>
      pairedSuite({ ...pairsOf([95, 0, 0, 5]), name: `other ${index}` }),
    );
    expect(verdictOf(judgeAll([worse])[0]!.findings)).toBe('fail');
    const among = judgeAll([worse, ...others])[0]!;
    expect(verdictOf(among.findings)).toBe('inconclusive');
    // 10 flips, 9 of them losses: 11 / 1024; times 31.
    expect(among.worse).toBeCloseTo((31 * 11) / 1024, 12);
  });

  it.each([
    ['one case', pairsOf([1, 0, 0, 0])],
    ['no case', { champion: [], candidate: [] }],
    ['all cases tied at the champion’s mistakes', pairsOf([0, 0, 0, 20])],
  ])('never passes on %s', (_what, scores) => {
    expect(verdictOf(judgeOne(scores).findings)).toBe('inconclusive');
  });
});

describe('a rank correlation', () => {
  const gold = Array.from({ length: 40 }, (_, index) => index);
  const sts = { metric: 'spearman', gold, chance: 0 };
  const kept = gold.map((value) => value / 40);
  const spoilt = gold.map((value) => (value * 17) % 40);

  it('is compared over the same resampled pairs', () => {
    const shifted = kept.map((value, index) => value + (index % 7) / 10);
    const row = judgeOne({ ...sts, champion: kept, candidate: shifted });
    expect(row).toMatchObject({ gained: null, lost: null, champion: 1 });
    expect([row.lower! < row.difference!, row.upper! > row.difference!, row.upper! <= 0]).toEqual([true, true, true]);
    expect(verdictOf(judgeOne({ ...sts, champion: kept, candidate: spoilt }).findings)).toBe('fail');
    expect(verdictOf(judgeOne({ ...sts, champion: spoilt, candidate: kept }).findings)).toBe('pass');
  });

  it('on which nothing changed may hide as much as one of right-or-wrong answers of which none flipped', () => {
    const { lower, upper, findings } = judgeOne({ ...sts, champion: kept, candidate: kept });
    const alike = judgeOne(pairsOf([40, 0, 0, 0]));
    expect([lower, upper, saying(findings)]).toEqual([alike.lower, alike.upper, ['not-inferior: inconclusive']]);
  });

  it('of scores that are all alike is 0: a candidate that ranks nothing is shown worse than a champion that does', () => {
    const flat = gold.map(() => 0.5);
    expect(judgeOne({ ...sts, champion: kept, candidate: flat }).findings).toMatchObject([
      { rule: 'not-inferior', verdict: 'fail', reason: expect.stringContaining('shown worse') },
    ]);
    expect(verdictOf(judgeOne({ ...sts, candidate: flat }).findings)).not.toBe('pass');
  });

  it('that is undefined, since nothing varies that it is held against, never passes', () => {
    const undefinedSts = { ...sts, gold: gold.map(() => 1) };
    expect(verdictOf(judgeOne({ ...undefinedSts, candidate: kept }).findings)).not.toBe('pass');
    expect(verdictOf(judgeOne({ ...undefinedSts, champion: kept, candidate: spoilt }).findings)).not.toBe('pass');
  });
});

describe('cases that come in clusters', () => {
  it('count for less than their number', () => {
    const scores = pairsOf([90, 0, 2, 8]);
    const alone = judgeOne(scores);
    const clustered = judgeOne({
      ...scores,
      clusters: scores.candidate.map((_, index) => `text ${Math.floor(index / 10)}`),
    });
    expect(clustered.upper! - clustered.lower!).not.toBe(alone.upper! - alone.lower!);
    expect(clustered).toMatchObject({ gained: 2, lost: 0 });
    const spread = judgeOne({
      ...pairsOf([80, 10, 0, 10]),
      clusters: Array.from({ length: 100 }, (_, index) => `text ${Math.floor(index / 10)}`),
    });
    const apart = judgeOne(pairsOf([80, 10, 0, 10]));
    expect(spread.lower).toBeLessThan(apart.lower!);
  });
});

describe('earlier domains', () => {
  const domain = (name: string, counts: readonly [number, number, number, number]) =>
    pairedSuite({ ...pairsOf(counts), name: `holdout/${name}`, role: 'earlier' });
  const small = ['a', 'b', 'c', 'd'].map((name) => domain(name, [45, 0, 0, 5]));

  it('are judged as one, as if they were one suite, and each may be shown worse', () => {
    const [whole, ...parts] = judgeAll(small, policyWith({ domains: { margin: 0.02 } }));
    const pooled = judgeOne(pairsOf([180, 0, 0, 20]));
    expect(whole).toMatchObject({ suite: 'holdout/earlier domains', scope: 'whole', cases: 200 });
    expect(whole!.lower).toBeCloseTo(pooled.lower!, 3);
    expect(saying(whole!.findings)).toEqual(['not-inferior: pass']);
    expect(parts.map(({ findings }) => saying(findings))).toEqual(small.map(() => ['not-worse: pass']));
  });

  it('fail where one of them is shown worse, though the whole lost little', () => {
    const rows = judgeAll([
      ...small,
      ...['e', 'f', 'g'].map((name) => domain(name, [450, 0, 0, 50])),
      domain('h', [30, 15, 0, 5]),
    ]);
    expect(rows.filter(({ findings }) => verdictOf(findings) === 'fail').map(({ suite }) => suite)).toEqual([
      'holdout/h',
    ]);
  });

  it('of which there is one are judged once, by the lines of both', () => {
    const only = domain('a', [95, 5, 0, 20]);
    const [row, ...others] = judgeAll([only], policyWith({ domains: { margin: 0.03, harm: 0.2 } }));
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      suite: 'holdout/a',
      scope: 'suite',
      findings: [{ rule: 'not-inferior', limit: -0.03 }],
    });
  });

  it('that lost and are not shown worse say so with their p, and are open losses', () => {
    const rows = judgeAll(
      [domain('a', [100, 3, 0, 10]), domain('b', [400, 0, 0, 10])],
      policyWith({ domains: { margin: 0.1 } }),
    );
    const row = rows.find(({ suite }) => suite === 'holdout/a')!;
    expect(row.findings).toMatchObject([
      { rule: 'not-worse', verdict: 'pass', reason: expect.stringMatching(/^not shown worse \(p 0\.\d{3}\)$/) },
    ]);
    expect(rows.filter(isOpenLoss).map(({ suite }) => suite)).toEqual(['holdout/a']);
  });

  it('never need fewer cases than there are, and are told which way they would fall', () => {
    // 122 cases that lost 8: the correction for the number of rows keeps it from being shown.
    const suites = [[114, 8, 0, 0], ...Array.from({ length: 12 }, () => [400, 0, 0, 10])].map((counts, index) =>
      pairedSuite({ ...pairsOf(counts as [number, number, number, number]), name: `s${index}` }),
    );
    const [finding] = judgeAll(suites).find(({ suite }) => suite === 's0')!.findings;
    expect(finding).toMatchObject({
      verdict: 'inconclusive',
      falls: 'worse',
      reason: expect.stringContaining('would show it worse'),
    });
    expect(finding!.needed).toBeGreaterThan(130);
  });

  it('must each exclude a loss of `harm` where the policy names one', () => {
    const harm = (limit: number) =>
      judgeAll(small, policyWith({ domains: { harm: limit } })).map(({ findings }) => saying(findings)[0]);
    expect(harm(0.1).slice(1)).toEqual(small.map(() => 'not-harmed: pass'));
    expect(harm(0.03).slice(1)).toEqual(small.map(() => 'not-harmed: inconclusive'));
  });

  it('that are new are shown; what is gained on them is judged where the policy asks for a gain', () => {
    const fresh = pairedSuite({ ...pairsOf([0, 0, 20, 5]), name: 'holdout/new', role: 'new' });
    expect(judgeAll([fresh]).map(({ suite, findings }) => [suite, saying(findings)])).toEqual([
      ['holdout/new', ['guessing: pass']],
    ]);
    const gain = (wanted: number) => saying(rowNamed('holdout/new', [fresh], policyWith({ gain: wanted })).findings);
    expect([gain(0.3), gain(0.8), gain(0.95)]).toEqual([
      ['guessing: pass', 'gain: pass'],
      ['guessing: pass', 'gain: inconclusive'],
      ['guessing: pass', 'gain: fail'],
    ]);
  });
});

describe('a group', () => {
  const members = Array.from({ length: 20 }, (_, index) =>
    pairedSuite({ ...pairsOf([70, 1, 1, 28]), name: `s${index}`, family: 'small' }),
  );
  const policy = policyWith({ margin: 0.03, groups: { general: { suites: ['small'], margin: 0.03, harm: 0.1 } } });

  it('lets suites pass together that could not pass by themselves', () => {
    expect(verdictOf(judgeAll(members, policyWith({ margin: 0.03 })).flatMap(({ findings }) => findings))).toBe(
      'inconclusive',
    );
    const rows = judgeAll(members, policy);
    expect(verdictOf(rows.flatMap(({ findings }) => findings))).toBe('pass');
    expect(rows[0]).toMatchObject({ suite: 'group/general', scope: 'whole', cases: 2000, gained: 20, lost: 20 });
  });

  it('does not hide a member that lost much', () => {
    const rows = judgeAll(
      [...members.slice(1), pairedSuite({ ...pairsOf([50, 20, 0, 30]), name: 'hurt', family: 'small' })],
      policy,
    );
    expect(rows.filter(({ findings }) => verdictOf(findings) === 'fail').map(({ suite }) => suite)).toEqual(['hurt']);
  });

  it('counts each member alike, of whatever metric and size', () => {
    const gold = Array.from({ length: 30 }, (_, index) => index);
    const similarity = pairedSuite({
      name: 'sts',
      family: 'small',
      metric: 'spearman',
      gold,
      champion: gold,
      candidate: gold,
    });
    const lost = pairedSuite({ ...pairsOf([500, 100, 0, 400]), name: 'large', family: 'small' });
    const whole = rowNamed('group/general', [similarity, lost], policy);
    expect(whole).toMatchObject({ metric: 'mean of metrics', gained: null, lost: null });
    expect(whole.difference).toBeCloseTo(-0.05, 12);
  });

  it('leaves a suite alone that has a margin of its own', () => {
    const own = policyWith({
      margin: 0.03,
      groups: { general: { suites: ['small'], harm: 0.1 } },
      suites: { s3: { margin: 0.2 } },
    });
    expect(rowNamed('s3', members, own).findings).toMatchObject([{ rule: 'not-inferior', limit: -0.2 }]);
    expect(rowNamed('group/general', members, own).cases).toBe(1900);
  });
});

describe('the anchor', () => {
  // Each version loses 3 points to the one before: within a margin of 5 every time.
  const drifted = pairedSuite({ ...pairsOf([800, 30, 0, 170]), anchor: [...repeat(960, 1), ...repeat(40, 0)] });

  it('sees small losses that have added up', () => {
    expect(saying(judgeOne(drifted, policyWith({ anchor: false })).findings)).toEqual(['not-inferior: pass']);
    const row = judgeOne(drifted, policyWith({ anchor: { version: 1 } }));
    expect(saying(row.findings)).toEqual(['not-inferior: pass', 'anchor: fail']);
    expect(row.anchor).toBe(0.96);
  });

  it('has a margin of its own where one is declared', () => {
    expect(saying(judgeOne(drifted, policyWith({ anchor: { version: 1, margin: 0.3 } })).findings)).toContain(
      'anchor: pass',
    );
  });
});

describe('what concerns no one suite', () => {
  const fine = pairedSuite(pairsOf([190, 0, 2, 8]));
  const found = (overrides: Parameters<typeof evaluationOf>[1], policy = policyWith()) =>
    judge(evaluationOf([fine], overrides), policy, seed).findings;

  it('is a suite that judged the champion and is gone: inconclusive until the policy retires it', () => {
    expect(found({ missing: ['verbs'] })).toMatchObject([
      { rule: 'suite-kept', verdict: 'inconclusive', reason: expect.stringContaining('verbs') },
    ]);
    expect(found({ missing: ['verbs'] }, policyWith({ retired: ['verbs'] }))).toEqual([]);
  });

  it('is a class that the champion knows and the candidate does not', () => {
    expect(found({ lostClasses: ['intent/refund'] })).toMatchObject([
      { rule: 'classes-kept', verdict: 'fail', reason: expect.stringContaining('intent/refund') },
    ]);
  });

  it('is a label that the champion gave to several held-out examples and the candidate gives to none', () => {
    expect(found({ silentLabels: ['refund'] })).toMatchObject([
      { rule: 'labels-answered', verdict: 'fail', reason: expect.stringContaining('refund') },
    ]);
  });

  it('is a budget of bytes or milliseconds', () => {
    const policy = policyWith({ budgets: { bytes: 2000, milliseconds: 1.5 } });
    expect(saying(found({ cost: { bytes: 2000, milliseconds: 1.5 } }, policy))).toEqual([
      'budget: pass',
      'budget: pass',
    ]);
    expect(saying(found({ cost: { bytes: 2001, milliseconds: 1.6 } }, policy))).toEqual([
      'budget: fail',
      'budget: fail',
    ]);
  });

  it('is a suite whose labels the head does not know: never a silent pass', () => {
    expect(judgeOne({ champion: [], candidate: [], leftOut: 12 }).findings).toMatchObject([
      { rule: 'answered', verdict: 'inconclusive', reason: 'the head knows none of its labels (12 cases left out)' },
    ]);
  });

  it('is noted where a suite has decided as often as the policy allows', () => {
    const notes = (uses: number) => judge(evaluationOf([{ ...fine, uses }]), policyWith({ reuse: 20 }), seed).notes;
    expect(notes(19)).toEqual([]);
    expect(notes(20)).toEqual([expect.stringContaining('cases of suite have judged 20 contenders on average')]);
  });
});

describe('confidence in texts out of scope', () => {
  const outside = (theirs: number, ours: number): AnsweredCase[] =>
    Array.from({ length: 100 }, (_, index) => {
      const jitter = (index % 10) / 100;
      return {
        ...{ suite: 'answers/scope', isHoldout: false, isKnown: true, metric: 'auroc', tags: { scope: 'out' } },
        champion: { score: theirs + jitter, confidence: theirs + jitter },
        candidate: { score: ours + jitter, confidence: ours + jitter },
      };
    });
  const inside: AnsweredCase = {
    ...{ suite: 'holdout/a', isHoldout: true, isKnown: true, metric: 'accuracy', tags: {} },
    champion: { score: 1, confidence: 0.9 },
    candidate: { score: 1, confidence: 0.99 },
  };
  const found = (theirs: number, ours: number, lines: Record<string, unknown> = { calibration: { scope: 0.1 } }) =>
    judge(evaluationOf([], { answers: [inside, ...outside(theirs, ours)] }), policyWith(lines), seed).calibration!
      .findings;

  it('must not rise by more than the margin, as the square of it: every answer there is wrong', () => {
    expect(saying(found(0.3, 0.7))).toEqual(['scope-confidence: fail']);
    expect(found(0.3, 0.7)[0]!.reason).toContain('in texts out of scope');
    expect(saying(found(0.3, 0.32))).toEqual(['scope-confidence: pass']);
    expect(saying(found(0.7, 0.3))).toEqual(['scope-confidence: pass']);
  });

  it('is judged where the policy says so, and there are such texts', () => {
    expect(found(0.3, 0.7, {})).toEqual([]);
    const judged = judge(evaluationOf([], { answers: [inside] }), policyWith({ calibration: { scope: 0.1 } }), seed);
    expect(judged.calibration!.findings).toEqual([]);
  });
});

describe('the verdict', () => {
  const fine = pairedSuite({ ...pairsOf([190, 0, 2, 8]), name: 'fine' });
  const lossy = pairedSuite({ ...pairsOf([120, 60, 0, 20]), name: 'lossy' });
  const vague = pairedSuite({ ...pairsOf([8, 1, 1, 2]), name: 'vague' });
  const gain = pairedSuite({ ...pairsOf([0, 0, 30, 10]), name: 'holdout/new', role: 'new' });
  const say = (suites: readonly PairedSuite[], policy = policyWith(), overrides = {}) =>
    summarise(judge(evaluationOf(suites, overrides), policy, seed), policy);

  it('is the worst of all findings', () => {
    expect([say([fine, gain]), say([fine, vague]), say([fine, vague, lossy])].map(({ verdict }) => verdict)).toEqual([
      'pass',
      'inconclusive',
      'fail',
    ]);
  });

  it('counts what nobody can tell as refused where the policy says so', () => {
    const { verdict, sentence } = say([fine, vague], policyWith({ inconclusive: 'fail' }));
    expect([verdict, sentence]).toEqual(['fail', expect.stringMatching(/^Not decided/)]);
  });

  it('says in one sentence what was gained and what it cost', () => {
    expect(say([fine, gain]).sentence).toBe(
      'Unambiguously improved: nothing got worse by more than its margin, while gaining 75.0 points on holdout/new.',
    );
    expect(say([fine, vague, gain]).sentence).toBe(
      'Not decided: vague cannot exclude a loss beyond the margin, while gaining 75.0 points on holdout/new.',
    );
    expect(say([lossy, gain]).sentence).toMatch(
      /^Not improved: lost 30\.0 points \[\d+\.\d, \d+\.\d\] on lossy, while gaining 75\.0 points on holdout\/new\.$/,
    );
    expect(say([fine, gain], policyWith(), { missing: ['verbs'] }).sentence).toMatch(
      /^Not decided: verbs judged the champion .*, while gaining/,
    );
    expect(say([fine], policyWith({ budgets: { bytes: 1 } })).sentence).toMatch(
      /^Not improved: 1,000 bytes of adapter\.onnx are over the budget of 1/,
    );
  });

  it('does not call an improvement what gained nothing', () => {
    expect(say([pairedSuite({ ...pairsOf([190, 0, 0, 10]), name: 'same' })])).toMatchObject({
      verdict: 'pass',
      sentence: 'Not worse: nothing was lost by more than its margin, and nothing was gained.',
    });
  });

  it('names what a first version failed', () => {
    const [good, bad] = [
      pairedSuite({ candidate: [1, 1, 0], name: 'good' }),
      pairedSuite({ candidate: [0, 0, 0], name: 'bad' }),
    ];
    expect(say([good])).toMatchObject({
      verdict: 'pass',
      sentence: 'A first version: every suite is at or above its floor.',
    });
    expect(say([good, bad])).toMatchObject({ verdict: 'fail', sentence: 'A first version: under its floor on bad.' });
  });

  it('never passes where nothing was judged', () => {
    expect(say([])).toMatchObject({
      verdict: 'inconclusive',
      sentence: expect.stringContaining('nothing could be compared'),
    });
    expect(say([gain])).toMatchObject({
      verdict: 'inconclusive',
      sentence: expect.stringContaining('only what is new'),
    });
  });
});

describe('whatever the results and the policy', () => {
  const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const margin = share(0.01, 0.5);
  const limits = fc.record({ margin, floor: share(0, 1) }, { requiredKeys: [] });
  const whole = fc.record({ margin, harm: margin, floor: share(0, 0.9) }, { requiredKeys: [] });
  const policies = fc.record(
    {
      confidence: share(0.51, 0.999),
      margin,
      domains: whole,
      suites: fc.record({ a: limits, b: limits }, { requiredKeys: [] }),
      groups: fc.record({ g: whole.map((lines) => ({ suites: ['grouped'], ...lines })) }, { requiredKeys: [] }),
      gain: margin,
      anchor: fc.record({ version: fc.constant(1), margin }, { requiredKeys: ['version'] }),
      budgets: fc.record({ bytes: fc.integer({ min: 500, max: 1500 }) }, { requiredKeys: [] }),
      inconclusive: fc.constantFrom('hold', 'allow', 'fail'),
    },
    { requiredKeys: ['margin'] },
  );
  // Most updates change little; some lose much.
  const counts = fc.tuple(
    fc.integer({ min: 0, max: 900 }),
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 0, max: 90 }),
  );
  const suites = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'holdout/e', 'holdout/f', 'holdout/n'),
      counts,
      anchored: fc.boolean(),
    }),
    { selector: ({ name }) => name, minLength: 1 },
  );
  const roles: Record<string, PairedSuite['role']> = {
    'holdout/e': 'earlier',
    'holdout/f': 'earlier',
    'holdout/n': 'new',
  };

  it('a pass means that every line of the policy is met by its interval', () => {
    let passes = 0;
    fc.assert(
      fc.property(suites, policies, fc.boolean(), (drawn, lines, isFirst) => {
        const policy = policyWith(lines);
        const paired = drawn.map(({ name, counts: own, anchored }) => {
          const scores = pairsOf(own);
          return pairedSuite({
            ...{
              ...scores,
              name,
              family: name === 'c' || name === 'd' ? 'grouped' : 'probe',
              role: isFirst ? 'judged' : (roles[name] ?? 'judged'),
            },
            champion: isFirst ? null : scores.champion,
            anchor: anchored && !isFirst ? scores.champion : null,
          });
        });
        const evaluation = evaluationOf(paired);
        const judgement = judge(evaluation, policy, seed);
        if (summarise(judgement, policy).verdict !== 'pass') return;
        passes++;
        expectLinesMet(paired, policy, judgement.rows);
        if (policy.budgets?.bytes !== undefined)
          expect(evaluation.cost.bytes).toBeLessThanOrEqual(policy.budgets.bytes);
        expect(allFindings(judgement).length).toBeGreaterThan(0);
      }),
      { seed: 20261124, numRuns: 1500 },
    );
    // Passes must have been among them, or nothing was shown.
    expect(passes).toBeGreaterThan(60);
  });

  /** From the policy's words, not from the gate's findings. */
  function expectLinesMet(paired: readonly PairedSuite[], policy: GatePolicy, rows: readonly ReportRow[]): void {
    const lowerOf = (name: string) => rows.find(({ suite }) => suite === name)!.lower!;
    const earlier = paired.filter(({ role }) => role === 'earlier');
    const grouped = paired.filter(
      ({ family, champion, name }) =>
        family === 'grouped' && champion !== null && policy.suites[name]?.margin === undefined,
    );
    const inGroup = policy.groups.g ? grouped : [];
    for (const suite of paired) {
      const own = policy.suites[suite.name];
      const isHoldout = suite.name.startsWith('holdout/');
      const whole = isHoldout
        ? policy.domains
        : inGroup.includes(suite) || (policy.groups.g && suite.family === 'grouped')
          ? policy.groups.g!
          : {};
      const floor = own?.floor ?? whole.floor;
      const mean = suite.candidate.reduce((sum, score) => sum + score, 0) / suite.candidate.length;
      if (floor !== undefined) expect(mean).toBeGreaterThanOrEqual(floor);
      if (suite.champion === null || suite.role === 'new') continue;
      const isMember = earlier.includes(suite) || inGroup.includes(suite);
      if (!isMember) expect(lowerOf(suite.name)).toBeGreaterThanOrEqual(-(own?.margin ?? policy.margin));
      else if (whole.harm !== undefined) expect(lowerOf(suite.name)).toBeGreaterThanOrEqual(-whole.harm);
    }
    if (earlier.length > 0)
      expect(lowerOf(earlier.length > 1 ? 'holdout/earlier domains' : earlier[0]!.name)).toBeGreaterThanOrEqual(
        -(policy.domains.margin ?? policy.margin),
      );
    if (inGroup.length > 0)
      expect(lowerOf(inGroup.length > 1 ? 'group/g' : inGroup[0]!.name)).toBeGreaterThanOrEqual(
        -(policy.groups.g!.margin ?? policy.margin),
      );
    const fresh = paired.filter(({ role, candidate }) => role === 'new' && candidate.length > 0);
    const gaining = fresh.length > 1 ? ['holdout/new domains'] : fresh.map(({ name }) => name);
    if (policy.gain !== undefined)
      for (const name of gaining) expect(lowerOf(name)).toBeGreaterThanOrEqual(policy.gain);
  }
});
