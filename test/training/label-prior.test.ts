/** How common labels are taken to be where the closed form serves. */
import { describe, expect, it } from 'vitest';
import { parseDeclaration } from '#espalier/declaration/declaration.js';
import { headSettings } from '#espalier/training/heads.js';
import type { LabelledVectors, TrainedHead } from '#espalier/training/job.js';
import { type LabelPrior, priorOffsets } from '#espalier/training/ridge/label-prior.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { declare, settingsWith } from '../support/declaration.js';
import { accuracyOf, clusters, jobOf, join, quiet, slice } from '../support/problem.js';

describe('the offsets of a prior', () => {
  const counts = Float64Array.of(600, 300, 100);
  const labels = ['a', 'b', 'c'];
  const sharesOf = (prior: LabelPrior) =>
    [...priorOffsets(prior, labels, counts)].map((offset, index) => (Math.exp(offset) * counts[index]!) / 1000);

  it('are none where labels are as common as they were learned', () => {
    for (const offset of priorOffsets('observed', labels, counts)) expect(offset).toBeCloseTo(0, 12);
  });

  it('make labels equally common, or as common as is declared', () => {
    for (const share of sharesOf('balanced')) expect(share).toBeCloseTo(1 / 3, 12);
    for (const [index, share] of sharesOf({ a: 0.1, b: 0.2, c: 0.7 }).entries())
      expect(share).toBeCloseTo([0.1, 0.2, 0.7][index]!, 12);
  });

  it('leave a label that is not named its share, before all are brought to a sum of 1', () => {
    for (const [index, share] of sharesOf({ c: 0.6 }).entries()) expect(share).toBeCloseTo([0.4, 0.2, 0.4][index]!, 12);
  });
});

it.each(['observed', 'balanced', { a: 0.1, c: 0.9 }] as const)(
  'a label whose examples were all taken out is favoured by no prior (%j)',
  (prior) => {
    const [a, b, c] = priorOffsets(prior, ['a', 'b', 'c'], Float64Array.of(600, 2.5, 0));
    expect([a, b, c].every(Number.isFinite)).toBe(true);
    expect(c! - b!).toBeLessThan(1e-12);
  },
);

describe('`training.prior` in adapter.yaml', () => {
  it('is observed unless it says otherwise, and takes shares of labels', () => {
    expect(declare().training.prior).toBe('observed');
    expect(declare('training: { prior: balanced }').training.prior).toBe('balanced');
    expect(declare('training: { prior: { spam: 0.9, ham: 0.1 } }').training.prior).toEqual({ spam: 0.9, ham: 0.1 });
  });

  it.each(['{ spam: 0 }', '{ spam: 2 }', 'even'])('does not take %s', (prior) => {
    expect(() =>
      parseDeclaration(`name: a\ntasks: [{ name: t }]\ntraining: { prior: ${prior} }\n`, 'adapter.yaml', headSettings),
    ).toThrow(/Too small|Too big|Invalid option/);
  });
});

describe('the analytic head under a prior', () => {
  const uneven = join(
    clusters({ classes: [0, 1], perClass: 150, noise: 2, seed: 1 }),
    clusters({ classes: [2], perClass: 3, noise: 2, seed: 2 }),
  );
  const rare = clusters({ classes: [2], perClass: 300, noise: 2, seed: 3 });
  const train = (
    prior: LabelPrior,
    job: { fresh: LabelledVectors; learned?: LabelledVectors; parent?: TrainedHead } = { fresh: uneven },
  ) => analytic.train(jobOf('analytic', 3, { ...job, settings: settingsWith({ width: 96, prior }) }), quiet);

  it('answers with rare labels where they are said to be as common as the others', async () => {
    const [observed, balanced] = [await train('observed'), await train('balanced')];
    expect(await accuracyOf(observed, rare)).toBeLessThan(0.3);
    expect(await accuracyOf(balanced, rare)).toBeGreaterThan(0.5);
    expect(balanced.head.tensors.weight).toEqual(observed.head.tensors.weight);
  });

  it('counts what earlier updates learned', async () => {
    const cut = uneven.targets.length - 1;
    const parent = await train('balanced', { fresh: slice(uneven, 0, cut) });
    const updated = await train('balanced', {
      fresh: slice(uneven, cut, cut + 1),
      learned: slice(uneven, 0, cut),
      parent,
    });
    expect([...updated.state.examples!.data]).toEqual([150, 150, 3]);
    expect(await accuracyOf(updated, rare)).toBeGreaterThan(0.5);
  });

  it('does not continue a version that kept no counts, but for the observed shares', async () => {
    const { state, ...parent } = await train('observed');
    const { examples: _, ...without } = state;
    const settings = settingsWith({ width: 96 });
    expect(analytic.continues({ ...parent, state: without }, settings)).toBe(true);
    expect(analytic.continues({ ...parent, state: without }, { ...settings, prior: 'balanced' })).toBe(false);
    expect(analytic.continues({ ...parent, state }, { ...settings, prior: 'balanced' })).toBe(true);
    const updated = await train('observed', { fresh: slice(uneven, 0, 10), parent: { ...parent, state: without } });
    expect(updated.state.examples).toBeUndefined();
  });
});
