/** Training in a worker thread. */
import { describe, expect, it } from 'vitest';
import { strategies } from '#espalier/training/strategies.js';
import { train } from '#espalier/training/train.js';
import { settingsWith } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { clusters, jobOf, quiet } from '../support/problem.js';

const fresh = clusters({ classes: [0, 1, 2], perClass: 20, noise: 1, seed: 1 });
const never = new AbortController().signal;

describe('train', () => {
  it.each(strategies)('gives what $name gives in this thread, bit for bit, with its progress', async (strategy) => {
    const job = jobOf(strategy.name, 3, { fresh });
    const [there, here]: unknown[][] = [[], []];
    const trained = await train(job, { signal: never, progress: (...report) => there!.push(report) });
    expect(trained).toEqual(await strategy.train(job, (...report) => here!.push(report)));
    expect(there).toEqual(here);
  });

  it('leaves the job as it was', async () => {
    const job = jobOf('analytic', 3, { fresh });
    await train(job, { signal: never, progress: quiet });
    expect(job.fresh.vectors).toHaveLength(fresh.vectors.length);
    expect(fresh.vectors.length).toBeGreaterThan(0);
  });

  it('TRAINING_DIVERGED comes out as itself, with its hint', async () => {
    const job = jobOf('finetune', 3, { fresh, settings: settingsWith({ learningRate: 1e38 }) });
    const error = await errorOf(train(job, { signal: never, progress: quiet }));
    expect(error).toMatchObject({ code: 'TRAINING_DIVERGED', hint: expect.stringContaining('learningRate') });
  });

  it('STRATEGY_UNKNOWN too', async () => {
    expect((await errorOf(train(jobOf('magic', 3, { fresh }), { signal: never, progress: quiet }))).code).toBe(
      'STRATEGY_UNKNOWN',
    );
  });

  // Several times: a thread that is torn down inside a native call takes the process with it, but not every time.
  it.each([1, 2, 3, 4, 5, 6])('INTERRUPTED when it is stopped midway, and the process lives on (%i)', async (epoch) => {
    const controller = new AbortController();
    const job = jobOf('finetune', 3, { fresh, settings: settingsWith({ epochs: 1000 }) });
    const seen: number[] = [];
    const work = train(job, {
      signal: controller.signal,
      progress: (done) => {
        seen.push(done);
        if (done === epoch) controller.abort();
      },
    });
    expect((await errorOf(work)).code).toBe('INTERRUPTED');
    expect(seen.length).toBeLessThan(1000);
  });

  it('INTERRUPTED while the analytic head looks for its lambda, too', async () => {
    const controller = new AbortController();
    const progress = (_done: number, _total: number, unit: string) => unit === 'values of lambda' && controller.abort();
    const work = train(jobOf('analytic', 3, { fresh, settings: settingsWith({ width: 512 }) }), {
      signal: controller.signal,
      progress,
    });
    expect((await errorOf(work)).code).toBe('INTERRUPTED');
  });

  it('INTERRUPTED when it was stopped before', async () => {
    const job = jobOf('finetune', 3, { fresh });
    expect((await errorOf(train(job, { signal: AbortSignal.abort(), progress: quiet }))).code).toBe('INTERRUPTED');
  });
});
