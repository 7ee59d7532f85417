/**
 * The shared covariance of slda and its exact leave-one-out, held to models that were truly fitted without each
 * example.
 */
import { describe, expect, it } from 'vitest';
import { whiten } from '#espalier/training/discriminant/covariance.js';
import { asIfComplete, leaveOneOut } from '#espalier/training/discriminant/leave-one-out.js';
import { headGraph, tensorNames } from '#espalier/training/heads/head-graph.js';
import type { Head, LabelledVectors, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { compile } from '#espalier/training/native.js';
import { openFactorProducts } from '#espalier/training/ridge/factor-products.js';
import { unitOf } from '#espalier/training/ridge/features.js';
import { addExamples, emptyStatistics, mapFeatures } from '#espalier/training/ridge/statistics.js';
import { fitStandardisation, standardise } from '#espalier/training/standardise.js';
import { slda } from '#espalier/training/strategies/slda.js';
import { cautiousTemperature } from '#espalier/training/temperature.js';
import { settingsWith } from '../support/declaration.js';
import { multiply, relativeError, solveDense, withDiagonal } from '../support/dense.js';
import { accuracyOf, clusters, dimension as d, jobOf, naiveInputs, quiet, slice } from '../support/problem.js';

const unit = unitOf('none');
const features = { kind: 'none', tensors: {} } as const;

async function sumsOf({ vectors, targets }: LabelledVectors, classes: number) {
  const inputs = standardise(vectors, fitStandardisation(vectors, d));
  const rounded = await mapFeatures(inputs, { features, dimension: d, threads: 1 });
  const given = { inputs, targets, features, threads: 1, progress: quiet };
  const statistics = await addExamples(emptyStatistics(d, classes), given);
  const examples = Float64Array.from(
    { length: classes },
    (_, index) => targets.filter((target) => target === index).length,
  );
  return { sums: { statistics, examples, unit }, inputs: rounded.map((value) => value / unit), examples };
}

/**
 * Discriminants of `row` by means and a covariance of all other rows, with one weight for each outer product and one
 * ridge.
 */
function fittedWithout(
  row: number,
  x: Float32Array,
  targets: Int32Array,
  { classes, share, ridge }: Record<string, number>,
): number[] {
  const others = [...targets.keys()].filter((other) => other !== row);
  const means = Array.from({ length: classes! }, (_, index) => {
    const rows = others.filter((other) => targets[other] === index);
    return Array.from(
      { length: d },
      (__, column) => rows.reduce((sum, other) => sum + x[other * d + column]!, 0) / Math.max(1, rows.length),
    );
  });
  const covariance = new Float64Array(d * d);
  for (const other of others)
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        const mean = means[targets[other]!]!;
        covariance[i * d + j]! += share! * (x[other * d + i]! - mean[i]!) * (x[other * d + j]! - mean[j]!);
      }
  const columns = Float64Array.from(
    { length: d * classes! },
    (_, at) => means[at % classes!]![Math.floor(at / classes!)]!,
  );
  const weight = solveDense(withDiagonal(covariance, d, ridge!), columns, d, classes!);
  const own = x.subarray(row * d, (row + 1) * d);
  const along = multiply(own, weight, [1, d, classes!]);
  return means.map(
    (mean, index) =>
      along[index]! - mean.reduce((sum, value, column) => sum + value * weight[column * classes! + index]!, 0) / 2,
  );
}

describe('leaving one example out of the discriminants', () => {
  it.each([2, 3, 30])('is what fitting without it gives, at %i examples a class', async (perClass) => {
    const data = clusters({ classes: [0, 1, 2], perClass, noise: 0.8, seed: 1 });
    const { sums, inputs, examples } = await sumsOf(data, 3);
    const products = await openFactorProducts('float64', 1);
    const whitened = await whiten(sums, products);
    const { scores } = await leaveOneOut({ inputs, targets: data.targets, examples }, whitened, products);
    await products.close();
    const means = fitMeans(inputs, data.targets);
    let trace = 0;
    for (const [row, target] of data.targets.entries())
      for (let i = 0; i < d; i++) trace += (inputs[row * d + i]! - means[target]![i]!) ** 2 / data.targets.length;
    const given = { classes: 3, share: whitened.share, ridge: (whitened.shrinkage * trace) / d };
    const wanted = [...data.targets.keys()].flatMap((row) => fittedWithout(row, inputs, data.targets, given));
    expect(relativeError(scores, wanted)).toBeLessThan(1e-9);
  });

  it('is brought back to the number of examples that there are: without that, a class of two is always outdone', async () => {
    const data = clusters({ classes: [0, 1, 2], perClass: 2, noise: 1, seed: 4 });
    const { sums, inputs, examples } = await sumsOf(data, 3);
    const products = await openFactorProducts('float64', 1);
    const left = await leaveOneOut({ inputs, targets: data.targets, examples }, await whiten(sums, products), products);
    await products.close();
    const complete = asIfComplete(left, { targets: data.targets, examples });
    const spread = left.distances.reduce((sum, distance) => sum + distance / 2, 0) / 6;
    for (const [row, target] of data.targets.entries())
      expect(complete[row * 3 + target]! - left.scores[row * 3 + target]!).toBeCloseTo(spread / 4, 9);
    expect(complete.filter((_, at) => at % 3 !== data.targets[Math.floor(at / 3)])).toEqual(
      left.scores.filter((_, at) => at % 3 !== data.targets[Math.floor(at / 3)]),
    );
  });
});

describe('the temperature of slda', () => {
  const fresh = clusters({ classes: [0, 1, 2, 3], perClass: 3, noise: 2.5, seed: 1 });
  const test = clusters({ classes: [0, 1, 2, 3], perClass: 200, noise: 2.5, seed: 2 });
  const learn = (job: Partial<TrainingJob> = {}) =>
    slda.train(jobOf('slda', 4, { fresh, settings: settingsWith({}), ...job }), quiet);

  it('keeps probabilities better than guessing where examples are fewer than dimensions', async () => {
    const trained = await learn();
    expect(await costOf(trained, test)).toBeLessThan(Math.log(4));
    expect(await costOf(trained, test)).toBeGreaterThan(0);
    expect(await accuracyOf(trained, test)).toBeGreaterThan(0.4);
  });

  it('is fitted on what the buffer holds too, in its true share', async () => {
    const parent = await learn({ fresh: test });
    const alone = await learn({ parent });
    const both = await learn({ parent, replayed: slice(test, 0, 100) });
    expect([alone.facts.calibratedOn, both.facts.calibratedOn]).toEqual([12, 108]);
    expect(both.head.tensors.weight).toEqual(alone.head.tensors.weight);
    expect(both.facts.temperature).not.toBe(alone.facts.temperature);
  });

  it('has no example to leave out where every class has one, and is then far from certain', async () => {
    const { head, facts } = await learn({ fresh: slice(fresh, 0, 4) });
    expect([facts.calibratedOn, facts.temperature]).toEqual([0, d]);
    expect(head.tensors.temperature!.data[0]).toBe(d);
  });
});

describe('a cautious temperature', () => {
  it('is that of one more example answered wrong at a typical margin: of n right answers it makes n of n + 1', () => {
    const scores = Float64Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 3 : 0));
    const temperature = cautiousTemperature(scores, new Int32Array(20), 2);
    expect(1 / (1 + Math.exp(-3 / temperature))).toBeCloseTo(20 / 21, 4);
  });

  it('is 1 where there is nothing to go by', () => {
    expect(cautiousTemperature(new Float64Array(0), new Int32Array(0), 2)).toBe(1);
  });
});

describe('the distance of slda', () => {
  const first = clusters({ classes: [0, 1, 2, 3], perClass: 30, noise: 0.8, seed: 1 });
  const known = clusters({ classes: [0, 1, 2, 3], perClass: 40, noise: 0.8, seed: 3 });
  const unknown = clusters({ classes: [4, 5, 6, 7], perClass: 30, noise: 0.8, seed: 2 });

  it('is relative: to the nearest class, less that to the mean of all', async () => {
    const { head } = await slda.train(jobOf('slda', 4, { fresh: first, settings: settingsWith({}) }), quiet);
    const { weight, bias } = head.tensors;
    const found = await distancesOf({ head, state: {}, facts: {} }, known);
    const x = naiveInputs(head, known.vectors);
    const discriminants = multiply(x, weight!.data, [known.targets.length, d, 4]).map(
      (value, at) => value + bias!.data[at % 4]!,
    );
    const ofAll = multiply(x, head.tensors['background.weight']!.data, [known.targets.length, d, 1]);
    const wanted = [...ofAll].map((value, row) => {
      const nearest = Math.max(...discriminants.subarray(row * 4, (row + 1) * 4));
      return 2 * (value + head.tensors['background.bias']!.data[0]! - nearest);
    });
    expect(relativeError(found, wanted)).toBeLessThan(1e-4);
  });

  it('tells what is far from every class', async () => {
    const trained = await slda.train(jobOf('slda', 4, { fresh: first, settings: settingsWith({}) }), quiet);
    const [near, far] = [await distancesOf(trained, known), await distancesOf(trained, unknown)];
    const ordered = far.filter((one) => near.filter((other) => other < one).length > 0.9 * near.length);
    expect(ordered.length).toBeGreaterThan(0.9 * far.length);
  });

  it('of a head that was written before is the plain one: it still loads and says what it said', async () => {
    const { head } = await slda.train(jobOf('slda', 4, { fresh: first, settings: settingsWith({}) }), quiet);
    const { 'background.weight': _, 'background.bias': __, ...tensors } = head.tensors;
    const { relative: ___, ...shape } = head.shape;
    const identity = Float32Array.from({ length: d * d }, (____, at) => (Math.floor(at / d) === at % d ? 1 : 0));
    const old: Head = {
      kind: 'slda',
      shape: shape as Head['shape'],
      tensors: { ...tensors, whitener: { dims: [d, d], data: identity } },
    };
    expect(tensorNames(old).every((name) => old.tensors[name])).toBe(true);
    const x = naiveInputs(head, known.vectors);
    const discriminants = multiply(x, head.tensors.weight!.data, [known.targets.length, d, 4]);
    const wanted = [...known.targets.keys()].map((row) => {
      const best = Math.max(
        ...[0, 1, 2, 3].map((index) => discriminants[row * 4 + index]! + head.tensors.bias!.data[index]!),
      );
      return d - 2 * best;
    });
    expect(relativeError(await distancesOf({ head: old, state: {}, facts: {} }, known), wanted)).toBeLessThan(1e-4);
  });
});

function fitMeans(x: Float32Array, targets: Int32Array): number[][] {
  return [0, 1, 2].map((index) => {
    const rows = [...targets.keys()].filter((row) => targets[row] === index);
    return Array.from(
      { length: d },
      (_, column) => rows.reduce((sum, row) => sum + x[row * d + column]!, 0) / rows.length,
    );
  });
}

async function outputsOf({ head }: TrainedHead, { vectors, targets }: LabelledVectors) {
  const native = await compile(headGraph(head), 1);
  const outputs = await native.run({ embedding: { data: vectors, dims: [targets.length, d] } });
  await native.close();
  return outputs;
}

const distancesOf = async (trained: TrainedHead, batch: LabelledVectors) => [
  ...(await outputsOf(trained, batch)).distance!,
];

/** Mean negative log-likelihood. */
async function costOf(trained: TrainedHead, batch: LabelledVectors): Promise<number> {
  const { probabilities } = await outputsOf(trained, batch);
  const classes = trained.head.shape.classes;
  return (
    batch.targets.reduce((sum, target, row) => sum - Math.log(probabilities![row * classes + target]!), 0) /
    batch.targets.length
  );
}
