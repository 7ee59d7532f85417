/** What every strategy must hold; a new member of the array is tested by being in it. */
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '#espalier/core/safetensors.js';
import { headGraph } from '#espalier/training/heads/head-graph.js';
import type { TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { strategies, strategyNamed } from '#espalier/training/strategies.js';
import { errorOf } from '../support/errors.js';
import { accuracyOf, clusters, dimension, empty, jobOf, quiet, slice } from '../support/problem.js';

const first = clusters({ classes: [0, 1, 2], perClass: 30, noise: 0.4, seed: 1 });
const second = clusters({ classes: [3, 4], perClass: 30, noise: 0.4, seed: 2 });
const test = clusters({ classes: [0, 1, 2], perClass: 20, noise: 0.4, seed: 3 });
const newTest = clusters({ classes: [3, 4], perClass: 20, noise: 0.4, seed: 4 });

const bytesOf = ({ head, state, facts }: TrainedHead) => {
  const { mean, scale, map, weight, bias } = head;
  const tensors = { mean, scale, ...(map && { map }), weight, bias, ...state };
  return Buffer.concat([...encodeSafetensors(tensors, {}), headGraph(head).encode(), Buffer.from(JSON.stringify(facts))]);
};

describe.each(strategies)('the strategy $name', (strategy) => {
  const firstJob = jobOf(strategy.name, 3, { fresh: first });
  const secondJob = (parent: TrainedHead): TrainingJob =>
    jobOf(strategy.name, 5, { fresh: second, replayed: strategy.replays ? slice(first, 0, 30) : empty, parent });
  const learn = () => strategy.train(firstJob, quiet);
  const update = async () => strategy.train(secondJob(await learn()), quiet);

  it('is found by its name, and says in a line what it is', () => {
    expect(strategyNamed(strategy.name)).toBe(strategy);
    expect(strategy.summary).toMatch(/^\S[^\n]{10,80}$/);
  });

  it('learns a problem that can be learned', async () => {
    expect(accuracyOf(await learn(), test)).toBeGreaterThan(0.95);
  });

  it('gives a head of the kind and the shape that it says', async () => {
    const { head } = await learn();
    const features = head.map ? head.map.dims[1]! : dimension;
    expect(head.kind).toBe(strategy.headKind);
    expect([head.mean.dims, head.scale.dims, head.weight.dims, head.bias.dims]).toEqual([[dimension], [dimension], [features, 3], [3]]);
    for (const tensor of [head.mean, head.scale, head.weight, head.bias]) {
      expect(tensor.data).toBeInstanceOf(Float32Array);
      expect(tensor.data).toHaveLength(tensor.dims.reduce((a, b) => a * b));
    }
  });

  it('gives the same bytes for the same seed, data and threads, over an update too', async () => {
    expect(bytesOf(await update()).equals(bytesOf(await update()))).toBe(true);
  });

  it('gives other bytes for another seed', async () => {
    const other = { ...firstJob, settings: { ...firstJob.settings, seed: 8 } };
    expect(bytesOf(await strategy.train(other, quiet)).equals(bytesOf(await learn()))).toBe(false);
  });

  it('gives finite numbers only', async () => {
    const { head, state, facts } = await update();
    for (const tensor of [head.mean, head.scale, head.weight, head.bias, ...Object.values(state)])
      expect(tensor.data.every(Number.isFinite)).toBe(true);
    expect(Object.values(facts).every(Number.isFinite)).toBe(true);
  });

  it('continues its own head, and learns classes that are added', async () => {
    const parent = await learn();
    expect(strategy.continues(parent, firstJob.settings)).toBe(true);
    const child = await strategy.train(secondJob(parent), quiet);
    expect(child.head.bias.dims).toEqual([5]);
    expect(accuracyOf(child, newTest)).toBeGreaterThan(0.95);
  });

  it('keeps the order of the classes: a known class is still found at its place', async () => {
    const parent = await learn();
    const child = await strategy.train({ ...secondJob(parent), fresh: test }, quiet);
    expect(accuracyOf(child, test)).toBeGreaterThan(0.95);
    expect(accuracyOf(child, slice(first, 0, 60))).toBeGreaterThan(0.95);
  });

  it('remembers what it says it remembers', async () => {
    if (strategy.replays) expect(accuracyOf(await update(), test)).toBeGreaterThan(0.9);
    else expect(accuracyOf(await update(), test)).toBeLessThan(0.9);
  });

  it('goes through a store and back: a head of plain data continues just as well', async () => {
    const parent = structuredClone(await learn());
    expect(bytesOf(await strategy.train(secondJob(parent), quiet)).equals(bytesOf(await update()))).toBe(true);
  });

  it('reports progress that ends where it said it would', async () => {
    const seen: { done: number; total: number; unit: string }[] = [];
    await strategy.train(firstJob, (done, total, unit) => seen.push({ done, total, unit }));
    expect(seen.length).toBeGreaterThan(0);
    for (const { done, total } of seen) expect(done).toBeLessThanOrEqual(total);
  });

  it('learns from two examples', async () => {
    const two = slice(first, 0, 2);
    expect(accuracyOf(await strategy.train(jobOf(strategy.name, 2, { fresh: two }), quiet), two)).toBe(1);
  });
});

describe('STRATEGY_UNKNOWN', () => {
  it('names the nearest', async () => {
    const error = await errorOf(() => strategyNamed('analitic'));
    expect(error.code).toBe('STRATEGY_UNKNOWN');
    expect(error.hint).toContain('`analytic`');
  });

  it('names all where none is near', async () => {
    const { hint } = await errorOf(() => strategyNamed('wishful-thinking'));
    for (const { name } of strategies) expect(hint).toContain(name);
  });
});

it('no two strategies share a name', () => {
  expect(new Set(strategies.map((strategy) => strategy.name)).size).toBe(strategies.length);
});
