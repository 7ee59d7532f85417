/** What every kind of head must hold as a member of its seam; a new member of the array is tested by being in it. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newGraph } from '#espalier/core/onnx.js';
import { seededRandom } from '#espalier/core/random.js';
import { parseDeclaration, type TrainingSettings } from '#espalier/declaration/declaration.js';
import { arithmeticIn } from '#espalier/training/autodiff/arithmetic.js';
import { type Source, sourcesOf } from '#espalier/training/autodiff/expression.js';
import { writeForward } from '#espalier/training/autodiff/gradient.js';
import { uncalibrated, withTemperature } from '#espalier/training/heads/calibrated.js';
import { scoresOf, tensorNames } from '#espalier/training/heads/head-graph.js';
import { formulaOf, gradientHeads, headKindNamed, headKinds, headSettings } from '#espalier/training/heads.js';
import type { Head, LabelledVectors, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { compile, type NativeArray } from '#espalier/training/native.js';
import { readSettings } from '#espalier/training/settings.js';
import { standardise } from '#espalier/training/standardise.js';
import { strategies } from '#espalier/training/strategies.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { type Manifest, readManifest } from '#espalier/versions/manifest.js';
import { publishVersion } from '#espalier/versions/publish.js';
import { readTrained, writeTrained } from '#espalier/versions/version-folder.js';
import { settingsWith } from '../support/declaration.js';
import { relativeError } from '../support/dense.js';
import { errorOf } from '../support/errors.js';
import { jobOf, quiet } from '../support/problem.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();
const [dense, lexical] = [12, 5];
const dimension = dense + lexical;

/** Vectors around a centre of each class, with counts of n-grams. */
function examplesOf(classes: readonly number[], seed: number): LabelledVectors {
  const random = seededRandom('examples', seed);
  const targets = Int32Array.from({ length: classes.length * 8 }, (_, row) => classes[row % classes.length]!);
  const rows = [...targets].map((target) => {
    const centre = seededRandom('centre', target);
    const numbers = Array.from({ length: dense }, () => centre.normal() + 0.3 * random.normal());
    return [...numbers, ...Array.from({ length: lexical }, () => random.integer(3))];
  });
  return { vectors: Float32Array.from(rows.flat()), targets, ids: targets.map((_, row) => 1000 * seed + row) };
}

const fresh = examplesOf([0, 1, 2], 1);
const asked = examplesOf([0, 1, 2], 2).vectors;
/** What versions of Espalier before 0.2 wrote of every head, whether it had them or not. */
const strangeSizes = { rank: 64, columns: 1, width: 4096, fourier: 0, folds: 5, unit: 32 };
const keysOf = (settings: object) => Object.keys(settings).map((key) => [key] as const);

describe.each(headKinds)('the kind of head $name', (kind) => {
  const strategy = strategies.find(({ headKinds: trained }) => trained.includes(kind.name))!;
  const settings = settingsWith({ head: kind.name, rank: 4, width: 32, epochs: 5 });
  const job = (changes: Partial<TrainingJob>) =>
    jobOf(strategy.name, 3, { fresh, dimension, lexical, settings, ...changes });
  let trained: TrainedHead;
  beforeAll(async () => {
    trained = await strategy.train(job({}), quiet);
  });

  it('is found by its name, and has a row in docs/strategies.md that names who trains it', () => {
    expect(headKindNamed(kind.name)).toBe(kind);
    const row = readFileSync(new URL('../../docs/strategies.md', import.meta.url), 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`| \`${kind.name}\` |`));
    expect(row).toContain(kind.trainable === true ? 'gradient' : `\`${strategy.name}\``);
    for (const key of Object.keys(kind.settings ?? {})) expect(Object.hasOwn(headSettings, key)).toBe(true);
  });

  it('is trained by those strategies that its word on it says', () => {
    const trainers = strategies.filter(({ headKinds: trains }) => trains.includes(kind.name)).map(({ name }) => name);
    expect(gradientHeads.includes(kind.name)).toBe(kind.trainable === true);
    if (kind.trainable === 'by its own strategy') expect(trainers).toHaveLength(1);
    else if (kind.trainable) expect(trainers.length).toBeGreaterThan(5);
    else expect(trainers.length).toBeGreaterThan(0);
  });

  it('has sizes of its own and no others: whole numbers, the same for the same settings, and none that every head has', () => {
    const inputs = { dimension, lexical };
    const sizes = kind.sizes?.(settings, inputs) ?? {};
    expect(kind.sizes?.(settings, inputs) ?? {}).toEqual(sizes);
    for (const [size, value] of Object.entries(sizes))
      expect(Number.isSafeInteger(value) && value >= 0, size).toBe(true);
    expect(
      Object.keys(sizes).filter((size) => ['dimension', 'lexical', 'classes', 'calibrated'].includes(size)),
    ).toEqual([]);
    const own = Object.keys(trained.head.shape).filter(
      (size) => !['dimension', 'lexical', 'classes', 'calibrated'].includes(size),
    );
    if (kind.trainable !== false) expect(own.sort()).toEqual(Object.keys(sizes).sort());
  });

  it.each(keysOf(kind.settings ?? {}))(
    'refuses a wrong `training.%s`, with file, line and key, also from a program',
    async (key) => {
      const source = `name: desk\ntasks: [{ name: intent }]\ntraining:\n  seed: 1\n  ${key}: true\n`;
      expect(await errorOf(() => parseDeclaration(source, 'adapter.yaml', headSettings))).toMatchObject({
        code: 'DECLARATION_INVALID',
        at: { file: 'adapter.yaml', line: 5, field: `training.${key}` },
      });
      const wrong = { ...settings, [key]: true } as TrainingSettings;
      const refused = { code: 'DECLARATION_INVALID', at: { field: `training.${key}` } };
      expect(await errorOf(() => readSettings(kind.settings!, wrong))).toMatchObject(refused);
      expect(await errorOf(strategy.train(job({ settings: wrong }), quiet))).toMatchObject(refused);
    },
  );

  it('has usual settings: adapter.yaml need not name one', () => {
    const usual = parseDeclaration('name: desk\ntasks: [{ name: intent }]\n', 'adapter.yaml', headSettings).training;
    expect(Object.values(kind.sizes?.(usual, { dimension, lexical }) ?? {}).every(Number.isSafeInteger)).toBe(true);
  });

  it('comes back from its version folder as it was, and answers as it did', async () => {
    const versions = versionsOf({ root: mkdtempSync(join(root, 'versions-')) });
    const contender = { adapter: 'desk', run: 1, strategy: strategy.name };
    const manifest = manifestOf(trained, await writeTrained(versions, contender, trained));
    await publishVersion(versions, contender, manifest, async () => undefined);
    const read = await readTrained(versions, await readManifest(versions, manifest));
    expect(read).toEqual(trained);
    expect(Object.keys(read.head.tensors).sort()).toEqual([...new Set(tensorNames(read.head))].sort());
    expect(await scoresOf(read.head, asked, 1)).toEqual(await scoresOf(trained.head, asked, 1));
  });

  it('is served by adapter.onnx as its formula says, to 1e-5', async () => {
    expect(
      relativeError(await scoresOf(trained.head, asked, 1), await scoresByFormula(trained.head, asked)),
    ).toBeLessThan(1e-5);
  });

  it.runIf(kind.trainable !== false)('is served at the temperatures that training fits', async () => {
    const bare = uncalibrated(trained.head);
    const scores = await scoresOf(bare, asked, 1);
    const halved = await scoresOf(withTemperature(bare, new Float32Array(3).fill(2)), asked, 1);
    expect(
      relativeError(
        halved,
        scores.map((score) => score / 2),
      ),
    ).toBeLessThan(1e-6);
  });

  it('serves, and is gone on with, where an earlier version wrote sizes of other kinds into its manifest', async () => {
    const head: Head = { ...trained.head, shape: { ...strangeSizes, ...trained.head.shape } };
    expect(await scoresOf(head, asked, 1)).toEqual(await scoresOf(trained.head, asked, 1));
    const parent = { ...trained, head };
    const more = job({ fresh: examplesOf([0, 1, 2], 3), replayed: fresh });
    expect(strategy.continues(parent, settings)).toBe(strategy.continues(trained, settings));
    const child = await strategy.train({ ...more, parent }, quiet);
    const sister = await strategy.train({ ...more, parent: trained }, quiet);
    expect(child).toEqual(sister);
  });
});

describe('the settings of all heads', () => {
  const common = Object.keys(parseDeclaration('name: desk\ntasks: [{ name: intent }]\n', 'adapter.yaml', {}).training);

  it('take no key that every training reads', () => {
    expect(
      Object.keys(headSettings).filter((key) =>
        [...common, 'head', 'learningRate', 'moments', 'clipNorm'].includes(key),
      ),
    ).toEqual([]);
  });

  it('share a key only where they share its schema', () => {
    for (const { settings = {} } of headKinds)
      for (const [key, schema] of Object.entries(settings)) expect(headSettings[key], key).toBe(schema);
  });

  it('are unknown to an adapter.yaml that is read without them', async () => {
    const source = 'name: desk\ntasks: [{ name: intent }]\ntraining: { width: 64 }\n';
    expect(await errorOf(() => parseDeclaration(source, 'adapter.yaml', {}))).toMatchObject({
      code: 'DECLARATION_INVALID',
      at: { file: 'adapter.yaml', line: 3, field: 'training.width' },
    });
  });
});

/**
 * The kind's expression over inputs that are standardised here, and nothing of how adapter.onnx is put together. [n,
 * classes]
 */
async function scoresByFormula({ kind, shape, tensors }: Head, vectors: Float32Array): Promise<NativeArray> {
  const { scores } = formulaOf(headKindNamed(kind), shape);
  const rows = vectors.length / dimension;
  const x = standardise(vectors, { mean: tensors.mean!, scale: tensors.scale! }, dimension);
  const counts = Float32Array.from(
    { length: rows * lexical },
    (_, at) => vectors[Math.floor(at / lexical) * dimension + dense + (at % lexical)]!,
  );
  const graph = newGraph('formula');
  const given: Record<string, { data: NativeArray; dims: number[] }> = {
    x: { data: x, dims: [rows, dense] },
    counts: { data: counts, dims: [rows, lexical] },
  };
  const arithmetic = arithmeticIn(graph, 'float32');
  const names = new Map<string, string>();
  const nameOf = (source: Source): string => {
    if (source.kind === 'constant') return arithmetic.constant(source.values, source.dims);
    const { name } = source;
    const input = given[name] ?? { data: tensors[name]!.data as NativeArray, dims: [...tensors[name]!.dims] };
    given[name] = input;
    names.set(
      name,
      names.get(name) ?? graph.input(name, input.data instanceof Int8Array ? 'int8' : 'float32', [...input.dims]),
    );
    return names.get(name)!;
  };
  const computed = writeForward(arithmetic, [scores], nameOf);
  graph.output(computed.get(scores)!.value, 'scores', 'float32', ['rows', shape.classes]);
  const needed = sourcesOf(scores, 'minibatch').map(({ name }) => name);
  const inputs = Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name) || needed.includes(name)));
  const native = await compile(graph, 1);
  try {
    return (await native.run(inputs)).scores!;
  } finally {
    await native.close();
  }
}

function manifestOf({ head, facts }: TrainedHead, files: Record<string, string>): Manifest {
  return {
    ...{ adapter: 'desk', version: 1, parent: null, createdAt: '2026-11-25T12:00:00.000Z', strategy: 'any', seed: 7 },
    ...{ headKind: head.kind, headShape: head.shape, hyperParameters: {} },
    encoder: { model: 'none', fingerprint: 'none', dimension },
    classes: ['a', 'b', 'c'].map((label) => ({ task: 'intent', label })),
    ...{ domains: [], data: { afterExample: 0, throughExample: 24, fresh: 24, replayed: 0 }, bufferSnapshotHash: '' },
    ...{ facts, metrics: {}, files },
  };
}
