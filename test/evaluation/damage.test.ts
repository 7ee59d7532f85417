import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import { kinds } from '#espalier/evaluation/kinds.js';
import { metricNamed, metricValue } from '#espalier/evaluation/metrics.js';
import { requireNumbers, scoreSuite } from '#espalier/evaluation/score-suite.js';
import type { Suite } from '#espalier/evaluation/suites.js';
import { headGraph } from '#espalier/training/heads/head-graph.js';
import type { Head } from '#espalier/training/job.js';
import { strategyNamed } from '#espalier/training/strategies.js';
import { openAdapter } from '#espalier/versions/adapter-session.js';
import { settingsWith } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { clusters, dimension, jobOf, quiet } from '../support/problem.js';
import { suiteOf } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const task = 'intent';
const classes = ['class 0', 'class 1', 'class 2', 'class 3'].map((label) => ({ task, label }));
const noise = 1.6;

/** Vectors around the class centres, and a case for each, over which a suite of every kind is made. */
const shots = clusters({ classes: [0, 1, 2, 3], perClass: 6, noise, seed: 1 });
const asked = clusters({ classes: [0, 1, 2, 3], perClass: 40, noise, seed: 2 });
/** The asked vectors with a little noise: their perturbed twins. */
const twins = (() => {
  const random = seededRandom('twins');
  return asked.vectors.map((value) => value + 0.5 * random.normal());
})();
/** Vectors between the classes: their mean, with noise. */
const nowhere = (() => {
  const random = seededRandom('nowhere');
  const centre = new Float32Array(dimension);
  for (let at = 0; at < asked.vectors.length; at++)
    centre[at % dimension]! += asked.vectors[at]! / asked.targets.length;
  return asked.vectors.map((_, at) => centre[at % dimension]! + 0.3 * random.normal());
})();
const labelOf = (target: number) => classes[target]!.label;
const shotCases = [...shots.targets].map((target, index) => ({
  id: `s${index}`,
  text: '',
  label: labelOf(target),
  split: 'train' as const,
}));
const askedCases = [...asked.targets].map((target, index) => ({
  id: `${index}`,
  text: '',
  label: labelOf(target),
  split: 'test' as const,
}));
const labelled = [...shotCases, ...askedCases];
/** Pairs are neighbours in the shuffled order: alike when they are of one class. */
const order = shuffled([...asked.targets.keys()], seededRandom('pairs'));
const pairs = Array.from({ length: order.length / 2 }, (_, index) => ({
  id: `${index}`,
  a: '',
  b: '',
  isSame: asked.targets[order[2 * index]!] === asked.targets[order[2 * index + 1]!],
}));
const documents = shotCases.map(({ id }) => ({ id, kind: 'document' as const, text: '' }));
const queries = askedCases.map(({ id, label }) => ({
  id,
  kind: 'query' as const,
  text: '',
  relevant: Object.fromEntries(shotCases.flatMap((shot) => (shot.label === label ? [[shot.id, 1]] : []))),
}));
/** The first two classes are in scope, the others out of it. */
const inScope = (target: number) => target < 2;
const scoped = [...shots.targets.keys()].filter((index) => inScope(shots.targets[index]!));

const row = (vectors: Float32Array, index: number) => [...vectors.subarray(index * dimension, (index + 1) * dimension)];
const rows = (vectors: Float32Array, indices: readonly number[]) => indices.flatMap((index) => row(vectors, index));
const both = Float32Array.from([...shots.vectors, ...asked.vectors]);
const paired = Float32Array.from(rows(asked.vectors, order));
const suites: readonly [Suite, Float32Array][] = [
  [
    suiteOf(
      'classification',
      askedCases.map(({ id, text, label }) => ({ id, text, label })),
    ),
    asked.vectors,
  ],
  [
    suiteOf(
      'multi-label',
      askedCases.map(({ id, text, label }) => ({ id, text, labels: [label] })),
    ),
    asked.vectors,
  ],
  [suiteOf('probe', labelled), both],
  [suiteOf('knn', labelled), both],
  [
    suiteOf(
      'sts',
      pairs.map(({ id, a, b, isSame }) => ({ id, a, b, score: isSame ? 5 : 0 })),
    ),
    paired,
  ],
  [
    suiteOf(
      'pair-classification',
      pairs.map(({ id, a, b, isSame }) => ({ id, a, b, label: isSame ? 'same' : 'different' })),
    ),
    paired,
  ],
  [suiteOf('retrieval', [...documents, ...queries]), both],
  [
    suiteOf(
      'clustering',
      askedCases.map(({ id, text, label }) => ({ id, text, label })),
    ),
    asked.vectors,
  ],
  [
    suiteOf('out-of-scope', [
      ...scoped.map((index) => ({ id: `s${index}`, text: '', scope: 'in' as const, split: 'train' as const })),
      ...[...asked.targets].map((target, index) => ({
        id: `${index}`,
        text: '',
        scope: inScope(target) ? ('in' as const) : ('out' as const),
        split: 'test' as const,
      })),
    ]),
    Float32Array.from([...rows(shots.vectors, scoped), ...asked.vectors]),
  ],
  [
    suiteOf(
      'robustness',
      askedCases.map(({ id }) => ({ id, text: '', perturbed: '', group: 'noise' })),
    ),
    Float32Array.from(
      [...asked.targets.keys()].flatMap((index) => [...row(asked.vectors, index), ...row(twins, index)]),
    ),
  ],
  [
    suiteOf(
      'stability',
      askedCases.map(({ id }) => ({ id, text: '', changed: '', group: 'noise' })),
    ),
    Float32Array.from(
      [...asked.targets.keys()].flatMap((index) => [...row(asked.vectors, index), ...row(twins, index)]),
    ),
  ],
  [
    suiteOf('scope', [
      ...askedCases.map(({ id }) => ({ id, text: '', scope: 'in' as const })),
      ...askedCases.map(({ id }) => ({ id: `out ${id}`, text: '', scope: 'out' as const })),
    ]),
    Float32Array.from([...asked.vectors, ...nowhere]),
  ],
  [
    suiteOf(
      'contrast',
      pairs.flatMap(({ id }, index) => {
        const [one, other] = [asked.targets[order[2 * index]!]!, asked.targets[order[2 * index + 1]!]!];
        return one === other ? [] : [{ id, text: '', label: labelOf(one), other: '', otherLabel: labelOf(other) }];
      }),
    ),
    Float32Array.from(
      pairs.flatMap(({ isSame }, index) =>
        isSame ? [] : rows(asked.vectors, [order[2 * index]!, order[2 * index + 1]!]),
      ),
    ),
  ],
  [suiteOf('calibration', labelled), both],
  [
    suiteOf('bias', [
      ...shotCases,
      ...askedCases.map((item, index) => ({ ...item, group: index % 2 === 0 ? 'even' : 'odd' })),
    ]),
    both,
  ],
];

const folder = temporaryFolder();
async function openHead(head: Head, name: string, kind: Suite['kind']) {
  const file = join(folder, `${name}.onnx`);
  writeFileSync(file, headGraph(head).encode());
  return openAdapter(file, classes, { multiLabel: kind === 'multi-label' ? [task] : [] });
}

async function measure(head: Head, name: string, [suite, vectors]: readonly [Suite, Float32Array]) {
  const adapter = await openHead(head, name, suite.kind);
  const scores = requireNumbers(suite.name, await scoreSuite(suite, await adapter.run(vectors, dimension), task));
  await adapter.close();
  return metricValue(
    metricNamed(suite.metric),
    scores.map(({ score }) => score),
    scores.map(({ gold }) => gold),
  );
}

const learned = clusters({ classes: [0, 1, 2, 3], perClass: 80, noise, seed: 3 });
const { head } = await strategyNamed('finetune').train(
  jobOf('finetune', 4, { fresh: learned, settings: settingsWith({ epochs: 15 }) }),
  quiet,
);
const weight = head.tensors.weight!;
/** Shuffled weights, behind a bottleneck that collapses the embedding on to two directions. */
const rank = 2;
const chance = seededRandom('bottleneck');
const draw = (length: number, scale: number) => Float32Array.from({ length }, () => scale * chance.normal());
const damaged: Head = {
  kind: 'bottleneck',
  shape: { ...head.shape, rank },
  tensors: {
    ...head.tensors,
    weight: { ...weight, data: Float32Array.from(shuffled([...weight.data], seededRandom('damage'))) },
    down: { dims: [dimension, rank], data: draw(dimension * rank, 1 / Math.sqrt(dimension)) },
    up: { dims: [rank, dimension], data: draw(rank * dimension, 50) },
  },
};

it('there is a suite of every kind to spoil', () => {
  expect(suites.map(([{ kind }]) => kind).sort()).toEqual(kinds.map(({ name }) => name).sort());
});

describe('an adapter that collapses the embedding', () => {
  it.each(suites.map((suite) => [suite[0].kind, suite] as const))(
    'does worse on a suite of kind %s',
    async (_, suite) => {
      const [healthy, spoilt] = [await measure(head, 'healthy', suite), await measure(damaged, 'damaged', suite)];
      expect(spoilt).toBeLessThan(healthy - 0.02);
    },
  );
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
