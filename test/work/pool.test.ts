/** Tasks on another thread: the results of the caller's own, errors that keep their code, stops that are heeded. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeRequest, task as judging } from '#espalier/gate/judge-task.js';
import { WorkPool } from '#espalier/work/pool.js';
import { ownThread, type Task } from '#espalier/work/task.js';
import { errorOf } from '../support/errors.js';
import { evaluationOf, pairedSuite, policyWith } from '../support/paired.js';

// A thread loads it as it stands, so that it is no TypeScript.
const tasks = await import(new URL('./tasks.mjs', import.meta.url).href);

const counting = tasks.task as Task<{ kind: string; value?: number }, { doubled: number }>;
const pool = new WorkPool(2);
afterAll(() => pool.close());

describe('a pool', () => {
  it('gives what the own thread gives, also for more calls than it has threads', async () => {
    const values = Array.from({ length: 9 }, (_, value) => value);
    const outputs = (runner: typeof ownThread) =>
      Promise.all(values.map((value) => runner.run(counting, { kind: 'count', value })));
    expect(await outputs(pool)).toEqual(await outputs(ownThread));
  });

  it('hands on an error with its code, place and hint, and works on', async () => {
    expect(await errorOf(pool.run(counting, { kind: 'refuse' }))).toMatchObject({
      ...{ code: 'SUITE_INVALID', message: 'no such count', at: { line: 3 }, hint: 'Count.' },
    });
    expect(await pool.run(counting, { kind: 'count', value: 4 })).toEqual({ doubled: 8 });
  });

  it('hands on a defect with its message, and starts another thread', async () => {
    await expect(pool.run(counting, { kind: 'break' })).rejects.toThrow('a defect');
    expect(await pool.run(counting, { kind: 'count', value: 5 })).toEqual({ doubled: 10 });
  });

  it('stops in the midst of a task, and leaves those that wait', async () => {
    const stop = new AbortController();
    const stopped = [1, 2, 3].map(() => errorOf(pool.run(counting, { kind: 'for ever' }, stop.signal)));
    setTimeout(() => stop.abort(), 50);
    for (const error of await Promise.all(stopped))
      expect(error).toMatchObject({ code: 'INTERRUPTED', message: 'stopped while counting' });
    expect(await pool.run(counting, { kind: 'count', value: 6 })).toEqual({ doubled: 12 });
  });

  it('does not keep a program alive that forgets to close it', async () => {
    const forgotten = new WorkPool(1);
    await forgotten.run(counting, { kind: 'count', value: 1 });
    const held = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort');
    await forgotten.close();
    expect(held).toEqual([]);
  });
});

describe('judging in a pool', () => {
  const score = fc.constantFrom(0, 0.5, 1);
  it('gives the bytes that judging on the own thread gives', async () => {
    const suites = fc.array(fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 20 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(suites, fc.nat(), async (drawn, seed) => {
        const paired = drawn.map((cases, index) =>
          pairedSuite({
            ...{ name: `suite ${index}`, metric: 'jaccard' },
            champion: cases.map(([before]) => before),
            candidate: cases.map(([, after]) => after),
          }),
        );
        const request = judgeRequest(evaluationOf(paired), policyWith(), seed);
        const [there, here] = [await pool.run(judging, request), await ownThread.run(judging, request)];
        expect(JSON.stringify(there)).toBe(JSON.stringify(here));
      }),
      { numRuns: 15 },
    );
  });
});
