/** The loss of labels: every example by its weight, no retired class, in tasks of one label and of several. */
import { describe, expect, it } from 'vitest';
import { minibatch, parameter } from '#espalier/training/autodiff/expression.js';
import { matmul } from '#espalier/training/autodiff/matrices.js';
import type { LabelledVectors, TrainingJob } from '#espalier/training/job.js';
import { labelLoss } from '#espalier/training/label-loss.js';
import { gradientErrors } from '../support/gradient-check.js';
import { lossOf } from '../support/loss-of.js';
import { jobOf } from '../support/problem.js';

const [rows, classes] = [6, 5];
const scores = Float64Array.from({ length: rows * classes }, (_, at) => 2 * Math.sin(3 * at + 1));
const tasks = Int32Array.of(0, 0, 0, 1, 1);
const sets = [
  { task: 1, classes: [3] },
  { task: 1, classes: [] },
  { task: 1, classes: [3, 4] },
];
const exclusive = Int32Array.of(0, 2, 1, 1, 0, 2);
const mixed = Int32Array.of(0, 5, 2, 6, 7, 1);
const weights = Float32Array.of(1, 0.25, 16, 2.5, 3, 0.75);

const batch = (targets: Int32Array, own?: Float32Array): LabelledVectors => ({
  vectors: new Float32Array(0),
  targets,
  ids: targets,
  ...(own && { weights: own }),
});
/** The first four rows are new, the others replayed. */
const jobWith = (targets: Int32Array, own: Float32Array | undefined, more: Partial<TrainingJob>) =>
  jobOf('finetune', classes, {
    fresh: batch(targets.slice(0, 4), own?.slice(0, 4)),
    replayed: batch(targets.slice(4), own?.slice(4)),
    ...more,
  });
const order = Int32Array.from({ length: rows }, (_, row) => row);
const problemOf = (job: TrainingJob) => {
  const { loss, data } = labelLoss(job);
  const drawn = { size: rows, order: 'order' };
  const wide = Object.fromEntries(
    Object.entries(data).map(([name, values]) => [
      name,
      values instanceof Float32Array ? Float64Array.from(values) : values,
    ]),
  );
  return { value: loss(minibatch('scores', [rows, classes]), drawn), loss, drawn, data: { ...wide, scores, order } };
};

/** What one row costs, by the plain formulas. */
function costOf(row: number, target: number, { retired = [], multiLabel = [] }: Partial<TrainingJob>): number {
  const own = [...scores.subarray(row * classes, (row + 1) * classes)];
  const isOpen = (index: number) => !retired.includes(index);
  if (target < classes) {
    const rivals = own.filter((_, index) => isOpen(index) && (multiLabel.length === 0 || tasks[index] === 0));
    return Math.log(rivals.reduce((sum, score) => sum + Math.exp(score), 0)) - own[target]!;
  }
  const asked = [3, 4].filter(isOpen);
  const truth = sets[target - classes]!.classes;
  const costs = asked.map((index) => Math.log1p(Math.exp(own[index]!)) - (truth.includes(index) ? own[index]! : 0));
  return costs.reduce((a, b) => a + b, 0) / asked.length;
}

describe.each([
  { name: 'one task', targets: exclusive, more: {} },
  { name: 'one task with a retired class', targets: exclusive, more: { retired: [4] } },
  { name: 'a task of one label beside one of several', targets: mixed, more: { tasks, sets, multiLabel: [1] } },
  { name: 'both, with a retired label', targets: mixed, more: { tasks, sets, multiLabel: [1], retired: [4] } },
])('the loss of $name', ({ targets, more }) => {
  it('is the mean of the costs, each times its weight', async () => {
    const { value, data } = problemOf(jobWith(targets, weights, more));
    const wanted = targets.reduce((sum, target, row) => sum + weights[row]! * costOf(row, target, more), 0) / rows;
    expect(await lossOf(value, data)).toBeCloseTo(wanted, 10);
  });

  it('has the gradient of its differences', async () => {
    const { loss, drawn, data } = problemOf(jobWith(targets, weights, more));
    const own = matmul(minibatch('inputs', [rows, 3]), parameter('weight', [3, classes]));
    const inputs = Float64Array.from({ length: rows * 3 }, (_, at) => Math.cos(at));
    const errors = await gradientErrors({ loss: loss(own, drawn), data: { ...data, inputs }, seed: 1 });
    expect(errors.weight).toBeLessThan(1e-6);
  });

  it('is the same expression, of the same data, where all weights are 1 and where none is told', () => {
    const [plain, ones] = [undefined, new Float32Array(rows).fill(1)].map((own) => jobWith(targets, own, more));
    expect(problemOf(ones!).data).toEqual(problemOf(plain!).data);
    expect(JSON.stringify(problemOf(ones!).value)).toBe(JSON.stringify(problemOf(plain!).value));
  });
});
