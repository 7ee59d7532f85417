/** The one builder of a training's job. */
import { describe, expect, it } from 'vitest';
import { writeLabelSet } from '#espalier/core/label-sets.js';
import { partOf, StreamClasses, type StreamRow } from '#espalier/study/stream.js';
import { buildJob, type JobPart, type JobRequest, rereadsTask } from '#espalier/training/build-job.js';
import { settingsWith } from '../support/declaration.js';

const intent = (label: string) => ({ task: 'intent', label });
const tone = (...labels: string[]) => ({ task: 'tone', label: writeLabelSet(labels) });
const partWith = (...examples: { task: string; label: string }[]): JobPart => ({
  examples: examples.map((example, index) => ({ ...example, id: 10 + index })),
  vectors: new Float32Array(2 * examples.length).map((_, index) => index),
});
const request: JobRequest = {
  ...{ strategy: 'finetune', settings: settingsWith({}), dimension: 2, lexical: 0, budget: 5, parent: undefined },
  classes: [intent('refund'), { task: 'tone', label: 'angry' }, intent('order'), { task: 'tone', label: 'calm' }],
  multiLabel: ['tone'],
  fresh: partWith(intent('order'), tone('calm', 'angry'), tone(), intent('refund')),
  replayed: partWith(tone('angry', 'calm'), tone('calm')),
};

describe('the job', () => {
  it('numbers classes and their tasks, and label sets as they come, after the classes', () => {
    const job = buildJob(request);
    expect(job.classes).toEqual(['refund', 'angry', 'order', 'calm']);
    expect([...job.tasks]).toEqual([0, 1, 0, 1]);
    expect([...job.fresh.targets]).toEqual([2, 4, 5, 0]);
    expect([...job.replayed.targets]).toEqual([4, 6]);
    expect(job.multiLabel).toEqual([1]);
    expect(job.sets).toEqual([
      { task: 1, classes: [1, 3] },
      { task: 1, classes: [] },
      { task: 1, classes: [3] },
    ]);
    expect([...job.fresh.ids]).toEqual([10, 11, 12, 13]);
    expect(job.fresh.vectors).toBe(request.fresh.vectors);
  });

  it('says nothing of sets where no task has them, nor of what is reread where nothing is', () => {
    const job = buildJob({
      ...request,
      multiLabel: [],
      classes: [intent('a')],
      fresh: partWith(intent('a')),
      replayed: partWith(),
    });
    expect(Object.keys(job).filter((key) => ['multiLabel', 'sets', 'learned'].includes(key))).toEqual([]);
  });

  it('says how much examples count only where one counts otherwise than once', () => {
    expect(buildJob(request).fresh).not.toHaveProperty('weights');
    const [first, second] = request.replayed.examples;
    const replayed = { ...request.replayed, examples: [{ ...first!, weight: 2.5 }, second!] };
    const weighed = buildJob({ ...request, replayed });
    expect([...weighed.replayed.weights!]).toEqual([2.5, 1]);
    expect(weighed.fresh).not.toHaveProperty('weights');
  });

  it('numbers what is withdrawn by its old labels, and the retired classes that it knows', () => {
    const withdrawn = partWith(intent('order'), tone('calm'));
    const job = buildJob({
      ...request,
      withdrawn: { ...withdrawn, examples: withdrawn.examples.map((one) => ({ ...one, weight: 4 })) },
      retired: [{ task: 'tone', label: 'calm' }, intent('never learned')],
    });
    expect(job.withdrawn).toEqual({
      vectors: withdrawn.vectors,
      targets: Int32Array.of(2, 6),
      ids: Int32Array.of(10, 11),
      weights: Float32Array.of(4, 4),
    });
    expect(job.retired).toEqual([3]);
    for (const key of ['withdrawn', 'retired']) expect(buildJob(request)).not.toHaveProperty(key);
    expect(buildJob({ ...request, retired: [intent('never learned')] })).not.toHaveProperty('retired');
  });

  it('is the same for an update and for a stream of the same examples', () => {
    const steps = [
      { name: 'one', task: 'intent', multiLabel: false, examples: [intent('refund'), intent('order')] },
      { name: 'two', task: 'tone', multiLabel: true, examples: [tone('angry'), tone('calm', 'angry')] },
    ].map(({ examples, ...step }) => {
      const labelled = { vectors: new Float32Array(4), labels: examples.map(({ label }) => label) };
      return { ...step, train: labelled, test: labelled };
    });
    const classes = new StreamClasses();
    for (const step of steps) classes.admit(step);
    const rows = steps.flatMap((step, number) =>
      step.train.labels.map((label, index): StreamRow => {
        const id = 10 + 2 * number + index;
        const origin = { source: 'test', receivedAt: '2026-01-01T00:00:00.000Z' };
        return { id, step, label, origin, vector: Float32Array.of(2 * (id - 10), 2 * (id - 10) + 1) };
      }),
    );
    const streamed = buildJob({ ...request, ...classes.known(), fresh: partOf(rows, 2), replayed: partOf([], 2) });
    const updated = buildJob({
      ...request,
      classes: [intent('refund'), intent('order'), { task: 'tone', label: 'angry' }, { task: 'tone', label: 'calm' }],
      fresh: partWith(intent('refund'), intent('order'), tone('angry'), tone('calm', 'angry')),
      replayed: partWith(),
    });
    expect(streamed).toEqual(updated);
  });
});

it('a task is reread where what was learned and what is new are few enough together', () => {
  expect(rereadsTask(10, { learned: 7, fresh: 3 })).toBe(true);
  expect(rereadsTask(10, { learned: 7, fresh: 4 })).toBe(false);
  expect(rereadsTask(10, { learned: 0, fresh: 3 })).toBe(false);
  expect(rereadsTask(undefined, { learned: 1, fresh: 0 })).toBe(false);
});
