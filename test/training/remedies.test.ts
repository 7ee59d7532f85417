/** What each remedy does of its own: its knob matters, and what it keeps is what the paper says. */
import { describe, expect, it } from 'vitest';
import { newGraph } from '#espalier/core/onnx.js';
import { arithmeticIn } from '#espalier/training/autodiff/arithmetic.js';
import { fisherDiagonal } from '#espalier/training/fisher.js';
import { uncalibrated } from '#espalier/training/heads/calibrated.js';
import { scoresOf as servedScoresOf } from '#espalier/training/heads/head-graph.js';
import type { Head, LabelledVectors, Strategy, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { compile } from '#espalier/training/native.js';
import { poseProblem } from '#espalier/training/problem.js';
import { project } from '#espalier/training/strategies/a-gem.js';
import { derpp } from '#espalier/training/strategies/derpp.js';
import { erAce } from '#espalier/training/strategies/er-ace.js';
import { ewc, ewcOnline } from '#espalier/training/strategies/ewc.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import { gdumb } from '#espalier/training/strategies/gdumb.js';
import { joint } from '#espalier/training/strategies/joint.js';
import { lwf } from '#espalier/training/strategies/lwf.js';
import { progressive } from '#espalier/training/strategies/progressive.js';
import { replay } from '#espalier/training/strategies/replay.js';
import { slda } from '#espalier/training/strategies/slda.js';
import { settingsWith } from '../support/declaration.js';
import { relativeError, solveDense, withDiagonal } from '../support/dense.js';
import {
  accuracyOf,
  clusters,
  dimension,
  jobOf,
  join,
  naiveInputs,
  quiet,
  roundToEven,
  slice,
} from '../support/problem.js';

const first = clusters({ classes: [0, 1, 2, 3], perClass: 30, noise: 0.8, seed: 1 });
const second = clusters({ classes: [4, 5, 6, 7], perClass: 30, noise: 0.8, seed: 2 });
const test = clusters({ classes: [0, 1, 2, 3], perClass: 40, noise: 0.8, seed: 3 });
const gentle = { learningRate: 0.01, rank: 4 };

/** Scores as they were trained. */
const scoresOf = (head: Head, vectors: Float32Array, threads: number) =>
  servedScoresOf(uncalibrated(head), vectors, threads);
const settingsOf = (options: Record<string, number> = {}) => settingsWith({ ...gentle, options });
const learn = (strategy: Strategy) =>
  strategy.train(jobOf(strategy.name, 4, { fresh: first, settings: settingsOf() }), quiet);
const update = (
  strategy: Strategy,
  parent: TrainedHead,
  job: Partial<TrainingJob> = {},
  options: Record<string, number> = {},
) => strategy.train(jobOf(strategy.name, 8, { fresh: second, parent, settings: settingsOf(options), ...job }), quiet);
const weightOf = ({ head }: TrainedHead) => head.tensors.weight!.data;
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a, (value, index) => (value - b[index]!) ** 2).reduce((x, y) => x + y, 0));
/** Columns of the classes [0, known) of a weight matrix. */
const columns = (weight: ArrayLike<number>, classes: number, known: number) =>
  Array.from(weight).filter((_, index) => index % classes < known);

describe('ewc', () => {
  it.each([ewc, ewcOnline])(
    '$name without lambda is fine-tuning; the larger it is, the nearer the old weights stay, and the more is kept',
    async (strategy) => {
      const parent = await learn(strategy);
      const old = weightOf(parent);
      const free = await update(strategy, parent, {}, { lambda: 0 });
      expect(weightOf(free)).toEqual(weightOf(await update(finetune, parent)));
      const [loose, tight] = [
        await update(strategy, parent, {}, { lambda: 30 }),
        await update(strategy, parent, {}, { lambda: 3000 }),
      ];
      const moved = [free, loose, tight].map((trained) => distance(columns(weightOf(trained), 8, 4), old));
      expect(moved[1]).toBeLessThan(moved[0]! * 0.9);
      expect(moved[2]).toBeLessThan(moved[1]! * 0.9);
      expect(await accuracyOf(tight, test)).toBeGreaterThan((await accuracyOf(free, test)) + 0.2);
    },
  );

  it('holds each weight by the sum of all updates, at their mean weighted by information', async () => {
    const one = await learn(ewc);
    const two = await update(ewc, one);
    const alone = await fisherOf(two, second);
    const [before, after] = [one.state['ewc.precision.bias']!.data, two.state['ewc.precision.bias']!.data];
    for (let index = 0; index < 8; index++)
      expect(after[index]).toBeCloseTo((before[index] ?? 0) + alone.bias![index]!, 6);
    const [then, now] = [one.head.tensors.bias!.data, two.head.tensors.bias!.data];
    const wanted = (before[1]! * then[1]! + alone.bias![1]! * now[1]!) / (before[1]! + alone.bias![1]!);
    expect(two.state['ewc.centre.bias']!.data[1]).toBeCloseTo(wanted, 5);
  });

  it('online: lets earlier information fade, and holds the last weights', async () => {
    const one = await learn(ewcOnline);
    const two = await update(ewcOnline, one, {}, { decay: 0.5 });
    const alone = await fisherOf(two, second);
    expect(two.state['ewc.precision.bias']!.data[1]).toBeCloseTo(
      0.5 * one.state['ewc.precision.bias']!.data[1]! + alone.bias![1]!,
      6,
    );
    expect(two.state['ewc.centre.bias']!.data).toEqual(two.head.tensors.bias!.data);
  });

  const fisherOf = ({ head: served }: TrainedHead, fresh: LabelledVectors, head = uncalibrated(served)) =>
    fisherDiagonal(
      poseProblem(jobOf('ewc', 8, { fresh, settings: settingsOf(), parent: { head, state: {}, facts: {} } }), {
        usualKind: 'linear',
      }),
      head,
    );
});

describe('the Fisher information', () => {
  it('of a head that knows nothing is x^2 (1/C)(1 - 1/C) for every weight, as theory says', async () => {
    const many = clusters({ classes: [0, 1, 2, 3], perClass: 1000, noise: 0.8, seed: 9 });
    const problem = poseProblem(jobOf('ewc', 4, { fresh: many, settings: settingsOf() }), { usualKind: 'linear' });
    const { weight, bias } = await fisherDiagonal(problem, problem.start);
    const x = problem.data.x!;
    const squares = Array.from({ length: dimension }, (_, index) => {
      let sum = 0;
      for (let at = index; at < x.length; at += dimension) sum += x[at]! ** 2;
      return sum / 4000;
    });
    const share = 0.25 * 0.75;
    expect(
      relativeError(
        weight!,
        squares.flatMap((square) => Array(4).fill(square * share)),
      ),
    ).toBeLessThan(0.1);
    expect(relativeError(bias!, Array(4).fill(share))).toBeLessThan(0.1);
  });

  it('is a sum of squares of single gradients, not the square of their mean: two examples that pull apart do not cancel', async () => {
    const pair: LabelledVectors = {
      vectors: Float32Array.from([...Array(dimension).fill(1), ...Array(dimension).fill(-1)]),
      targets: Int32Array.of(0, 1),
      ids: Int32Array.of(1, 2),
    };
    const problem = poseProblem(jobOf('ewc', 2, { fresh: pair, settings: settingsOf() }), { usualKind: 'linear' });
    const { weight } = await fisherDiagonal(problem, problem.start);
    // With two classes (p - y)^2 is a quarter whatever the answer, and x^2 is 1.
    expect(relativeError(weight!, Array(weight!.length).fill(0.25))).toBeLessThan(1e-5);
  });

  it('of several tasks is of each example within its own task: it has no mass in the columns of another', async () => {
    const ofTwoTasks = jobOf('ewc', 4, {
      fresh: clusters({ classes: [0, 1], perClass: 30, noise: 0.8, seed: 1 }),
      settings: settingsOf(),
    });
    const problem = poseProblem({ ...ofTwoTasks, tasks: Int32Array.of(0, 0, 1, 1) }, { usualKind: 'linear' });
    const { weight, bias } = await fisherDiagonal(problem, problem.start);
    expect([...bias!].map((mass) => mass > 0)).toEqual([true, true, false, false]);
    expect(weight!.filter((_, at) => at % 4 > 1).every((mass) => mass === 0)).toBe(true);
    expect(weight!.filter((_, at) => at % 4 < 2).every((mass) => mass > 0)).toBe(true);
  });
});

describe('lwf', () => {
  it('without alpha is fine-tuning; with it the old head still answers new texts as before', async () => {
    const parent = await learn(finetune);
    const free = await update(lwf, parent, {}, { alpha: 0 });
    expect(weightOf(free)).toEqual(weightOf(await update(finetune, parent)));
    const taught = await update(lwf, parent, {}, { alpha: 10 });
    const before = await oldAnswers(parent);
    expect(distance(await oldAnswers(taught), before)).toBeLessThan(distance(await oldAnswers(free), before) / 2);
  });

  /** Softmax over the old classes alone, for the new texts. */
  async function oldAnswers({ head }: TrainedHead): Promise<number[]> {
    const scores = await scoresOf(head, second.vectors, 1);
    return Array.from(second.targets).flatMap((_, row) => {
      const powers = Array.from({ length: 4 }, (__, index) => Math.exp(scores[row * head.shape.classes + index]! / 2));
      const total = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / total);
    });
  }
});

describe('derpp', () => {
  const buffer = slice(first, 0, 24);

  it('keeps the scores of each example from the time when it was learned, and drops those that left the buffer', async () => {
    const one = await learn(derpp);
    const { 'stored.ids': ids, 'stored.scores': scores } = one.state;
    expect([...ids!.data]).toEqual([...first.ids]);
    expect(relativeError(scores!.data, await scoresOf(one.head, first.vectors, 1))).toBeLessThan(1e-6);
    const two = await update(derpp, one, { replayed: buffer });
    expect([...two.state['stored.ids']!.data]).toEqual([...buffer.ids, ...second.ids]);
    expect([...two.state['stored.classes']!.data]).toEqual([...Array(24).fill(4), ...Array(120).fill(8)]);
    expect(columns(two.state['stored.scores']!.data.slice(0, 24 * 8), 8, 4)).toEqual([
      ...scores!.data.slice(0, 24 * 4),
    ]);
  });

  it('holds those scores: the larger alpha, the nearer they stay', async () => {
    const one = await learn(derpp);
    const before = await scoresOf(one.head, buffer.vectors, 1);
    const gapOf = async (alpha: number) => {
      const { head } = await update(derpp, one, { replayed: buffer }, { alpha, beta: 0 });
      return distance(columns(await scoresOf(head, buffer.vectors, 1), 8, 4), before);
    };
    const [none, much] = [await gapOf(0), await gapOf(30)];
    expect(much).toBeLessThan(none / 4);
  });
});

describe('er-ace', () => {
  it('does not move a single weight of an old class while it learns new ones, but for what rehearsal asks', async () => {
    const parent = await learn(finetune);
    const child = await update(erAce, parent, { settings: settingsWith({ ...gentle, weightDecay: 0 }) });
    expect(columns(weightOf(child), 8, 4)).toEqual([...weightOf(parent)]);
    expect(distance(columns(weightOf(await update(finetune, parent)), 8, 4), weightOf(parent))).toBeGreaterThan(0.1);
  });

  it('compares new classes with those of their own minibatch alone: of one example there is nothing to learn', async () => {
    const parent = await learn(finetune);
    const moved = async (batchSize: number) => {
      const settings = settingsWith({ ...gentle, weightDecay: 0, batchSize });
      const child = await update(erAce, parent, { settings });
      return distance(
        weightOf(child),
        weightOf(await update(erAce, parent, { settings: { ...settings, epochs: 1, learningRate: 1e-30 } })),
      );
    };
    expect(await moved(1)).toBeLessThan(1e-6);
    expect(await moved(16)).toBeGreaterThan(0.1);
  });
});

describe('a-gem', () => {
  async function projected(gradient: number[], reference: number[]): Promise<number[]> {
    const graph = newGraph('projection');
    const arithmetic = arithmeticIn(graph, 'float64');
    const names = ['a', 'b'];
    const of = (kind: string) => new Map(names.map((name) => [name, graph.input(`${kind}_${name}`, 'float64', [2])]));
    for (const [name, value] of project(arithmetic, of('g'), of('r'))) graph.output(value, name, 'float64', [2]);
    const native = await compile(graph, 1);
    const inputs = { g: gradient, r: reference };
    const feeds = Object.entries(inputs).flatMap(([kind, values]) =>
      names.map(
        (name, at) =>
          [`${kind}_${name}`, { data: Float64Array.from(values.slice(2 * at, 2 * at + 2)), dims: [2] }] as const,
      ),
    );
    const { a, b } = await native.run(Object.fromEntries(feeds));
    await native.close();
    return [...a!, ...b!];
  }

  it('leaves a gradient that does the buffer no harm', async () => {
    expect(await projected([1, 2, 3, 4], [1, 0, 0, 1])).toEqual([1, 2, 3, 4]);
  });

  it('takes out of another just what points against the buffer, over all parameters as one vector', async () => {
    const [g, r] = [
      [1, -2, 0.5, -1],
      [0, 2, 0, 2],
    ];
    const found = await projected(g, r);
    const along = g.reduce((sum, value, index) => sum + value * r[index]!, 0);
    expect(found).toEqual(g.map((value, index) => value - (along / 8) * r[index]!));
    expect(found.reduce((sum, value, index) => sum + value * r[index]!, 0)).toBeCloseTo(0, 12);
  });
});

describe('replay', () => {
  it('remembers more from a larger buffer', async () => {
    const parent = await learn(replay);
    const after = async (count: number) =>
      accuracyOf(await update(replay, parent, { replayed: slice(first, 0, count) }), test);
    expect(await after(80)).toBeGreaterThan((await accuracyOf(await update(finetune, parent), test)) + 0.3);
    expect(await after(80)).toBeGreaterThanOrEqual(await after(4));
  });

  it('goes on with what the optimiser carried', async () => {
    const parent = await learn(replay);
    expect(parent.state['optimiser.weight_v']!.dims).toEqual([dimension, 4]);
    const job = { replayed: slice(first, 0, 24) };
    const [carried, fresh] = [await update(replay, parent, job), await update(replay, { ...parent, state: {} }, job)];
    const moved = (trained: TrainedHead) => distance(columns(weightOf(trained), 8, 4), weightOf(parent));
    expect(moved(carried)).toBeLessThan(moved(fresh));
  });
});

describe('gdumb', () => {
  it('learns from the memory alone, of which each class has its share, whatever came before', async () => {
    const settings = settingsOf({ passes: 5 });
    const job = jobOf('gdumb', 8, { fresh: second, replayed: first, budget: 16, settings });
    const [one, other] = [
      await gdumb.train(job, quiet),
      await gdumb.train({ ...job, parent: await learn(finetune) }, quiet),
    ];
    expect(weightOf(one)).toEqual(weightOf(other));
    const rich = await gdumb.train({ ...job, budget: 240 }, quiet);
    expect(await accuracyOf(rich, test)).toBeGreaterThan((await accuracyOf(one, test)) + 0.02);
  });

  it.each([1, 5, 8, 13])(
    'learns from no more examples than the budget of %i, also where the classes are more',
    async (budget) => {
      const settings = settingsWith({ ...gentle, batchSize: 1, options: { passes: 1 } });
      const job = jobOf('gdumb', 8, { fresh: second, replayed: first, budget, settings });
      expect((await gdumb.train(job, quiet)).facts.memory).toBe(budget);
    },
  );
});

describe('progressive', () => {
  it('changes nothing of what does not come again, bit for bit: no tensor of an earlier column, and no score of its classes', async () => {
    const one = await learn(progressive);
    const two = await update(progressive, one, { replayed: slice(first, 0, 24) });
    expect(two.head.shape.columns).toBe(2);
    const before = await scoresOf(one.head, test.vectors, 1);
    expect(columns(await scoresOf(two.head, test.vectors, 1), 8, 4)).toEqual([...before]);
    for (const [name, { data }] of Object.entries(uncalibrated(one.head).tensors)) {
      const now = two.head.tensors[name]!;
      expect(
        now.dims.length === 2 || now.dims[0] === 8
          ? columns(now.data, now.dims.at(-1)!, one.head.tensors[name]!.dims.at(-1)!)
          : [...now.data],
      ).toEqual([...data]);
    }
    expect(await accuracyOf(two, test)).toBeGreaterThan(0.8);
  });

  it('learns more of classes that it knows, also where a few examples of a new class come with them', async () => {
    const vague = (seed: number, perClass: number, classes: readonly number[]) =>
      clusters({ classes, perClass, noise: 2, seed });
    const settings = settingsWith({ learningRate: 0.02, rank: 4 });
    const start = vague(11, 2, [0, 1, 2, 3]);
    const one = await progressive.train(jobOf('progressive', 4, { fresh: start, settings }), quiet);
    const held = vague(12, 100, [0, 1, 2, 3]);
    const more = vague(13, 60, [0, 1, 2, 3]);
    const after = async (classes: number, fresh: LabelledVectors) =>
      accuracyOf(
        await progressive.train(
          jobOf('progressive', classes, { fresh, replayed: start, settings, parent: one }),
          quiet,
        ),
        held,
        [0, 1, 2, 3],
      );
    const [known, mixed] = [await after(4, more), await after(5, join(more, vague(14, 5, [4])))];
    expect(known).toBeGreaterThan((await accuracyOf(one, held)) + 0.05);
    expect(mixed).toBeGreaterThan(known - 0.05);
  });
});

describe('joint', () => {
  it('is the head of all data, whatever the parent', async () => {
    const job = jobOf('joint', 8, { fresh: { ...first }, settings: settingsOf() });
    const [one, other] = [
      await joint.train(job, quiet),
      await joint.train({ ...job, parent: await learn(finetune) }, quiet),
    ];
    expect(one).toEqual(other);
    expect(joint.continues(one, job.settings)).toBe(false);
  });
});

describe('slda', () => {
  it('is the discriminants of plain means and covariance, shrunk as it says', async () => {
    const trained = await slda.train(jobOf('slda', 4, { fresh: first, settings: settingsOf() }), quiet);
    const { temperature, shrinkage } = trained.facts;
    const x = naiveInputs(trained.head, first.vectors).map(
      (value) => roundToEven(Math.max(-63, Math.min(63, value * 16))) / 16,
    );
    const means = [0, 1, 2, 3].map((target) => meanOf(x, (row) => first.targets[row] === target));
    const covariance = new Float64Array(dimension ** 2);
    for (const [row, target] of first.targets.entries())
      for (let i = 0; i < dimension; i++)
        for (let j = 0; j < dimension; j++)
          covariance[i * dimension + j]! +=
            ((x[row * dimension + i]! - means[target]![i]!) * (x[row * dimension + j]! - means[target]![j]!)) /
            first.targets.length;
    const trace = Array.from({ length: dimension }, (_, i) => covariance[i * dimension + i]!).reduce((a, b) => a + b);
    const shrunk = withDiagonal(
      covariance.map((value) => value * (1 - shrinkage!)),
      dimension,
      (shrinkage! * trace) / dimension,
    );
    const columnsOfMeans = Float64Array.from(
      { length: dimension * 4 },
      (_, index) => means[index % 4]![Math.floor(index / 4)]!,
    );
    const wanted = solveDense(shrunk, columnsOfMeans, dimension, 4);
    expect(relativeError(weightOf(trained), wanted)).toBeLessThan(1e-4);
    expect(trained.head.tensors.temperature!.data[0]).toBeCloseTo(temperature!, 5);
    expect(shrinkage).toBeGreaterThan(0);
    expect(shrinkage).toBeLessThan(0.9);
  });

  it('in two updates is the head of one', async () => {
    const settings = settingsOf();
    const one = await slda.train(jobOf('slda', 4, { fresh: slice(first, 0, 60), settings }), quiet);
    const two = await slda.train(jobOf('slda', 4, { fresh: slice(first, 60, 120), settings, parent: one }), quiet);
    const start = { ...one, state: {} };
    const joint = await slda.train(jobOf('slda', 4, { fresh: first, settings, parent: start }), quiet);
    expect(two.state['statistics.gram']).toEqual(joint.state['statistics.gram']);
    expect(relativeError(weightOf(two), weightOf(joint))).toBeLessThan(1e-6);
  });

  function meanOf(x: Float64Array, isOwn: (row: number) => boolean): number[] {
    const rows = [...Array(x.length / dimension).keys()].filter(isOwn);
    return Array.from(
      { length: dimension },
      (_, column) => rows.reduce((sum, row) => sum + x[row * dimension + column]!, 0) / rows.length,
    );
  }
});
