/** Examples that count more or less than once, in everything that has a closed form. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import { whiten } from '#espalier/training/discriminant/covariance.js';
import { asIfComplete, leaveOneOut } from '#espalier/training/discriminant/leave-one-out.js';
import type { LabelledVectors } from '#espalier/training/job.js';
import { fitLogisticRegression } from '#espalier/training/logistic-regression.js';
import { calibrate } from '#espalier/training/ridge/calibration.js';
import { fitDual } from '#espalier/training/ridge/dual.js';
import { openFactorProducts } from '#espalier/training/ridge/factor-products.js';
import { drawFeatures, type FeatureKind, unitOf } from '#espalier/training/ridge/features.js';
import { solveRidge } from '#espalier/training/ridge/fit.js';
import { type Groups, singles } from '#espalier/training/ridge/groups.js';
import { kernelOf } from '#espalier/training/ridge/kernel.js';
import { columnsOf, leaveGroupsOut } from '#espalier/training/ridge/leave-groups-out.js';
import {
  countLexical,
  emptyLexical,
  leaveGroupsOutLexical,
  lexicalWeights,
  packLexical,
  unpackLexical,
} from '#espalier/training/ridge/lexical.js';
import {
  addExamples,
  emptyStatistics,
  mapFeatures,
  packStatistics,
  type RidgeStatistics,
  removeExamples,
  unpackStatistics,
} from '#espalier/training/ridge/statistics.js';
import { poolOf, type Setting, trainStep } from '../support/curation.js';
import { settingsWith } from '../support/declaration.js';
import { multiply, relativeError, solveDense, withDiagonal } from '../support/dense.js';
import { clusters, dimension, join, quiet, slice } from '../support/problem.js';

const [width, classes] = [24, 3];
const batch = clusters({ classes: [0, 1, 2], perClass: 20, noise: 2.5, seed: 4 });
const count = batch.targets.length;
const random = seededRandom('weights');
/** Every quarter up to 16 may come. */
const weights = Float32Array.from({ length: count }, () => (1 + random.integer(64)) / 4);

const rowsAt = (rows: readonly number[], own: Float32Array) => ({
  ...rows.map((row) => slice(batch, row, row + 1)).reduce(join),
  weights: Float32Array.from(rows, (row) => own[row]!),
});
const inputOf = ({ vectors, targets, weights: own }: LabelledVectors, kind: FeatureKind) => ({
  inputs: vectors,
  targets,
  weights: own,
  features: drawFeatures(kind, { dimension, width, seed: 7 }),
  threads: 1,
  progress: quiet,
});
const add = (examples: LabelledVectors, kind: FeatureKind, to?: RidgeStatistics) =>
  addExamples(to ?? emptyStatistics(kind === 'none' ? dimension : width, classes), inputOf(examples, kind));

describe.each(['relu', 'fourier', 'none'] as const)('weighed statistics of %s features', (kind) => {
  it('of weight 2 are those of the same examples twice, to the bit', async () => {
    const twice = await add(batch, kind, await add(batch, kind));
    const heavy = await add({ ...batch, weights: new Float32Array(count).fill(2) }, kind);
    expect(packStatistics(heavy)).toEqual(packStatistics(twice));
  });

  it('of weight 1 are those without weights', async () => {
    expect(await add({ ...batch, weights: new Float32Array(count).fill(1) }, kind)).toEqual(await add(batch, kind));
  });

  it('of any weights are the same bits in any order and parts, and go through a store', async () => {
    const whole = await add({ ...batch, weights }, kind);
    expect(whole.gram.data).toBeInstanceOf(Float64Array);
    expect(unpackStatistics(packStatistics(whole))).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(count - 1), async (seed, cut) => {
        const order = shuffled([...batch.targets.keys()], seededRandom('order', seed));
        const first = await add(rowsAt(order.slice(0, cut + 1), weights), kind);
        const rest = order.slice(cut + 1);
        expect(rest.length === 0 ? first : await add(rowsAt(rest, weights), kind, first)).toEqual(whole);
      }),
      { numRuns: 5 },
    );
  });

  it('taken out by the weights that they came with leave the bits of the rest, whole again', async () => {
    const [kept, gone] = [slice(batch, 0, 30), { ...slice(batch, 30, 60), weights: weights.slice(30) }];
    const all = await add(gone, kind, await add(kept, kind));
    const left = await removeExamples(all, inputOf(gone, kind));
    expect(packStatistics(left)).toEqual(packStatistics(await add(kept, kind)));
    expect(packStatistics(left)['statistics.gram']!.data).toBeInstanceOf(Int32Array);
  });

  it('of four quarters are whole numbers', async () => {
    const quarter = { ...batch, weights: new Float32Array(count).fill(0.25) };
    let sum = await add(quarter, kind);
    expect(packStatistics(sum)['statistics.cross']!.data).toBeInstanceOf(Float64Array);
    for (let times = 0; times < 3; times++) sum = await add(quarter, kind, sum);
    expect(packStatistics(sum)).toEqual(packStatistics(await add(batch, kind)));
  });
});

describe('weighed counts of n-grams', () => {
  const [buckets, stride] = [4, 6];
  const rowsOf = (own: Float32Array | undefined) => {
    const counts = seededRandom('counts');
    return {
      vectors: Float32Array.from({ length: count * stride }, () => counts.integer(3)),
      targets: batch.targets,
      stride,
      weights: own,
    };
  };
  const counted = (own: Float32Array | undefined) => countLexical(emptyLexical(buckets, classes), rowsOf(own), classes);

  it('of weight 2 are those of the same texts twice', () => {
    const twice = countLexical(counted(undefined), rowsOf(undefined), classes);
    expect(packLexical(counted(new Float32Array(count).fill(2)))).toEqual(packLexical(twice));
  });

  it('go through a store, and away again', () => {
    const heavy = countLexical(counted(undefined), rowsOf(weights), classes);
    expect(unpackLexical(packLexical(heavy))).toEqual(heavy);
    expect(packLexical(heavy)['lexical.counts']!.data).toBeInstanceOf(Float64Array);
    const left = countLexical(heavy, rowsOf(weights), classes, -1);
    expect(packLexical(left)).toEqual(packLexical(counted(undefined)));
  });

  it('score a row that is left out as counts that never had it', () => {
    const rows = rowsOf(weights);
    const scores = leaveGroupsOutLexical(counted(weights), rows, [[7, 8]]);
    const of = (row: number) => ({
      ...rows,
      vectors: rows.vectors.subarray(row * stride, (row + 1) * stride),
      targets: rows.targets.subarray(row, row + 1),
      weights: weights.subarray(row, row + 1),
    });
    const without = [7, 8].reduce((sums, row) => countLexical(sums, of(row), classes, -1), counted(weights));
    const readout = lexicalWeights(without);
    const own = rows.vectors.subarray(8 * stride - buckets, 8 * stride);
    const total = own.reduce((a, b) => a + b, 0);
    const wanted = [0, 1, 2].map(
      (index) =>
        own.reduce((sum, value, bucket) => sum + value * readout[bucket * classes + index]!, 0) /
        Math.sqrt(Math.max(total, 1)),
    );
    expect(relativeError(scores.subarray(7 * classes, 8 * classes), wanted)).toBeLessThan(1e-9);
  });
});

interface Refit {
  /** [n, width] */
  readonly features: Float32Array;
  readonly own: Float32Array;
  readonly lambda: number;
}

/** (sum w h h^T + lambda I)^-1 sum w h y^T over the rows, in plain float64. [width, classes] */
function refit(rows: readonly number[], { features, own, lambda }: Refit): Float64Array {
  const gram = new Float64Array(width * width);
  const cross = new Float64Array(width * classes);
  for (const row of rows)
    for (let i = 0; i < width; i++) {
      const value = own[row]! * features[row * width + i]!;
      for (let j = 0; j < width; j++) gram[i * width + j]! += value * features[row * width + j]!;
      cross[i * classes + batch.targets[row]!]! += value;
    }
  return solveDense(withDiagonal(gram, width, lambda), cross, width, classes);
}

function refitScores(groups: Groups, given: Refit): Float64Array {
  const scores = new Float64Array(count * classes);
  for (const group of groups) {
    const weight = refit(
      [...batch.targets.keys()].filter((row) => !group.includes(row)),
      given,
    );
    for (const row of group) {
      const own = given.features.subarray(row * width, (row + 1) * width);
      scores.set(multiply(own, weight, [1, width, classes]), row * classes);
    }
  }
  return scores;
}

const features = drawFeatures('relu', { dimension, width, seed: 7 });
const inThrees = Array.from({ length: count / 3 }, (_, group) => [group, group + count / 3, group + (2 * count) / 3]);
const ways = [3e3, 1e6].flatMap((lambda) => [
  { lambda, groups: singles(count), how: 'each example' },
  { lambda, groups: inThrees, how: 'each group' },
]);

describe.each(ways)('without $how, at lambda $lambda', ({ lambda, groups }) => {
  const map = () => mapFeatures(batch.vectors, { features, dimension, threads: 1 });

  it('the scores from weighed statistics are those of true refits', async () => {
    const mapped = await map();
    const statistics = await add({ ...batch, weights }, 'relu');
    const products = await openFactorProducts('float64', 1);
    const { factor, weight } = await solveRidge(statistics, lambda, products);
    const sample = { columns: Float64Array.from(columnsOf(mapped, count)), targets: batch.targets, weights, groups };
    const scores = await leaveGroupsOut(factor, weight, sample, classes);
    await products.close();
    expect(relativeError(scores, refitScores(groups, { features: mapped, own: weights, lambda }))).toBeLessThan(1e-9);
  });

  it('the dual form has the weights of a plain solve, and calibrates on true refits', async () => {
    const mapped = await map();
    const kernel = await kernelOf(mapped, { features, width }, 1);
    const whole = { features: mapped, kernel, targets: batch.targets, weights, classes, groups, seed: 7 };
    const fit = await fitDual(whole, { start: undefined, keep: lambda, threads: 1, tried: quiet });
    const given = { features: mapped, own: weights, lambda };
    expect(relativeError(fit.weight, refit([...batch.targets.keys()], given))).toBeLessThan(1e-9);
    const { temperature } = calibrate(refitScores(groups, given), { targets: batch.targets }, classes);
    expect(fit.calibrated.temperature / temperature).toBeCloseTo(1, 6);
  });
});

it('a logistic regression of weighed examples is that of the same examples as often', async () => {
  const few = slice(batch, 0, 12);
  const often = [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3];
  const rows = often.flatMap((times, row) => new Array<number>(times).fill(row));
  const gramOf = (own: readonly number[]) =>
    Float64Array.from(
      own.flatMap((a) =>
        own.map((b) =>
          Array.from({ length: dimension }, (_, index) => few.vectors[a * dimension + index]!).reduce(
            (sum, value, index) => sum + value * few.vectors[b * dimension + index]!,
            0,
          ),
        ),
      ),
    );
  const given = { classes, c: 2, tolerance: { gradient: 1e-9, steps: 5000 } };
  const heavy = await fitLogisticRegression({
    ...given,
    gram: gramOf([...few.targets.keys()]),
    targets: few.targets,
    weights: Float32Array.from(often),
  });
  const repeated = await fitLogisticRegression({
    ...given,
    gram: gramOf(rows),
    targets: Int32Array.from(rows, (row) => few.targets[row]!),
  });
  const firsts = [...few.targets.keys()].map((row) => rows.indexOf(row));
  const wanted = firsts.flatMap((at) => [...repeated.scores.subarray(at * classes, (at + 1) * classes)]);
  expect(relativeError(heavy.scores, wanted)).toBeLessThan(1e-6);
});

it('discriminants without an example of any weight are those that never learned it', async () => {
  const unit = unitOf('none');
  const kind = 'none';
  const statistics = await add({ ...batch, weights }, kind);
  const sumOf = (own: Float32Array) =>
    Float64Array.from({ length: classes }, (_, index) =>
      batch.targets.reduce((sum, target, row) => sum + (target === index ? own[row]! : 0), 0),
    );
  const examples = sumOf(weights);
  const rounded = await mapFeatures(batch.vectors, { features: { kind, tensors: {} }, dimension, threads: 1 });
  const inputs = rounded.map((value) => value / unit);
  const products = await openFactorProducts('float64', 1);
  const whitened = await whiten({ statistics, examples, unit }, products);
  const left = { inputs, targets: batch.targets, weights, examples };
  const scored = await leaveOneOut(left, whitened, products);
  await products.close();
  const means = (own: Float32Array) => {
    const sums = sumOf(own);
    return Array.from({ length: classes }, (_, index) =>
      Float64Array.from({ length: dimension }, (__, column) =>
        batch.targets.reduce(
          (sum, target, row) => sum + (target === index ? own[row]! * inputs[row * dimension + column]! : 0),
          0,
        ),
      ).map((sum) => sum / sums[index]!),
    );
  };
  const scatter = (own: Float32Array, factor: number) => {
    const centres = means(own);
    const sum = new Float64Array(dimension * dimension);
    for (const [row, target] of batch.targets.entries()) {
      const gap = centres[target]!.map((mean, column) => inputs[row * dimension + column]! - mean);
      for (let at = 0; at < sum.length; at++)
        sum[at]! += factor * own[row]! * gap[Math.floor(at / dimension)]! * gap[at % dimension]!;
    }
    return sum;
  };
  const total = weights.reduce((a, b) => a + b, 0);
  const covariance = scatter(weights, 1 / total);
  const trace = [...Array(dimension).keys()].reduce((sum, at) => sum + covariance[at * dimension + at]!, 0);
  const ridge = (whitened.shrinkage * trace) / dimension;
  for (const row of [0, 1, 17, 44]) {
    const own = weights.with(row, 0);
    const metric = withDiagonal(scatter(own, whitened.share), dimension, ridge);
    const wanted = means(own).map((mean) => {
      const along = solveDense(metric, mean, dimension, 1);
      const dot = (values: ArrayLike<number>) => along.reduce((sum, value, column) => sum + value * values[column]!, 0);
      return dot(inputs.subarray(row * dimension, (row + 1) * dimension)) - dot(mean) / 2;
    });
    expect(relativeError(scored.scores.subarray(row * classes, (row + 1) * classes), wanted)).toBeLessThan(1e-9);
  }
  expect(asIfComplete(scored, left).every(Number.isFinite)).toBe(true);
});

describe.each([
  { name: 'analytic', setting: { strategy: 'analytic', settings: settingsWith({ width: 32 }), lexical: 5 } },
  { name: 'slda', setting: { strategy: 'slda', settings: settingsWith({}), lexical: 0 } },
])('$name', ({ setting: part }) => {
  const setting: Setting = { ...part, tasks: [0, 0, 0], multiLabel: [] };
  const pool = poolOf([0, 1, 2], 105, setting.lexical);
  const [kept, others] = [pool.slice(0, 90), pool.slice(90)];
  const heavy = (weight: number) => others.map((example) => ({ ...example, weight }));

  it('has the state of examples learned twice where they count twice', async () => {
    const parent = await trainStep(setting, { fresh: kept });
    const again = others.map((example) => ({ ...example, id: example.id + 1000 }));
    const twice = await trainStep(setting, { fresh: [...others, ...again], parent });
    const once = await trainStep(setting, { fresh: heavy(2), parent });
    expect(once.state).toEqual(twice.state);
    const out = { fresh: [], withdrawn: kept.slice(0, 3), replayed: kept.slice(3, 80) };
    expect(await trainStep(setting, { ...out, parent: once })).toEqual(
      await trainStep(setting, { ...out, parent: twice }),
    );
  });

  it('forgets what it learned at a weight of 3 and gives up at a weight of 3, to the bit', async () => {
    const never = await trainStep(setting, { fresh: kept });
    const both = await trainStep(setting, { fresh: heavy(3), parent: never, learned: kept, replayed: kept });
    expect(both.facts.examplesInStatistics).toBe(90 + 3 * 15);
    const left = await trainStep(setting, {
      fresh: [],
      withdrawn: heavy(3),
      parent: both,
      learned: kept,
      replayed: kept,
    });
    expect(left).toEqual(never);
  });

  it('reads all weighed examples again while they are few', async () => {
    if (setting.strategy === 'slda') return;
    const parent = await trainStep(setting, { fresh: kept });
    const { facts } = await trainStep(setting, { fresh: heavy(2.25), parent, learned: kept });
    expect(facts).toMatchObject({ examplesReread: 105, examplesInStatistics: 90 + 15 * 2.25 });
  });
});
