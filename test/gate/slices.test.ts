import { describe, expect, it } from 'vitest';
import type { GatePolicy } from '#espalier/declaration/gate-policy.js';
import { judge } from '#espalier/gate/gate.js';
import type { SliceRow } from '#espalier/gate/report.js';
import type { AnsweredCase } from '#espalier/gate/slices.js';
import { summarise } from '#espalier/gate/verdict.js';
import { evaluationOf, pairsOf, policyWith } from '../support/paired.js';

interface Cut {
  readonly label?: string;
  readonly source?: string;
}

/** Held-out answers of one slice: [right on both, lost, gained, wrong on both]. */
function answers(
  counts: readonly [number, number, number, number],
  { label = 'a', source = 'mail' }: Cut = {},
  confidence = 0.8,
): AnsweredCase[] {
  const { champion, candidate } = pairsOf(counts);
  return candidate.map((score, index) => ({
    ...{ suite: 'holdout/shop', isHoldout: true, isKnown: true, metric: 'accuracy' },
    tags: { label, source, length: 'short', domain: 'shop' },
    champion: { score: champion[index]!, confidence },
    candidate: { score, confidence },
  }));
}

const judged = (all: readonly AnsweredCase[], policy: GatePolicy = policyWith()) =>
  judge(evaluationOf([], { answers: all }), policy, 7);
const named = (rows: readonly SliceRow[]) => rows.map(({ by, value, cases }) => `${by} ${value}: ${cases}`);
const verdicts = (rows: readonly SliceRow[]) =>
  rows.map(({ value, findings }) => `${value} ${findings.map(({ rule, verdict }) => `${rule} ${verdict}`)}`);

describe('held-out examples', () => {
  it('are cut by label, domain, source and length, and shown; a cut of one part is the whole', () => {
    const rows = judged([...answers([20, 1, 0, 4]), ...answers([10, 0, 2, 0], { label: 'b', source: 'chat' })]).slices;
    expect(named(rows)).toEqual(['label a: 25', 'label b: 12', 'source chat: 12', 'source mail: 25']);
    expect(rows.flatMap(({ findings }) => findings)).toEqual([]);
    expect(rows[0]).toMatchObject({ champion: 21 / 25, candidate: 20 / 25, gained: 0, lost: 1 });
  });

  it('of labels that the champion does not know are in no slice', () => {
    const fresh = answers([0, 0, 9, 3], { label: 'new' }).map((answer) => ({
      ...answer,
      isKnown: false,
      champion: null,
    }));
    expect(
      named(judged([...answers([20, 0, 0, 5]), ...answers([9, 0, 0, 1], { label: 'b' }), ...fresh]).slices),
    ).toEqual(['label a: 25', 'label b: 10']);
  });
});

describe('slices of a policy', () => {
  const policy = policyWith({ slices: [{ by: 'label', atLeast: 10 }] });

  it('fail where shown worse among all that are judged, and only there', () => {
    const lossy = [...answers([10, 14, 0, 0], { label: 'hurt' }), ...answers([20, 2, 1, 2], { label: 'fine' })];
    expect(verdicts(judged(lossy, policy).slices)).toEqual(['fine not-worse pass', 'hurt not-worse fail']);
    expect(summarise(judged(lossy, policy), policy)).toMatchObject({
      verdict: 'fail',
      sentence: expect.stringContaining('label hurt'),
    });
  });

  it('that are too small are shown and not judged', () => {
    expect(verdicts(judged(answers([0, 9, 0, 0], { label: 'tiny' }), policy).slices)).toEqual(['tiny ']);
  });

  it('are held to a margin and a floor where they have one', () => {
    const strict = policyWith({ slices: [{ by: 'label', margin: 0.1, floor: 0.5 }] });
    const rows = judged(
      [...answers([98, 1, 1, 0], { label: 'kept' }), ...answers([15, 0, 0, 25], { label: 'low' })],
      strict,
    ).slices;
    expect(verdicts(rows)).toEqual(['kept floor pass,not-inferior pass', 'low floor fail,not-inferior pass']);
  });

  it('may cut one suite by what its cases say', () => {
    const of = (group: string, counts: readonly [number, number, number, number]) =>
      answers(counts).map((answer) => ({ ...answer, suite: 'bias', isHoldout: false, tags: { group } }));
    const rows = judged(
      [...of('old', [2, 18, 0, 0]), ...of('young', [20, 0, 0, 0])],
      policyWith({ slices: [{ by: 'group', suite: 'bias' }] }),
    ).slices;
    expect(verdicts(rows)).toEqual(['old not-worse fail', 'young not-worse pass']);
  });

  it('draw cases of one cluster together', () => {
    const lossy = answers([10, 14, 0, 0], { label: 'hurt' });
    const oneMail = lossy.map((answer, index) => ({ ...answer, cluster: index < 10 ? null : 'one mail' }));
    expect(verdicts(judged(lossy, policy).slices)).toEqual(['hurt not-worse fail']);
    expect(verdicts(judged(oneMail, policy).slices)).toEqual(['hurt not-worse pass']);
  });

  it('judge a first version by their floor', () => {
    const first = answers([30, 0, 0, 10]).map((answer) => ({ ...answer, champion: null }));
    const floor = (share: number) =>
      verdicts(judged(first, policyWith({ slices: [{ by: 'label', floor: share }] })).slices);
    expect([floor(0.5), floor(0.7), floor(0.9)]).toEqual([
      ['a floor pass'],
      ['a floor inconclusive'],
      ['a floor fail'],
    ]);
  });
});

describe('calibration', () => {
  const sure = answers([160, 0, 0, 40], {}, 0.8);
  /** The same answers, said with more confidence than they deserve. */
  const boastful = sure.map((answer) => ({ ...answer, candidate: { ...answer.candidate, confidence: 0.999 } }));

  it('is measured on both sides, over what the champion knows', () => {
    const { calibration } = judged(boastful);
    expect(calibration!.champion).toMatchObject({ cases: 200 });
    expect(calibration!.champion!.error).toBeCloseTo(0, 12);
    expect(calibration!.candidate.error).toBeCloseTo(0.199, 12);
    // 0.8 * 0.2^2 + 0.2 * 0.8^2 = 0.16, and 0.8 * 0.001^2 + 0.2 * 0.999^2.
    expect(calibration!.champion!.brier).toBeCloseTo(0.16, 12);
    expect(calibration!.difference!.value).toBeCloseTo(0.16 - (0.8 * 0.001 ** 2 + 0.2 * 0.999 ** 2), 12);
    expect(calibration!.findings).toEqual([]);
  });

  it('may lose no more Brier score than the policy allows, by its bound', () => {
    const rule = (all: readonly AnsweredCase[], margin: number) =>
      judged(all, policyWith({ calibration: { margin } })).calibration!.findings[0]!.verdict;
    expect([rule(sure, 0.02), rule(boastful, 0.02), rule(boastful, 0.09)]).toEqual(['pass', 'fail', 'pass']);
  });

  it('may be off by no more than the policy allows, by the upper bound of its error', () => {
    const rule = (all: readonly AnsweredCase[], error: number) =>
      judged(all, policyWith({ calibration: { error } })).calibration!.findings[0]!.verdict;
    expect([rule(sure, 0.15), rule(sure, 0.03), rule(boastful, 0.15)]).toEqual(['pass', 'inconclusive', 'fail']);
  });

  it('is nothing where no answer has a probability', () => {
    const silent = sure.map((answer) => ({ ...answer, candidate: { ...answer.candidate, confidence: null } }));
    expect(judged(silent).calibration).toBeNull();
  });
});
