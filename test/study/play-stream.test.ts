import { describe, expect, it } from 'vitest';
import { balancedReservoir } from '#espalier/replay/policies/balanced-reservoir.js';
import { playStream } from '#espalier/study/play-stream.js';
import type { Labelled, StreamStep } from '#espalier/study/stream.js';
import type { LabelledVectors, Strategy, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import { joint } from '#espalier/training/strategies/joint.js';
import { settingsWith } from '../support/declaration.js';

type Direction = readonly [number, number];
const [east, west, north, south, southWest] = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [-1, -1],
] as const;

const labelled = (...rows: readonly (readonly [string, Direction])[]): Labelled => ({
  labels: rows.map(([label]) => label),
  vectors: Float32Array.from(rows.flatMap(([, direction]) => direction)),
});
const step = (name: string, train: Labelled, test: Labelled): StreamStep => ({ name, task: 'intent', train, test });

/**
 * Labels are points of the compass. The third domain brings one label of the first again, so part of it is known before
 * it comes.
 */
const stream = [
  step('A', labelled(['a1', east], ['a1', east], ['a2', west]), labelled(['a1', east], ['a2', west])),
  step('B', labelled(['b1', north], ['b2', south]), labelled(['b1', north], ['b2', south])),
  step('C', labelled(['a1', east], ['c1', southWest]), labelled(['a1', east], ['a1', east], ['c1', southWest])),
];

/** The mean of each class that the job brings; what it does not bring is never answered. */
function trainPrototypes({ dimension, classes, fresh, replayed }: TrainingJob): TrainedHead {
  const weight = new Float32Array(dimension * classes.length);
  const bias = new Float32Array(classes.length).fill(-10);
  for (const { vectors, targets } of [fresh, replayed]) {
    for (const [row, target] of targets.entries()) {
      bias[target] = 0;
      const own = vectors.subarray(row * dimension, (row + 1) * dimension);
      const length = Math.hypot(...own);
      for (const [axis, value] of own.entries()) weight[axis * classes.length + target] = value / length;
    }
  }
  const tensors = {
    mean: { dims: [dimension], data: new Float32Array(dimension) },
    scale: { dims: [dimension], data: new Float32Array(dimension).fill(1) },
    weight: { dims: [dimension, classes.length], data: weight },
    bias: { dims: [classes.length], data: bias },
  };
  return {
    head: { kind: 'linear', shape: { dimension, lexical: 0, classes: classes.length }, tensors },
    state: {},
    facts: {},
  };
}

/** A strategy that trains prototypes. */
const strategyThat = (replays: boolean, goesOn: boolean): Strategy => ({
  name: 'prototypes',
  summary: '',
  headKinds: ['linear'],
  replays,
  options: {},
  continues: () => goesOn,
  train: async (job) => trainPrototypes(job),
});

/** Plays the stream, and keeps the jobs. */
async function play(strategy: Strategy, budget: number, steps: readonly StreamStep[] = stream) {
  const jobs: TrainingJob[] = [];
  const settings = settingsWith({ epochs: 3, head: 'linear' });
  const train = (job: TrainingJob) => {
    jobs.push(job);
    return strategy.train(job, () => undefined);
  };
  return {
    jobs,
    outcome: await playStream({ steps, strategy, lexical: 0, settings, policy: balancedReservoir, budget, train }),
  };
}

const namesOf = ({ classes }: TrainingJob, { targets }: LabelledVectors) =>
  [...targets].map((target) => classes[target]);
/** mean and scale of 2 numbers, 2 weights and a bias for each of 5 classes; float32. */
const headBytes = (2 + 2 + 3 * 5) * 4;

describe('a stream played without replay', () => {
  it('fills the matrix as worked by hand: what is not brought again is forgotten', async () => {
    const { outcome } = await play(strategyThat(false, true), 0);
    expect(outcome.domains).toEqual(['A', 'B', 'C']);
    expect(outcome.matrix).toEqual([
      [1, undefined, 2 / 3],
      [0, 1, 0],
      [1 / 2, 0, 1],
    ]);
    expect(outcome.averageAccuracy).toBeCloseTo(1 / 2, 12);
    expect(outcome.forgetting).toBeCloseTo((1 / 2 + 1) / 2, 12);
    expect(outcome.backwardTransfer).toBeCloseTo(-(1 / 2 + 1) / 2, 12);
    // Of C, with two labels, nothing was left just before it came; of B nothing had ever been known.
    expect(outcome.forwardTransfer).toBeCloseTo(0 - 1 / 2, 12);
    expect(outcome.bytesStored).toBe(headBytes);
  });

  it('gives each update its own examples, classes in the order in which they came, and the parent', async () => {
    const { jobs } = await play(strategyThat(false, true), 0);
    expect(jobs.map((job) => namesOf(job, job.fresh))).toEqual([
      ['a1', 'a1', 'a2'],
      ['b1', 'b2'],
      ['a1', 'c1'],
    ]);
    expect(jobs.map(({ replayed }) => replayed.targets.length)).toEqual([0, 0, 0]);
    expect(jobs[2]!.classes).toEqual(['a1', 'a2', 'b1', 'b2', 'c1']);
    expect(jobs.map(({ parent }) => parent?.head.shape.classes)).toEqual([undefined, 2, 4]);
  });
});

describe('a stream played with replay', () => {
  it('keeps what the buffer keeps, and foresees what is known before it comes', async () => {
    const { outcome, jobs } = await play(strategyThat(true, true), 4);
    expect(outcome.matrix).toEqual([
      [1, undefined, 2 / 3],
      [1, 1, 2 / 3],
      [1, 1, 1],
    ]);
    expect(outcome).toMatchObject({ averageAccuracy: 1, forgetting: 0, backwardTransfer: 0 });
    expect(outcome.forwardTransfer).toBeCloseTo(2 / 3 - 1 / 2, 12);
    expect(new Set(namesOf(jobs[2]!, jobs[2]!.replayed))).toEqual(new Set(['a1', 'a2', 'b1', 'b2']));
    expect(outcome.bytesStored).toBe(headBytes + 4 * 2 * 4);
  });

  it('never replays more than the budget, nor anything of the update itself', async () => {
    const { outcome, jobs } = await play(strategyThat(true, true), 2);
    expect(jobs.map(({ budget, replayed }) => [budget, replayed.targets.length])).toEqual([
      [2, 0],
      [2, 2],
      [2, 2],
    ]);
    for (const { fresh, replayed } of jobs)
      expect([...replayed.ids].filter((id) => fresh.ids.includes(id))).toEqual([]);
    expect(outcome.bytesStored).toBe(headBytes + 2 * 2 * 4);
  });
});

describe('a strategy that cannot go on', () => {
  it('gets everything that came so far as new, no parent, and keeps it all', async () => {
    const { outcome, jobs } = await play(strategyThat(true, false), 4);
    expect(jobs.map(({ fresh, replayed, parent }) => [fresh.targets.length, replayed.targets.length, parent])).toEqual([
      [3, 0, undefined],
      [5, 0, undefined],
      [7, 0, undefined],
    ]);
    expect(outcome.bytesStored).toBe(headBytes + 7 * 2 * 4);
  });

  it('is joint training; fine-tuning goes on', async () => {
    const all = await play(joint, 0);
    expect(all.jobs.map(({ fresh }) => fresh.targets.length)).toEqual([3, 5, 7]);
    const alone = await play(finetune, 0);
    expect(alone.jobs.map(({ fresh, parent }) => [fresh.targets.length, parent !== undefined])).toEqual([
      [3, false],
      [2, true],
      [2, true],
    ]);
  });
});

describe('a domain', () => {
  it('of which nothing is held out has no accuracy, and the averages pass over it', async () => {
    const blind = stream.map((one) => (one.name === 'A' ? { ...one, test: labelled() } : one));
    const { outcome } = await play(strategyThat(false, true), 0, blind);
    expect(outcome.matrix.map((row) => row[0])).toEqual([undefined, undefined, undefined]);
    expect(outcome.averageAccuracy).toBeCloseTo((0 + 1) / 2, 12);
  });

  it('that comes in two steps is measured over both, also before either is known', async () => {
    const again = [
      stream[0]!,
      step('D', labelled(['d1', north]), labelled(['d1', north])),
      step('D', labelled(['a1', east]), labelled(['a1', east])),
    ];
    const { outcome } = await play(strategyThat(true, true), 4, again);
    expect(outcome.matrix.map((row) => row[1])).toEqual([1 / 2, 1, 1]);
  });
});
