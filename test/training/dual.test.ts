/**
 * The closed form where everything learned is few: the same head as from the statistics, and what it would say of a
 * group it never saw.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { scoresOf } from '#espalier/training/heads/head-graph.js';
import type { LabelledVectors, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { calibrate, negativeLogLikelihoods } from '#espalier/training/ridge/calibration.js';
import { fitDual, type Whole } from '#espalier/training/ridge/dual.js';
import { drawFeatures, type FeatureKind } from '#espalier/training/ridge/features.js';
import { fitRidge } from '#espalier/training/ridge/fit.js';
import { type Groups, groupNearDuplicates, singles } from '#espalier/training/ridge/groups.js';
import { kernelOf } from '#espalier/training/ridge/kernel.js';
import { columnsOf } from '#espalier/training/ridge/leave-groups-out.js';
import { addExamples, emptyStatistics, mapFeatures } from '#espalier/training/ridge/statistics.js';
import { standardise } from '#espalier/training/standardise.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { settingsWith } from '../support/declaration.js';
import { multiply, relativeError, solveDense, transpose, withDiagonal } from '../support/dense.js';
import { clusters, dimension, jobOf, join, quiet, slice } from '../support/problem.js';

const [width, classes] = [48, 3];
const search = { start: undefined, threads: 1, tried: quiet };

async function learn(
  { vectors, targets }: LabelledVectors,
  groups: Groups = singles(targets.length),
  kind: FeatureKind = 'relu',
) {
  const features = drawFeatures(kind, { dimension, width, seed: 7 });
  const size = kind === 'none' ? dimension : width;
  const statistics = await addExamples(emptyStatistics(size, classes), {
    inputs: vectors,
    targets,
    features,
    threads: 1,
    progress: quiet,
  });
  const rows = await mapFeatures(vectors, { features, dimension, threads: 1 });
  const kernel = await kernelOf(rows, { features, width: size }, 1);
  const whole: Whole = { features: rows, kernel, targets, classes, groups, seed: 7 };
  return { statistics, whole };
}

/** The scores of each row by a head that was solved anew without its group, in the dual. [n, classes] */
function refitScores({ kernel, targets, groups }: Whole, lambda: number): Float64Array {
  const n = targets.length;
  const scores = new Float64Array(n * classes);
  for (const group of groups) {
    const others = [...targets.keys()].filter((row) => !group.includes(row));
    const gram = Float64Array.from(others.flatMap((row) => others.map((column) => kernel[row * n + column]!)));
    const wanted = Float64Array.from(
      others.flatMap((row) => [0, 1, 2].map((index) => (targets[row] === index ? 1 : 0))),
    );
    const alpha = solveDense(withDiagonal(gram, others.length, lambda), wanted, others.length, classes);
    for (const row of group) {
      const own = others.map((column) => kernel[row * n + column]!);
      scores.set(multiply(own, alpha, [1, others.length, classes]), row * classes);
    }
  }
  return scores;
}

const some = clusters({ classes: [0, 1, 2], perClass: 10, noise: 2.5, seed: 4 });
const inThrees = Array.from({ length: 10 }, (_, group) => [group, group + 10, group + 20]);

describe.each(['relu', 'fourier', 'none'] as const)('the kernel of %s features', (kind) => {
  it('holds their inner products, exactly', async () => {
    const { whole } = await learn(clusters({ classes: [0, 1, 2], perClass: 200, noise: 1, seed: 1 }), undefined, kind);
    const size = whole.features.length / 600;
    expect(whole.kernel).toEqual(multiply(whole.features, transpose(whole.features, 600, size), [600, size, 600]));
  });
});

describe('the dual form', () => {
  it.each([1e3, 1e5, 1e7])('gives the head of the statistics, and its calibration (lambda %i)', async (lambda) => {
    for (const groups of [singles(30), inThrees]) {
      const { statistics, whole } = await learn(some, groups);
      const sample = { columns: columnsOf(whole.features, 30), targets: some.targets, groups };
      const [dual, primal] = [
        await fitDual(whole, { ...search, keep: lambda }),
        await fitRidge(statistics, sample, { ...search, keep: lambda }),
      ];
      expect(relativeError(dual.weight, primal.weight)).toBeLessThan(1e-9);
      expect(dual.calibrated.temperature / primal.calibrated.temperature).toBeCloseTo(1, 6);
    }
  });

  it.each([10, 1e4, 1e7])(
    'calibrates on the scores of true refits without each group, at any leverage (lambda %i)',
    async (lambda) => {
      for (const groups of [singles(30), inThrees]) {
        const { whole } = await learn(some, groups);
        const fit = await fitDual(whole, { ...search, keep: lambda });
        const wanted = calibrate(refitScores(whole, lambda), some, classes);
        const inOrder = new Map(fit.asked.map((row, place) => [row, fit.calibrated.costs[place]!]));
        expect(
          relativeError(
            [...some.targets.keys()].map((row) => inOrder.get(row)!),
            wanted.costs,
          ),
        ).toBeLessThan(1e-5);
      }
    },
  );

  it('is not sure of labels that mean nothing, however few the examples', async () => {
    const random = seededRandom('meaningless');
    const noise = { ...some, targets: some.targets.map(() => random.integer(3)) };
    const { whole } = await learn(noise);
    expect((await fitDual(whole, search)).calibrated.cost).toBeGreaterThan(0.95 * Math.log(3));
  });
});

describe('groups of near-duplicates', () => {
  const rowsOf = (batch: LabelledVectors, words: readonly (readonly number[])[]) => {
    const stride = dimension + 3;
    const vectors = new Float32Array(words.length * stride);
    for (const [row, counts] of words.entries()) {
      vectors.set(batch.vectors.subarray(row * dimension, (row + 1) * dimension), row * stride);
      vectors.set(counts, row * stride + dimension);
    }
    const tensor = (value: number) => ({ dims: [dimension], data: new Float32Array(dimension).fill(value) });
    const inputs = standardise(vectors, { mean: tensor(0), scale: tensor(1) }, stride);
    return { inputs, dimension, vectors, stride, lexical: 3 };
  };
  const apart = clusters({ classes: [0, 1, 2, 3, 4], perClass: 1, noise: 0, seed: 1 });

  it('are rows of the same words, or of nearly the same vector, and what hangs together by them', async () => {
    const near = { ...apart, vectors: apart.vectors.slice() };
    for (let index = 0; index < dimension; index++)
      near.vectors[4 * dimension + index] = 3.01 * near.vectors[index]! + 0.01;
    const words = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 2, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(await groupNearDuplicates(rowsOf(near, words), 1)).toEqual([[0, 4], [1, 3], [2]]);
    words[4] = [0, 1, 0];
    expect(await groupNearDuplicates(rowsOf(near, words), 1)).toEqual([[0, 1, 3, 4], [2]]);
  });

  it('are not made of rows that have no words at all, and a large one is cut', async () => {
    const none = Array.from({ length: 5 }, () => [0, 0, 0]);
    expect(await groupNearDuplicates(rowsOf(apart, none), 1)).toEqual([[0], [1], [2], [3], [4]]);
    const many = {
      ...apart,
      vectors: Float32Array.from({ length: 600 * dimension }, (_, index) => apart.vectors[index % dimension]!),
    };
    const groups = await groupNearDuplicates(
      rowsOf(
        many,
        Array.from({ length: 600 }, () => [0, 0, 0]),
      ),
      1,
    );
    expect(groups.map((group) => group.length)).toEqual([256, 256, 88]);
  });
});

const settings = settingsWith({ width: 96 });
const train = (job: Partial<TrainingJob>) => analytic.train(jobOf('analytic', classes, { ...job, settings }), quiet);
const unseen = clusters({ classes: [0, 1, 2], perClass: 200, noise: 2.5, seed: 9 });

async function lossOn({ head }: TrainedHead): Promise<number> {
  const scores = await scoresOf(head, unseen.vectors, 1);
  return (
    negativeLogLikelihoods(scores, unseen.targets, classes, 1).reduce((sum, cost) => sum + cost, 0) /
    unseen.targets.length
  );
}

describe('the analytic head of few examples', () => {
  const twinsOf = (batch: LabelledVectors): LabelledVectors => {
    const random = seededRandom('twins');
    return join(batch, { ...batch, vectors: batch.vectors.map((value) => value + 0.02 * random.normal()) });
  };

  it('does worse than guessing with no number of examples', async () => {
    for (const perClass of [2, 3, 5, 10]) {
      const fresh = clusters({ classes: [0, 1, 2], perClass, noise: 2.5, seed: 20 + perClass });
      expect(await lossOn(await train({ fresh }))).toBeLessThan(Math.log(classes));
    }
  });

  it('is no surer where each example has a near twin', async () => {
    const plain = clusters({ classes: [0, 1, 2], perClass: 25, noise: 2.5, seed: 8 });
    const [without, withTwins] = [
      await lossOn(await train({ fresh: plain })),
      await lossOn(await train({ fresh: twinsOf(plain) })),
    ];
    expect(withTwins).toBeLessThan(without + 0.03);
  });
});

describe('the analytic head of many examples', () => {
  it('is no surer where each has a near twin, though only a sample is asked', async () => {
    const random = seededRandom('many twins');
    const plain = clusters({ classes: [0, 1, 2], perClass: 520, noise: 2.5, seed: 11 });
    const twins = { ...plain, vectors: plain.vectors.map((value) => value + 0.02 * random.normal()) };
    // A kernel narrow enough to remember each example.
    const wide = (fresh: LabelledVectors) =>
      analytic.train(jobOf('analytic', classes, { fresh, settings: settingsWith({ width: 2048 }) }), quiet);
    const { facts, head, state } = await wide(join(plain, twins));
    expect(facts.examplesReread).toBe(0);
    expect(await lossOn({ head, facts, state })).toBeLessThan((await lossOn(await wide(plain))) + 0.03);
  });
});

describe('an update that has everything learned at hand', () => {
  const [first, second] = [slice(unseen, 0, 300), slice(unseen, 300, 450)];

  it('rereads it, and says so', async () => {
    const parent = await train({ fresh: first });
    expect(parent.facts.examplesReread).toBe(300);
    const updated = await train({ fresh: second, learned: first, parent });
    expect(updated.facts.examplesReread).toBe(450);
    expect(updated.facts.examplesInStatistics).toBe(450);
  });

  it('gives the head of one that has not, but for its temperature', async () => {
    const parent = await train({ fresh: first });
    const kept = { ...parent, facts: { ...parent.facts, lambdaChosenAt: 450 } };
    const [whole, sample] = [
      await train({ fresh: second, learned: first, parent: kept }),
      await train({ fresh: second, replayed: slice(first, 0, 200), parent: kept }),
    ];
    expect([whole.facts.examplesReread, sample.facts.examplesReread]).toEqual([450, 0]);
    expect(sample.state).toEqual(whole.state);
    const weight = ({ head, facts }: TrainedHead) =>
      (head.tensors.weight!.data as Float32Array).map((value) => value * facts.temperature!);
    expect(relativeError(weight(sample), weight(whole))).toBeLessThan(1e-6);
  });

  it('takes a replay buffer that holds everything for it', async () => {
    const parent = await train({ fresh: first });
    expect((await train({ fresh: second, replayed: first, parent })).facts.examplesReread).toBe(450);
  });

  it('does not believe what is not what the statistics were made of', async () => {
    const parent = await train({ fresh: first });
    const other = join(slice(first, 0, 299), slice(unseen, 500, 501));
    expect((await train({ fresh: second, learned: other, parent })).facts.examplesReread).toBe(0);
    expect((await train({ fresh: second, learned: slice(first, 0, 200), parent })).facts.examplesReread).toBe(0);
  });

  it('does so up to 3,000 examples of a task, and goes on from its statistics beyond', async () => {
    const many = clusters({ classes: [0, 1, 2], perClass: 1000, noise: 2.5, seed: 10 });
    const parent = await train({ fresh: slice(many, 0, 2900) });
    const kept = { ...parent, facts: { ...parent.facts, lambdaChosenAt: 3000 } };
    const learned = slice(many, 0, 2900);
    const at = await train({ fresh: slice(many, 2900, 3000), learned, parent: kept });
    expect(at.facts.examplesReread).toBe(3000);
    const beyond = await train({ fresh: slice(unseen, 0, 1), learned: many, parent: at });
    expect([beyond.facts.examplesReread, beyond.facts.examplesInStatistics]).toEqual([0, 3001]);
    const [a, b] = [await scoresOf(at.head, unseen.vectors, 1), await scoresOf(beyond.head, unseen.vectors, 1)];
    const ratio = beyond.facts.temperature! / at.facts.temperature!;
    expect(
      relativeError(
        b.map((score) => score * ratio),
        a,
      ),
    ).toBeLessThan(0.02);
  });
});
