/** Examples that are taken out of what a head has learned: exact sums are those of never having had them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import type { TrainedHead } from '#espalier/training/job.js';
import { unpackStatistics } from '#espalier/training/ridge/statistics.js';
import { type PoolExample, poolOf, type Setting, trainStep } from '../support/curation.js';
import { settingsWith } from '../support/declaration.js';
import { relativeError, solveDense, wholeGram, withDiagonal } from '../support/dense.js';
import { errorOf } from '../support/errors.js';

const settings = settingsWith({ width: 32 });
const oneTask: Setting = { strategy: 'analytic', settings, lexical: 0, tasks: [0, 0, 0], multiLabel: [] };
const withWords: Setting = { ...oneTask, lexical: 5 };
const kindOf = (features: 'relu' | 'fourier' | 'none') => settingsWith({ width: 32, features });
const cases: readonly { name: string; setting: Setting }[] = [
  { name: 'relu features', setting: oneTask },
  { name: 'Fourier features', setting: { ...oneTask, settings: kindOf('fourier') } },
  { name: 'the embedding itself', setting: { ...oneTask, settings: kindOf('none') } },
  { name: 'n-grams', setting: withWords },
  { name: 'a declared prior', setting: { ...oneTask, settings: settingsWith({ width: 32, prior: 'balanced' }) } },
  { name: 'a multi-label task with n-grams', setting: { ...withWords, multiLabel: [0] } },
  { name: 'two tasks', setting: { ...withWords, tasks: [0, 0, 0, 1, 1] } },
  { name: 'two tasks, one of them multi-label', setting: { ...withWords, tasks: [0, 0, 0, 1, 1], multiLabel: [1] } },
  { name: 'discriminants', setting: { ...oneTask, strategy: 'slda' } },
  { name: 'discriminants of two tasks', setting: { ...oneTask, strategy: 'slda', tasks: [0, 0, 0, 1, 1] } },
];
const classesOf = ({ tasks }: Setting) => [...tasks.keys()];

/** The examples by another label of their task. */
const relabelled = ({ tasks, multiLabel }: Setting, examples: readonly PoolExample[]) =>
  examples.map((example): PoolExample => {
    const rivals = [...tasks.keys()].filter((index) => tasks[index] === tasks[example.labels[0]!]);
    const other = rivals[(rivals.indexOf(example.labels[0]!) + 1) % rivals.length]!;
    return { ...example, labels: multiLabel.includes(tasks[other]!) ? [...example.labels, other] : [other] };
  });

describe.each(cases)('taking examples out of $name', ({ setting }) => {
  const pool = poolOf(classesOf(setting), 90, setting.lexical);
  const [kept, gone] = [pool.slice(0, 60), pool.slice(60)];
  /** All that the parent learned can be read, from the store or from the buffer, as far as it is not withdrawn. */
  const knows = (examples: readonly PoolExample[]) => ({ learned: examples, replayed: examples });

  it('gives the head of never having learned them, to the bit', async () => {
    const never = await trainStep(setting, { fresh: kept });
    const both = await trainStep(setting, { fresh: gone, parent: never, ...knows(kept) });
    expect(both.state).not.toEqual(never.state);
    const left = await trainStep(setting, { fresh: [], withdrawn: gone, parent: both, ...knows(kept) });
    expect(left).toEqual(never);
  });

  it('and adding them by another label gives the head that learned that label at once, to the bit', async () => {
    const wrong = relabelled(setting, gone);
    const right = await trainStep(setting, { fresh: pool });
    const before = await trainStep(setting, { fresh: [...kept, ...wrong] });
    expect(before.state).not.toEqual(right.state);
    const mended = await trainStep(setting, { fresh: gone, withdrawn: wrong, parent: before, ...knows(kept) });
    // slda calibrates on a sample that is drawn, in which the mended examples stand elsewhere.
    if (setting.strategy === 'slda') expect(mended.state).toEqual(right.state);
    else expect(mended).toEqual(right);
  });

  it('does not depend on the order in which examples came and went', async () => {
    const base = pool.slice(0, 20);
    const parent = await trainStep(setting, { fresh: base });
    const run = fc.asyncProperty(fc.nat(), async (seed) => {
      const random = seededRandom('order', seed);
      const learned = new Map(base.map((example) => [example.id, example]));
      let head = parent;
      for (let step = 0; step < 3; step++) {
        const others = shuffled([...learned.values()].slice(5), random).slice(0, random.integer(10));
        const news = shuffled(
          pool.filter(({ id }) => !learned.has(id)),
          random,
        ).slice(0, 1 + random.integer(20));
        const weighed = news.map((example) => ({ ...example, weight: (1 + random.integer(64)) / 4 }));
        const fresh = random.integer(2) === 0 ? weighed : relabelled(setting, weighed);
        head = await trainStep(setting, { fresh, withdrawn: others, parent: head });
        for (const { id } of others) learned.delete(id);
        for (const example of fresh) learned.set(example.id, example);
      }
      // The last step is the same on both ways: examples of each task go, and the rest can be read.
      const out = base.slice(0, 5);
      const rest = [...learned.values()].slice(5);
      const last = await trainStep(setting, { fresh: [], withdrawn: out, parent: head, ...knows(rest) });
      const since = rest.filter((example) => !base.includes(example));
      const lost = base.slice(5).filter((example) => !rest.includes(example));
      const direct = await trainStep(setting, { fresh: since, withdrawn: lost, parent });
      const wanted = await trainStep(setting, { fresh: [], withdrawn: out, parent: direct, ...knows(rest) });
      expect(last).toEqual(wanted);
    });
    await fc.assert(run, { numRuns: 2 });
  });

  it('of examples that were never learned is refused', async () => {
    const parent = await trainStep(setting, { fresh: kept.slice(0, 12) });
    const error = await errorOf(trainStep(setting, { fresh: [], withdrawn: gone.slice(0, 20), parent }));
    expect(error).toMatchObject({ code: 'STATE_MISMATCH', hint: expect.stringContaining('reencode') });
  });

  it('by a weight that they were not learned with is refused where more is withdrawn than was learned', async () => {
    const parent = await trainStep(setting, { fresh: kept.slice(0, 12) });
    const heavy = kept.slice(0, 12).map((example) => ({ ...example, weight: 2 }));
    expect((await errorOf(trainStep(setting, { fresh: [], withdrawn: heavy, parent }))).code).toBe('STATE_MISMATCH');
  });

  it('of a whole class leaves a head of finite numbers, that answers the others', async () => {
    const parent = await trainStep(setting, { fresh: pool });
    const [out, rest] = [2, undefined].map((own) => pool.filter(({ labels }) => (labels[0] === 2) === (own === 2)));
    const { head, facts } = await trainStep(setting, { fresh: [], withdrawn: out!, parent, ...knows(rest!) });
    for (const [name, { data }] of Object.entries(head.tensors)) expect(data.every(Number.isFinite), name).toBe(true);
    expect(Object.values(facts).every(Number.isFinite)).toBe(true);
    if (setting.strategy !== 'analytic') return;
    // Nothing is known of the class: no feature and no word speaks for it.
    for (const { dims, data } of [head.tensors.weight!, head.tensors.lexical].flatMap((tensor) => tensor ?? []))
      expect(data.every((value, at) => at % dims[1]! !== 2 || value === 0)).toBe(true);
  });

  it("without an example that can be read goes on with the parent's choices", async () => {
    const parent = await trainStep(setting, { fresh: pool, parent: await trainStep(setting, { fresh: pool }) });
    if (Object.keys(parent.facts).some((name) => name.endsWith('logistic') && parent.facts[name] === 1)) return;
    const left = await trainStep(setting, { fresh: [], withdrawn: pool, parent });
    for (const name of ['lambda', 'temperature', 'lexicalShare', 'lambdaChosenAt'])
      expect(left.facts[name], name).toBe(parent.facts[name]);
    expect(Object.values(left.head.tensors).every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });
});

describe('taking examples out of many', () => {
  const pool = poolOf([0, 1, 2], 3300, 0);
  const [kept, gone, other] = [pool.slice(0, 3100), pool.slice(3100, 3290), pool.slice(3290)];

  it('gives one head for one set of sums and one buffer, whatever came and went before', async () => {
    const parent = await trainStep(oneTask, { fresh: [...kept, ...other] });
    const replayed = kept.slice(0, 90);
    const direct = await trainStep(oneTask, { fresh: [], withdrawn: other, parent, replayed });
    const more = await trainStep(oneTask, { fresh: gone, parent, replayed });
    const back = await trainStep(oneTask, { fresh: [], withdrawn: [...other, ...gone], parent: more, replayed });
    expect(back).toEqual(direct);
    expect(back.facts).toMatchObject({ examplesInStatistics: 3100, examplesReread: 0, lambdaChosenAt: 3100 });
  });

  it('mends a single example at the choices of its parent, while the buffer is empty', async () => {
    const parent = await trainStep(oneTask, { fresh: pool });
    const [wrong] = relabelled(oneTask, pool.slice(0, 1));
    const { facts } = await trainStep(oneTask, { fresh: [wrong!], withdrawn: pool.slice(0, 1), parent });
    for (const name of ['lambda', 'temperature', 'lambdaChosenAt']) expect(facts[name]).toBe(parent.facts[name]);
  });

  it("without a buffer solves at the parent's lambda, and serves at its temperature", async () => {
    const parent = await trainStep(oneTask, { fresh: pool });
    const { head, state, facts } = await trainStep(oneTask, { fresh: [], withdrawn: gone, parent });
    const { gram, cross, classes } = unpackStatistics(state)!;
    expect(facts.lambda).toBe(parent.facts.lambda);
    const wanted = solveDense(withDiagonal(wholeGram(gram), 32, facts.lambda!), cross, 32, classes);
    const served = wanted.map((value) => (value * 32) / parent.facts.temperature!);
    expect(relativeError(head.tensors.weight!.data as Float32Array, served)).toBeLessThan(1e-6);
  });
});

it('a task in which nothing is withdrawn is kept, bit for bit, while another loses examples', async () => {
  const setting: Setting = { ...withWords, tasks: [0, 0, 0, 1, 1] };
  const pool = poolOf([0, 1, 2, 3, 4], 60, 5);
  const parent = await trainStep(setting, { fresh: pool });
  const out = pool.filter(({ labels }) => labels[0]! > 2).slice(0, 6);
  const left = await trainStep(setting, { fresh: [], withdrawn: out, parent, replayed: pool });
  const isOwn = ([name]: [string, unknown]) => !name.startsWith('task1.');
  expect(Object.entries(left.state).filter(isOwn)).toEqual(Object.entries(parent.state).filter(isOwn));
  const columns = ({ head }: TrainedHead) => [...head.tensors.weight!.data].filter((_, at) => at % 5 < 3);
  expect(columns(left)).toEqual(columns(parent));
  expect(left.state['task1.statistics.cross']).not.toEqual(parent.state['task1.statistics.cross']);
});

it('a logistic head of which no example can be read is refused: its sums do not determine another', async () => {
  const pool = poolOf([0, 1, 2], 60, 0);
  const parent = await trainStep(oneTask, { fresh: pool });
  const logistic = { ...parent, facts: { ...parent.facts, logistic: 1 } };
  const error = await errorOf(trainStep(oneTask, { fresh: [], withdrawn: pool.slice(0, 5), parent: logistic }));
  expect(error.code).toBe('STATE_MISMATCH');
});
