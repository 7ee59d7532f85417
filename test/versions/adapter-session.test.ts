import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newGraph } from '#espalier/core/onnx.js';
import { scoreSuite } from '#espalier/evaluation/score-suite.js';
import { headGraph } from '#espalier/training/heads/head-graph.js';
import type { Head } from '#espalier/training/job.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { openAdapter } from '#espalier/versions/adapter-session.js';
import { settingsWith } from '../support/declaration.js';
import { clusters, jobOf, quiet } from '../support/problem.js';
import { suiteOf } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

/** Over the classes of two tasks, by turns: its scores are the vector itself. */
const classes = [
  { task: 'intent', label: 'refund' },
  { task: 'tone', label: 'cross' },
  { task: 'intent', label: 'cross' },
  { task: 'tone', label: 'glad' },
];
const dimension = classes.length;
const identity = Float32Array.from({ length: dimension ** 2 }, (_, index) => (index % (dimension + 1) === 0 ? 1 : 0));
const head: Head = {
  kind: 'linear',
  shape: { dimension, lexical: 0, classes: dimension },
  tensors: {
    mean: { dims: [dimension], data: new Float32Array(dimension) },
    scale: { dims: [dimension], data: new Float32Array(dimension).fill(1) },
    weight: { dims: [dimension, dimension], data: identity },
    bias: { dims: [dimension], data: new Float32Array(dimension) },
    tasks: { dims: [dimension], data: Float32Array.of(0, 1, 0, 1) },
  },
};

async function answer(vectors: readonly number[], known = classes) {
  const file = join(folder, 'adapter.onnx');
  writeFileSync(file, headGraph(head).encode());
  const adapter = await openAdapter(file, known);
  const outputs = await adapter.run(Float32Array.from(vectors), dimension);
  await adapter.close();
  return outputs;
}

describe('an adapter of several tasks', () => {
  it('answers within each: what scores highest of all does not answer for another task', async () => {
    const [output] = await answer([1, 9, 2, 3]);
    expect([...output!.answers].map(([task, { label }]) => [task, label])).toEqual([
      ['intent', 'cross'],
      ['tone', 'cross'],
    ]);
    // x = unit(vector) * sqrt(4)
    const share = (own: number, other: number) => 1 / (1 + Math.exp(((other - own) * 2) / Math.sqrt(95)));
    expect(output!.answers.get('intent')!.confidence).toBeCloseTo(share(2, 1), 5);
    expect(output!.answers.get('tone')!.confidence).toBeCloseTo(share(9, 3), 5);
  });

  it('is scored by the answer for the task that is asked', async () => {
    const cases = ['cross', 'glad'].map((label, index) => ({ id: `${index}`, text: '', label }));
    const suite = suiteOf('classification', cases);
    const outputs = await answer([9, 0, 1, 2, 0, 0, 3, 9]);
    const scores = async (task: string) =>
      (await scoreSuite(suite, outputs, task)).map(({ score, answer: said }) => [said, score]);
    expect(await scores('intent')).toEqual([
      ['refund', 0],
      ['cross', 0],
    ]);
    expect(await scores('tone')).toEqual([
      ['glad', 0],
      ['glad', 1],
    ]);
    expect(await scores('urgency')).toEqual([
      [undefined, 0],
      [undefined, 0],
    ]);
    expect((await scoreSuite(suite, outputs, 'tone')).map(({ confidence }) => confidence)).toEqual(
      outputs.map(({ answers }) => answers.get('tone')!.confidence),
    );
    expect((await scoreSuite(suite, outputs, 'urgency')).map(({ confidence }) => confidence)).toEqual([null, null]);
  });
});

describe('an adapter file of Espalier 0.1', () => {
  it('appends class scores to the adapted embedding; they are cut, and what is left has length 1 again', async () => {
    const file = join(folder, 'older.onnx');
    const graph = newGraph('adapter');
    const vector = graph.input('embedding', 'float32', ['batch', 2]);
    const share = graph.constant({ type: 'float32', dims: [], data: Float32Array.of(0.8) });
    graph.output(graph.node('Softmax', [vector], { axis: -1 }), 'probabilities', 'float32', ['batch', 2]);
    graph.output(
      graph.node('Concat', [graph.node('Mul', [vector, share]), vector], { axis: -1 }),
      'adapted',
      'float32',
      ['batch', 4],
    );
    writeFileSync(file, graph.encode());
    const adapter = await openAdapter(file, classes.slice(0, 2), { dense: 2 });
    const [output] = await adapter.run(Float32Array.of(0.6, 0.8), 2);
    await adapter.close();
    expect(output!.adapted).toHaveLength(2);
    expect(output!.adapted[0]).toBeCloseTo(0.6, 6);
    expect(output!.adapted[1]).toBeCloseTo(0.8, 6);
  });
});

it('answers the same to the bit, however many threads there are', async () => {
  const job = jobOf('analytic', 3, {
    fresh: clusters({ classes: [0, 1, 2], perClass: 40, noise: 1, seed: 1 }),
    settings: settingsWith({ width: 1024 }),
  });
  const { head: wide } = await analytic.train(job, quiet);
  const file = join(folder, 'wide.onnx');
  writeFileSync(file, headGraph(wide).encode());
  const { vectors } = clusters({ classes: [0, 1, 2], perClass: 200, noise: 1, seed: 2 });
  const outputs = [1, 2, 4].map(async (threads) => {
    const adapter = await openAdapter(
      file,
      job.classes.map((label) => ({ task: 'intent', label })),
      { threads },
    );
    const all = await adapter.run(vectors, job.dimension);
    await adapter.close();
    return all.map(({ answers, adapted }) => [[...answers], [...adapted]]);
  });
  const [one, two, four] = await Promise.all(outputs);
  expect(two).toEqual(one);
  expect(four).toEqual(one);
});
