/**
 * A strategy after a champion that another one made is itself: it makes what it needs, or says that it begins again.
 * Never plain fine-tuning.
 */
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '#espalier/core/safetensors.js';
import { fisherDiagonal } from '#espalier/training/fisher.js';
import { uncalibrated } from '#espalier/training/heads/calibrated.js';
import { scoresOf } from '#espalier/training/heads/head-graph.js';
import type { Strategy, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { poseProblem } from '#espalier/training/problem.js';
import { derpp } from '#espalier/training/strategies/derpp.js';
import { ewc } from '#espalier/training/strategies/ewc.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import { lwf } from '#espalier/training/strategies/lwf.js';
import { replay } from '#espalier/training/strategies/replay.js';
import { readsBuffer, strategies, strategyNamed } from '#espalier/training/strategies.js';
import { settingsWith } from '../support/declaration.js';
import { accuracyOf, clusters, empty, jobOf, join, quiet, slice } from '../support/problem.js';

const first = clusters({ classes: [0, 1, 2], perClass: 30, noise: 1.8, seed: 1 });
const second = clusters({ classes: [3, 4], perClass: 30, noise: 1.8, seed: 2 });
const test = clusters({ classes: [0, 1, 2], perClass: 40, noise: 1.8, seed: 3 });
const buffer = slice(first, 0, 30);

const settings = settingsWith({ rank: 8, epochs: 8 });
const learned = new Map<string, Promise<TrainedHead>>();

/** A champion of the first three classes. */
function championOf(strategy: string, kind: string): Promise<TrainedHead> {
  const key = `${strategy}, ${kind}`;
  const trained =
    learned.get(key) ??
    strategyNamed(strategy).train(
      jobOf(strategy, 3, { fresh: first, settings: settingsWith({ head: kind, rank: 8, epochs: 8 }) }),
      quiet,
    );
  learned.set(key, trained);
  return trained;
}

/** What the pipeline gives a strategy after this champion. */
function jobAfter(strategy: Strategy, parent: TrainedHead, overrides: Partial<TrainingJob> = {}): TrainingJob {
  const goesOn = strategy.continues(parent, settings);
  const replayed = readsBuffer(strategy, parent) && goesOn ? buffer : empty;
  return jobOf(strategy.name, 5, {
    fresh: goesOn ? second : join(first, second),
    replayed,
    settings,
    ...(goesOn && { parent }),
    ...overrides,
  });
}

const bytesOf = ({ head }: TrainedHead) => Buffer.concat(encodeSafetensors(uncalibrated(head).tensors, {}));

/** The bytes of fine-tuning after that champion; each is trained once for all strategies that are held against it. */
const naives = new Map<string, Promise<Buffer>>();
function naiveAfter(champion: string, kind: string, parent: TrainedHead): Promise<Buffer> {
  const key = `${champion} ${kind}`;
  const job = finetune.continues(parent, settings)
    ? jobAfter(finetune, parent)
    : jobOf('finetune', 5, { fresh: second, settings });
  const known = naives.get(key) ?? finetune.train(job, quiet).then(bytesOf);
  naives.set(key, known);
  return known;
}

const champions = strategies.flatMap(({ name, headKinds }) => headKinds.map((kind) => ({ champion: name, kind })));

describe.each(champions)('after $champion with a $kind head', ({ champion, kind }) => {
  it.each(strategies.filter(({ name }) => name !== 'finetune').map((strategy) => ({ strategy, name: strategy.name })))(
    '$name is not fine-tuning: it holds on to the past, or learns it all again',
    async ({ strategy }) => {
      const parent = await championOf(champion, kind);
      const child = await strategy.train(jobAfter(strategy, parent), quiet);
      if (!strategy.continues(parent, settings)) return expect(await accuracyOf(child, test)).toBeGreaterThan(0.6);
      expect(bytesOf(child).equals(await naiveAfter(champion, kind, parent))).toBe(false);
    },
  );
});

describe('ewc after a champion that was not ewc', () => {
  it.each(['analytic', 'replay'])(
    'holds the weights of %s by their Fisher information over the buffer',
    async (champion) => {
      const parent = await championOf(champion, champion === 'analytic' ? 'ridge' : 'linear');
      const child = await ewc.train(jobAfter(ewc, parent), quiet);
      expect(child.facts.fisherExamples).toBe(30);
      const past = jobOf('ewc', 3, { fresh: buffer, settings, parent });
      const wanted = await fisherDiagonal(
        poseProblem(past, { usualKind: parent.head.kind }),
        uncalibrated(parent.head),
      );
      const own = jobOf('ewc', 5, { fresh: second, settings, parent });
      const now = await fisherDiagonal(poseProblem(own, { usualKind: parent.head.kind }), uncalibrated(child.head));
      const precision = child.state['ewc.precision.bias']!.data;
      const before = Array.from({ length: 5 }, (_, index) => precision[index]! - now.bias![index]!);
      // Of the head made a little less sure, so not the same to the last digit.
      for (let index = 0; index < 3; index++)
        expect(Math.abs(Math.log(before[index]! / wanted.bias![index]!))).toBeLessThan(Math.log(3));
      for (let index = 3; index < 5; index++) expect(before[index]).toBeCloseTo(0, 6);
    },
  );

  it('has something to hold on to even where that champion is certain of everything it learned', async () => {
    const easy = (classes: readonly number[], seed: number) => clusters({ classes, perClass: 30, noise: 0.1, seed });
    const certain = await strategyNamed('analytic').train(
      jobOf('analytic', 3, { fresh: easy([0, 1, 2], 1), settings }),
      quiet,
    );
    const given = { fresh: easy([3, 4], 2), settings, parent: certain };
    const child = await ewc.train(jobOf('ewc', 5, { ...given, replayed: slice(easy([0, 1, 2], 1), 0, 30) }), quiet);
    expect(child.facts.fisherExamples).toBe(30);
    expect(bytesOf(child).equals(bytesOf(await finetune.train(jobOf('finetune', 5, given), quiet)))).toBe(false);
  });

  it('measures it once: the next update goes on with what was kept, without the buffer', async () => {
    const parent = await championOf('analytic', 'ridge');
    expect(readsBuffer(ewc, parent)).toBe(true);
    const child = await ewc.train(jobAfter(ewc, parent), quiet);
    expect(readsBuffer(ewc, child)).toBe(false);
    expect((await ewc.train(jobAfter(ewc, child), quiet)).facts.fisherExamples).toBeUndefined();
  });

  it('learns no example of the buffer: what is measured changes nothing where lambda is 0', async () => {
    const parent = await championOf('replay', 'linear');
    const free = settingsWith({ rank: 8, epochs: 8, options: { lambda: 0 } });
    const child = await ewc.train(jobAfter(ewc, parent, { settings: free }), quiet);
    const naive = await finetune.train(jobOf('finetune', 5, { fresh: second, settings, parent }), quiet);
    expect(uncalibrated(child.head).tensors.weight).toEqual(uncalibrated(naive.head).tensors.weight);
  });

  it('without a buffer measures over the new examples', async () => {
    const parent = await championOf('analytic', 'ridge');
    const child = await ewc.train(jobAfter(ewc, parent, { replayed: empty }), quiet);
    expect(child.facts.fisherExamples).toBe(60);
  });
});

describe('derpp after a champion that was not derpp', () => {
  it('takes the scores of that champion for what is replayed, and keeps them', async () => {
    const parent = await championOf('replay', 'linear');
    const child = await derpp.train(jobAfter(derpp, parent), quiet);
    expect(child.facts.scoresMade).toBe(30);
    const said = await scoresOf(uncalibrated(parent.head), buffer.vectors, 1);
    const { 'stored.scores': scores, 'stored.classes': counts } = child.state;
    expect([...counts!.data.slice(0, 30)]).toEqual(Array(30).fill(3));
    for (let row = 0; row < 30; row++)
      for (let index = 0; index < 3; index++) expect(scores!.data[row * 5 + index]).toBe(said[row * 3 + index]);
  });

  it('makes scores of members that it never learned, beside those that it has', async () => {
    const parent = await championOf('derpp', 'linear');
    const strange = { ...buffer, ids: buffer.ids.map((id, row) => (row < 10 ? 7_000_000 + row : id)) };
    const child = await derpp.train(jobAfter(derpp, parent, { replayed: strange }), quiet);
    expect(child.facts.scoresMade).toBe(10);
    expect([...child.state['stored.ids']!.data.slice(0, 30)]).toEqual([...strange.ids]);
  });
});

describe('what the optimiser carries', () => {
  const update = async (strategy: Strategy, moments: 'carried' | 'fresh' | undefined, state = true) => {
    const chosen = { ...settings, ...(moments && { moments }) };
    const parent = await strategy.train(jobOf(strategy.name, 3, { fresh: first, settings: chosen }), quiet);
    const given = state ? parent : { ...parent, state: {} };
    return strategy.train(jobAfter(strategy, given, { settings: chosen }), quiet);
  };

  it.each([
    { strategy: finetune, usual: 'fresh', other: 'carried' },
    { strategy: replay, usual: 'carried', other: 'fresh' },
    { strategy: lwf, usual: 'carried', other: 'fresh' },
  ] as const)('is a setting; of $strategy.name usually $usual', async ({ strategy, usual, other }) => {
    const trained = await update(strategy, undefined);
    expect(bytesOf(await update(strategy, usual)).equals(bytesOf(trained))).toBe(true);
    expect(bytesOf(await update(strategy, other)).equals(bytesOf(trained))).toBe(false);
    const carries = await update(strategy, 'carried');
    expect(Object.keys(carries.state)).toContain('optimiser.weight_v');
    expect(Object.keys((await update(strategy, 'fresh')).state)).not.toContain('optimiser.weight_v');
  });

  it('begins afresh, counts of steps too, where the champion was made without it', async () => {
    const fresh = await update(finetune, 'fresh');
    expect(bytesOf(await update(finetune, 'carried', false)).equals(bytesOf(fresh))).toBe(true);
  });
});
