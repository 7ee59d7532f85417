/** The probabilities of learned examples by a head that never learned them, held to heads that did not. */
import { describe, expect, it } from 'vitest';
import { probabilitiesOf } from '#espalier/training/heads/head-graph.js';
import type { LabelledVectors, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { kernelInputs } from '#espalier/training/ridge/kernel-input.js';
import { sharedInputOf } from '#espalier/training/ridge/learned.js';
import { leftOutProbabilities } from '#espalier/training/ridge/left-out-probabilities.js';
import { countLexical, lexicalWeights, unpackLexical } from '#espalier/training/ridge/lexical.js';
import { mapFeatures, removeExamples, unpackStatistics } from '#espalier/training/ridge/statistics.js';
import { partsByTask, under } from '#espalier/training/task-parts.js';
import { jobOfStep, type PoolExample, poolOf, type Setting, trainStep } from '../support/curation.js';
import { settingsWith } from '../support/declaration.js';
import { multiply, relativeError, solveDense, wholeGram, withDiagonal } from '../support/dense.js';
import { errorOf } from '../support/errors.js';
import { quiet } from '../support/problem.js';

const settings = settingsWith({ width: 32 });
const base: Setting = { strategy: 'analytic', settings, lexical: 5, tasks: [0, 0, 0], multiLabel: [] };
const weighed = (pool: readonly PoolExample[]) =>
  pool.map((example, row) => ({ ...example, weight: [1, 2.5, 0.25, 4][row % 4]! }));

/** One task of the job, without one of its rows: sums, solve, words and softmax by plain arithmetic. */
async function refitWithout(trained: TrainedHead, job: TrainingJob, { place, row }: { place: number; row: number }) {
  const part = partsByTask(job)[place]!;
  const { head, state, facts } = trained;
  const [own, chosen] = [under(part.prefix, state), under(part.prefix, facts)];
  const shared = sharedInputOf(head);
  const one = slice(part.fresh, row, job.dimension);
  const sets = part.isMultiLabel ? part.sets : undefined;
  const inputs = kernelInputs(one.vectors, shared, job.dimension);
  const given = { inputs, targets: one.targets, weights: one.weights, sets, features: shared.features, threads: 1 };
  const { gram, cross, width, classes } = await removeExamples(unpackStatistics(own)!, { ...given, progress: quiet });
  const weight = solveDense(withDiagonal(wholeGram(gram), width, chosen.lambda!), cross, width, classes);
  const h = await mapFeatures(inputs, { features: shared.features, dimension: inputs.length, threads: 1 });
  const scores = multiply(h, weight, [1, width, classes]);
  if (job.lexical > 0) {
    const words = countLexical(unpackLexical(own)!, { ...one, sets, stride: job.dimension }, classes, -1);
    const counts = one.vectors.subarray(job.dimension - job.lexical);
    const length = Math.sqrt(counts.reduce((a, b) => a + b, 0));
    const beside = multiply(counts, lexicalWeights(words), [1, job.lexical, classes]);
    for (const index of scores.keys()) scores[index]! += (chosen.lexicalShare! * beside[index]!) / length;
  }
  const logits = scores.map(
    (score, index) => score / chosen.temperature! + head.tensors.bias!.data[part.classes[index]!]!,
  );
  if (part.isMultiLabel) return logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  const powers = logits.map((logit, index) =>
    head.tensors.retired?.data[part.classes[index]!] === 1 ? 0 : Math.exp(logit),
  );
  return powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
}

function slice({ vectors, targets, ids, weights }: LabelledVectors, row: number, size: number): LabelledVectors {
  return {
    vectors: vectors.slice(row * size, (row + 1) * size),
    targets: targets.slice(row, row + 1),
    ids: ids.slice(row, row + 1),
    ...(weights && { weights: weights.slice(row, row + 1) }),
  };
}

async function answersOf(trained: TrainedHead, slices: readonly TrainingJob[], task = 0) {
  const answers = new Map<number, Float32Array>();
  for await (const { ids, classes, probabilities } of leftOutProbabilities({ trained, task, slices, threads: 1 }))
    for (const [row, id] of ids.entries())
      answers.set(id, probabilities.slice(row * classes.length, (row + 1) * classes.length));
  return answers;
}

/** An update goes on with its parent's choice, so that a parent that chose no logistic regression has a ridge head. */
async function ridgeHeadOf(setting: Setting, pool: readonly PoolExample[], more: Partial<TrainingJob>) {
  const [learned, fresh] = [pool.slice(0, 100), pool.slice(100)];
  const parent = await trainStep(setting, { fresh: learned });
  const facts = Object.entries(parent.facts).map(([name, value]) => [name, name.endsWith('logistic') ? 0 : value]);
  return trainStep(setting, { fresh, learned, parent: { ...parent, facts: Object.fromEntries(facts) } }, more);
}

describe.each([
  { name: 'n-grams', setting: base, task: 0, more: {} },
  { name: 'no n-grams', setting: { ...base, lexical: 0 }, task: 0, more: {} },
  {
    name: 'the embedding itself',
    setting: { ...base, settings: settingsWith({ features: 'none' }) },
    task: 0,
    more: {},
  },
  {
    name: 'a declared prior',
    setting: { ...base, settings: settingsWith({ width: 32, prior: 'balanced' }) },
    task: 0,
    more: {},
  },
  { name: 'a retired class', setting: base, task: 0, more: { retired: [1] } },
  { name: 'a multi-label task', setting: { ...base, multiLabel: [0] }, task: 0, more: {} },
  { name: 'the second of two tasks', setting: { ...base, tasks: [0, 0, 0, 1, 1, 1] }, task: 1, more: {} },
] satisfies readonly { name: string; setting: Setting; task: number; more: Partial<TrainingJob> }[])(
  'with $name',
  ({ setting, task, more }) => {
    const pool = weighed(poolOf([...setting.tasks.keys()], 120, setting.lexical));
    const slices = [pool.slice(0, 50), pool.slice(50)].map((fresh) => jobOfStep(setting, { fresh }));

    it('are those of a head whose sums never held the example', async () => {
      const trained = await ridgeHeadOf(setting, pool, more);
      const answers = await answersOf(trained, slices, task);
      const part = partsByTask(slices[1]!)[task]!;
      expect(answers.size).toBe(pool.filter(({ labels }) => setting.tasks[labels[0]!] === task).length);
      for (const row of [0, 3, 11, 20]) {
        const wanted = await refitWithout(trained, slices[1]!, { place: task, row });
        expect(relativeError(answers.get(part.fresh.ids[row]!)!, wanted)).toBeLessThan(1e-6);
      }
    });
  },
);

describe('the left-out probabilities', () => {
  const setting: Setting = { ...base, lexical: 0 };
  const pool = poolOf([0, 1, 2], 90, 0);

  it('show a wrong label where the head that learned it does not', async () => {
    const wrong = pool.map((example, row) => (row === 9 ? { ...example, labels: [1] } : example));
    const trained = await trainStep(setting, { fresh: wrong });
    const answers = await answersOf(trained, [jobOfStep(setting, { fresh: wrong })]);
    expect(answers.get(9)![0]).toBeGreaterThan(answers.get(9)![1]!);
    const right = [...answers].filter(([id, own]) => id !== 9 && own.indexOf(Math.max(...own)) === id % 3);
    expect(right.length / 89).toBeGreaterThan(0.85);
  });

  it('leave out the twins of an example too', async () => {
    const twin = { ...pool[0]!, id: 1000, labels: [1] };
    const third = { ...pool[0]!, id: 1001, labels: [1] };
    const trained = await trainStep(setting, { fresh: [...pool, twin, third] });
    const answers = await answersOf(trained, [jobOfStep(setting, { fresh: [...pool, twin, third] })]);
    for (const id of [0, 1000, 1001]) expect(answers.get(id)!.indexOf(Math.max(...answers.get(id)!))).toBe(0);
  });

  it('are calibrated anew where a logistic regression serves: they are about as sure as they are right', async () => {
    const trained = await trainStep(setting, { fresh: pool });
    const logistic = { ...trained, facts: { ...trained.facts, logistic: 1, temperature: 1000 } };
    const answers = await answersOf(logistic, [jobOfStep(setting, { fresh: pool })]);
    const sure = [...answers.values()].reduce((sum, own) => sum + Math.max(...own), 0) / 90;
    const right = [...answers].filter(([id, own]) => own.indexOf(Math.max(...own)) === id % 3).length / 90;
    expect(Math.abs(sure - right)).toBeLessThan(0.1);
  });

  it('of a head without sums are refused', async () => {
    const trained = { ...(await trainStep(setting, { fresh: pool })), state: {} };
    expect((await errorOf(answersOf(trained, [jobOfStep(setting, { fresh: pool })]))).code).toBe('STATE_MISMATCH');
  });

  it('differ from what the head serves', async () => {
    const trained = await trainStep(setting, { fresh: pool });
    const job = jobOfStep(setting, { fresh: pool });
    const served = await probabilitiesOf(trained.head, job.fresh.vectors, 1);
    const left = [...(await answersOf(trained, [job])).values()].flatMap((own) => [...own]);
    expect(relativeError(left, served)).toBeGreaterThan(0.01);
  });
});
