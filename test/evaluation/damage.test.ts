import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import { openAdapter } from '#espalier/evaluation/adapter.js';
import { goldOf, requireNumbers, scoreSuite, summariseSuite } from '#espalier/evaluation/score-suite.js';
import type { Suite } from '#espalier/evaluation/suites.js';
import { headGraph } from '#espalier/training/heads/head-graph.js';
import type { Head } from '#espalier/training/job.js';
import { strategyNamed } from '#espalier/training/strategies.js';
import { settingsWith } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { clusters, dimension, jobOf, quiet } from '../support/problem.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const task = 'intent';
const classes = ['class 0', 'class 1', 'class 2', 'class 3'].map((label) => ({ task, label }));
const noise = 1.6;
const header = { version: 1, capability: '', metric: '', chance: 0, contentHash: '' };

/** Vectors around the class centres, and a case for each, over which all four kinds of suite are made. */
const shots = clusters({ classes: [0, 1, 2, 3], perClass: 6, noise, seed: 1 });
const asked = clusters({ classes: [0, 1, 2, 3], perClass: 40, noise, seed: 2 });
const labelOf = (target: number) => classes[target]!.label;

const classification: Suite = {
  ...header,
  name: 'by head',
  kind: 'classification',
  cases: [...asked.targets].map((target, index) => ({ id: `${index}`, text: '', label: labelOf(target) })),
};
const probe: Suite = {
  ...header,
  name: 'by probe',
  kind: 'probe',
  cases: [
    ...[...shots.targets].map((target, index) => ({ id: `s${index}`, text: '', label: labelOf(target), split: 'train' as const })),
    ...[...asked.targets].map((target, index) => ({ id: `${index}`, text: '', label: labelOf(target), split: 'test' as const })),
  ],
};
/** Pairs are neighbours in the shuffled order: alike when they are of one class. */
const order = shuffled([...asked.targets.keys()], seededRandom('pairs'));
const sts: Suite = {
  ...header,
  name: 'by likeness',
  kind: 'sts',
  cases: Array.from({ length: order.length / 2 }, (_, index) => ({
    id: `${index}`,
    a: '',
    b: '',
    score: asked.targets[order[2 * index]!] === asked.targets[order[2 * index + 1]!] ? 5 : 0,
  })),
};
const retrieval: Suite = {
  ...header,
  name: 'by search',
  kind: 'retrieval',
  cases: [
    ...[...shots.targets].map((_, index) => ({ id: `d${index}`, kind: 'document' as const, text: '' })),
    ...[...asked.targets].map((target, index) => ({
      id: `${index}`,
      kind: 'query' as const,
      text: '',
      relevant: Object.fromEntries([...shots.targets].flatMap((own, document) => (own === target ? [[`d${document}`, 1]] : []))),
    })),
  ],
};

const row = (vectors: Float32Array, index: number) => [...vectors.subarray(index * dimension, (index + 1) * dimension)];
const both = Float32Array.from([...shots.vectors, ...asked.vectors]);
const suites: readonly [Suite, Float32Array][] = [
  [classification, asked.vectors],
  [probe, both],
  [sts, Float32Array.from(order.flatMap((index) => row(asked.vectors, index)))],
  [retrieval, both],
];

const folder = temporaryFolder();
async function openHead(head: Head, name: string) {
  const file = join(folder, `${name}.onnx`);
  writeFileSync(file, headGraph(head).encode());
  return openAdapter(file, classes);
}

async function measure(head: Head, name: string, [suite, vectors]: readonly [Suite, Float32Array]) {
  const adapter = await openHead(head, name);
  const scores = requireNumbers(suite.name, scoreSuite(suite, await adapter.run(vectors, dimension), task));
  await adapter.close();
  const gold = goldOf(suite);
  return summariseSuite(
    suite,
    scores.map(({ score }) => score),
    scores.flatMap(({ caseId }) => gold.get(caseId) ?? []),
  );
}

const learned = clusters({ classes: [0, 1, 2, 3], perClass: 80, noise, seed: 3 });
const { head } = await strategyNamed('finetune').train(
  jobOf('finetune', 4, { fresh: learned, settings: settingsWith({ epochs: 15 }) }),
  quiet,
);
const weight = head.tensors.weight!;
const damaged: Head = {
  ...head,
  tensors: { ...head.tensors, weight: { ...weight, data: Float32Array.from(shuffled([...weight.data], seededRandom('damage'))) } },
};

describe('an adapter whose weights were shuffled', () => {
  it.each(suites.map((suite) => [suite[0].kind, suite] as const))('does worse on a suite of kind %s', async (_, suite) => {
    const [healthy, spoilt] = [await measure(head, 'healthy', suite), await measure(damaged, 'damaged', suite)];
    expect(spoilt).toBeLessThan(healthy - 0.02);
  });
});

describe('an adapter whose weights are not numbers', () => {
  const broken: Head = {
    ...head,
    tensors: { ...head.tensors, weight: { ...weight, data: Float32Array.from(weight.data, () => Number.NaN) } },
  };

  it.each(suites.map((suite) => [suite[0].kind, suite] as const))(
    'is refused, and never scored, on a suite of kind %s',
    async (_, suite) => {
      const error = await errorOf(measure(broken, 'broken', suite));
      expect([error.code, error.message]).toEqual(['ADAPTER_INVALID', expect.stringContaining('not numbers')]);
    },
  );
});

describe('an adapter file that was cut off', () => {
  it('is refused with its name', async () => {
    const file = join(folder, 'cut.onnx');
    writeFileSync(file, headGraph(head).encode().subarray(0, 500));
    const error = await errorOf(openAdapter(file, classes));
    expect([error.code, error.at]).toEqual(['ADAPTER_INVALID', { file }]);
  });
});
