/** Tasks of which a text may have several labels, or none: every strategy and head that can learn them. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { balancingClass, openLabelSetIndex } from '#espalier/training/answers.js';
import { scoresOf } from '#espalier/training/heads/head-graph.js';
import type { LabelledVectors, LabelSet, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { fitSigmoid, sigmoidCosts } from '#espalier/training/ridge/sigmoid.js';
import { addExamples, emptyStatistics, removeExamples } from '#espalier/training/ridge/statistics.js';
import { strategies, trainJob } from '#espalier/training/strategies.js';
import { settingsWith } from '../support/declaration.js';
import { multiply } from '../support/dense.js';
import { errorOf } from '../support/errors.js';
import { clusters, dimension, empty, jobOf, join, naiveFeatures, quiet } from '../support/problem.js';

type Sets = readonly (readonly number[])[];
interface Examples {
  /** The number of its first example. */
  readonly from: number;
  readonly sets: Sets;
  readonly vectors: Float32Array;
}

/** Each label is in about two sets of five; a vector is the sum of its labels' centres and noise. */
function examplesOf(labels: readonly number[], count: number, seed: number, always: readonly number[] = []): Examples {
  const random = seededRandom('sets', seed);
  const sets = Array.from({ length: count }, () =>
    labels.filter((label) => always.includes(label) || random.uniform() < 0.4),
  );
  const vectors = new Float32Array(count * dimension);
  for (const [row, set] of sets.entries()) {
    const centres = set.map((label) => seededRandom('centre', label));
    for (let index = 0; index < dimension; index++)
      vectors[row * dimension + index] =
        centres.reduce((sum, centre) => sum + centre.normal(), 0) + 0.3 * random.normal();
  }
  return { from: 1000 * seed, sets, vectors };
}

const first = examplesOf([0, 1, 2], 160, 1);
/** What is new comes with a label that is. */
const second = examplesOf([0, 1, 2, 3], 120, 2, [3]);
const [oldTest, newTest] = [examplesOf([0, 1, 2], 80, 3), examplesOf([0, 1, 2, 3], 80, 4, [3])];

interface Parts {
  readonly fresh: Examples;
  readonly replayed?: Examples;
}

/** Of one multi-label task. */
function multiJob(
  strategy: string,
  labels: number,
  { fresh, replayed }: Parts,
  overrides: Partial<TrainingJob> = {},
): TrainingJob {
  const book = openLabelSetIndex(labels);
  const batchOf = ({ from, sets, vectors }: Examples): LabelledVectors => {
    const targets = Int32Array.from(sets, (classes) => book.targetOf({ task: 0, classes }));
    return { vectors, targets, ids: targets.map((_, row) => from + row) };
  };
  const batches = { fresh: batchOf(fresh), replayed: replayed ? batchOf(replayed) : empty };
  return jobOf(strategy, labels, { ...batches, multiLabel: [0], sets: book.sets, ...overrides });
}

/** Mean Jaccard index; a score of 0 is a probability of a half. */
async function overlapOn({ head }: TrainedHead, { sets, vectors }: Examples, labels: number): Promise<number> {
  const scores = await scoresOf(head, vectors, 1);
  const total = sets.reduce((sum, wanted, row) => {
    const found = [...Array(labels).keys()].filter((label) => scores[row * head.shape.classes + label]! >= 0);
    const both = wanted.filter((label) => found.includes(label)).length;
    const either = wanted.length + found.length - both;
    return sum + (either === 0 ? 1 : both / either);
  }, 0);
  return total / sets.length;
}

const able = strategies.filter(({ multiLabel }) => multiLabel !== false);
const pairs = able.flatMap((strategy) =>
  strategy.headKinds.map((kind) => ({ strategy, kind, name: `${strategy.name}, ${kind}` })),
);
const settingsOf = (kind: string) => settingsWith({ head: kind, rank: 8, epochs: 40, learningRate: 5e-3 });
const share = (examples: Examples, count: number): Examples => ({
  from: examples.from,
  sets: examples.sets.slice(0, count),
  vectors: examples.vectors.slice(0, count * dimension),
});
const both = (a: Examples, b: Examples): Examples => ({
  from: 9000,
  sets: [...a.sets, ...b.sets],
  vectors: Float32Array.from([...a.vectors, ...b.vectors]),
});

/** Nothing of the old is seen again: what they keep is for other tests to say. */
const bufferless = ['ewc', 'ewc-online', 'lwf', 'finetune', 'a-gem'];

describe.each(pairs)('the strategy and head $name', ({ strategy, kind }) => {
  const settings = settingsOf(kind);
  const learn = () => trainJob(multiJob(strategy.name, 3, { fresh: first }, { settings, budget: 80 }), quiet);

  it('learns sets of labels, the empty one too', async () => {
    expect(await overlapOn(await learn(), oldTest, 3)).toBeGreaterThan(0.8);
  });

  it('learns a label that is added, and goes on knowing the others, and gives the same bytes again', async () => {
    const parent = await learn();
    const goesOn = strategy.continues(parent, settings);
    const parts = goesOn
      ? { fresh: second, ...(strategy.replays && { replayed: share(first, 80) }) }
      : { fresh: both(first, second) };
    const job = multiJob(strategy.name, 4, parts, { settings, budget: 80, ...(goesOn && { parent }) });
    const child = await trainJob(job, quiet);
    expect(await overlapOn(child, newTest, 4)).toBeGreaterThan(0.7);
    if (!bufferless.includes(strategy.name)) expect(await overlapOn(child, oldTest, 4)).toBeGreaterThan(0.7);
    expect(await trainJob(structuredClone(job), quiet)).toEqual(child);
  });
});

describe('a strategy whose formula needs classes that exclude each other', () => {
  it('is refused before anything is trained, and those that can are named', async () => {
    const error = await errorOf(trainJob(multiJob('slda', 3, { fresh: first }), quiet));
    expect([error.code, error.at?.field]).toEqual(['DECLARATION_INVALID', 'strategy']);
    for (const { name } of able) expect(error.hint).toContain(name);
  });
});

describe('the closed form', () => {
  const settings = settingsWith({ width: 64 });

  it('is the ridge solution for the matrix of all labels, up to its calibration', async () => {
    const { head, facts } = await trainJob(multiJob('analytic', 3, { fresh: first }, { settings }), quiet);
    const features = naiveFeatures(head, first.vectors).map((value) => value * 32);
    const width = features.length / first.sets.length;
    const turned = Float64Array.from(features, (_, index) => {
      const [column, row] = [Math.floor(index / first.sets.length), index % first.sets.length];
      return features[row * width + column]!;
    });
    const gram = multiply(turned, features, [width, first.sets.length, width]);
    const truth = Float64Array.from({ length: first.sets.length * 3 }, (_, at) =>
      first.sets[Math.floor(at / 3)]!.includes(at % 3) ? 1 : 0,
    );
    const cross = multiply(turned, truth, [width, first.sets.length, 3]);
    const weight = Float64Array.from(head.tensors.weight!.data, (value) => (value * facts.temperature!) / 32);
    // (G + lambda I) W = Q
    const left = multiply(gram, weight, [width, width, 3]).map(
      (value, index) => value + facts.lambda! * weight[index]!,
    );
    const largest = cross.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [index, value] of left.entries()) expect(Math.abs(value - cross[index]!) / largest).toBeLessThan(1e-5);
  });

  it('counts an example for each of its labels, and takes it out to the same bits', async () => {
    const features = { kind: 'none', tensors: {} } as const;
    const input = (examples: Examples) => {
      const { fresh, sets } = multiJob('analytic', 3, { fresh: examples });
      const own = sets!.map(({ classes }: LabelSet) => classes);
      return { inputs: fresh.vectors, targets: fresh.targets, sets: own, features, threads: 1, progress: quiet };
    };
    const alone = await addExamples(emptyStatistics(dimension, 3), input(first));
    const together = await addExamples(structuredClone(alone), input(oldTest));
    expect(together.cross).not.toEqual(alone.cross);
    expect(await removeExamples(together, input(oldTest))).toEqual(alone);
  });

  it('says a half where a label is as likely as not', async () => {
    const { head } = await trainJob(multiJob('analytic', 3, { fresh: first }, { settings }), quiet);
    const scores = await scoresOf(head, oldTest.vectors, 1);
    const answers = [...scores].map((score, at) => ({
      probability: 1 / (1 + Math.exp(-score)),
      truth: oldTest.sets[Math.floor(at / 3)]!.includes(at % 3) ? 1 : 0,
    }));
    const [sure, unsure] = [
      answers.filter(({ probability }) => probability > 0.8),
      answers.filter(({ probability }) => probability < 0.2),
    ];
    const shareTrue = (own: typeof answers) => own.reduce((sum, { truth }) => sum + truth, 0) / own.length;
    expect(shareTrue(sure)).toBeGreaterThan(0.85);
    expect(shareTrue(unsure)).toBeLessThan(0.15);
  });
});

describe('the sigmoid of scores', () => {
  it('is where no other near it has a higher likelihood of the smoothed truth', () => {
    const random = seededRandom('sigmoid');
    const scores = Float64Array.from({ length: 400 }, () => random.normal());
    const truth = scores.map((score) => (random.uniform() < 1 / (1 + Math.exp(-(3 * score - 1))) ? 1 : 0));
    const found = fitSigmoid(scores, truth);
    expect(found.slope).toBeGreaterThan(2);
    const cost = (slope: number, offset: number) =>
      sigmoidCosts(scores, truth, 1, { slope, offset }).reduce((a, b) => a + b);
    // Platt's smoothing moves the minimum a little: well beside it the plain cost is higher too.
    for (const factor of [0.7, 1.4])
      expect(cost(found.slope * factor, found.offset)).toBeGreaterThan(cost(found.slope, found.offset));
    for (const step of [-0.4, 0.4])
      expect(cost(found.slope, found.offset + step)).toBeGreaterThan(cost(found.slope, found.offset));
  });

  it('leaves the share of truth to scores that say the contrary', () => {
    const scores = Float64Array.from({ length: 100 }, (_, index) => index / 100);
    const { slope, offset } = fitSigmoid(
      scores,
      scores.map((score) => (score < 0.3 ? 1 : 0)),
    );
    expect(slope).toBeLessThan(1e-6);
    expect(slope).toBeGreaterThan(0);
    expect(1 / (1 + Math.exp(-offset))).toBeCloseTo(0.3, 1);
  });

  it('stays finite where all are told apart, where none is true, and where scores say nothing', () => {
    const cases = [
      [Float64Array.of(-1, -1, 1, 1), [0, 0, 1, 1]],
      [Float64Array.of(-1, 0, 1), [0, 0, 0]],
      [new Float64Array(4), [0, 1, 0, 1]],
    ] as const;
    for (const [scores, truth] of cases) {
      const { slope, offset } = fitSigmoid(scores, truth);
      expect(Number.isFinite(slope) && Number.isFinite(offset)).toBe(true);
    }
  });
});

describe('a multi-label task beside one whose classes exclude each other', () => {
  const exclusive = clusters({ classes: [3, 4], perClass: 60, noise: 0.4, seed: 9 });
  const mixed = (strategy: string, kind: string, sets = first): TrainingJob => {
    const one = multiJob(strategy, 5, { fresh: sets });
    return {
      ...one,
      settings: settingsOf(kind),
      tasks: Int32Array.of(0, 0, 0, 1, 1),
      fresh: join(one.fresh, exclusive),
    };
  };

  it.each([
    ['analytic', 'ridge'],
    ['finetune', 'linear'],
    ['ewc', 'linear'],
    ['replay', 'linear'],
  ])('%s, %s: both are learned', async (strategy, kind) => {
    const trained = await trainJob(mixed(strategy, kind), quiet);
    expect(await overlapOn(trained, oldTest, 3)).toBeGreaterThan(0.8);
    const scores = await scoresOf(trained.head, exclusive.vectors, 1);
    const right = exclusive.targets.filter((target, row) => scores[row * 5 + target]! > scores[row * 5 + 7 - target]!);
    expect(right.length / exclusive.targets.length).toBeGreaterThan(0.95);
  });

  it('leaves what the other task keeps as it is, whatever its own labels are: bit for bit', async () => {
    const relabelled = { ...first, sets: first.sets.map((_, index) => first.sets.at(-1 - index)!) };
    const [one, other] = [
      await trainJob(mixed('analytic', 'ridge'), quiet),
      await trainJob(mixed('analytic', 'ridge', relabelled), quiet),
    ];
    expect(one.state['statistics.cross']).not.toEqual(other.state['statistics.cross']);
    for (const name of ['gram', 'cross', 'count'])
      expect(one.state[`task1.statistics.${name}`]).toEqual(other.state[`task1.statistics.${name}`]);
    expect(one.state['task1.statistics.gram']).toBeDefined();
  });
});

describe('what an example is balanced by', () => {
  it('is the rarest label of its set, and one number for all without labels', () => {
    const vectors = new Float32Array(5 * dimension);
    const job = multiJob('replay', 3, { fresh: { from: 0, sets: [[0, 1], [0], [0, 2], [1, 2], []], vectors } });
    // 0 is in three sets, 1 and 2 in two.
    expect([...job.fresh.targets].map(balancingClass(job))).toEqual([1, 0, 2, 1, 3]);
  });
});
