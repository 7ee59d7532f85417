/** Trains the candidate and leaves its files in the run's folder. */
import { EspalierError } from '../core/errors.js';
import { runFolder } from '../core/workspace.js';
import { type Run, renewLease } from '../store/runs.js';
import { train } from '../training/train.js';
import { writeTrained } from '../training/versions.js';
import type { Mix, Plan, UpdateContext } from './context.js';
import { readBatches, readParent } from './mix.js';

/** @throws TOO_FEW_CLASSES, TRAINING_DIVERGED, INTERRUPTED, LEASE_LOST */
export async function trainCandidate(
  context: UpdateContext,
  run: Run,
  plan: Plan,
  mix: Mix,
): Promise<{ facts: Readonly<Record<string, number>> }> {
  const { name, training } = plan.declaration;
  if (mix.classes.length < 2) throw new EspalierError('TOO_FEW_CLASSES', `${name} has examples of \`${mix.classes.join()}\` only`);
  const { fresh, replayed } = await readBatches(context, plan, mix);
  const parent = mix.continues ? await readParent(context, plan) : undefined;
  const job = {
    strategy: plan.strategy,
    settings: training,
    dimension: context.encoder.dimension,
    classes: mix.classes,
    fresh,
    replayed,
    parent,
  };
  const trained = await train(job, { signal: context.signal, progress: context.progress.advance });
  // One that was paused and overtaken must not write into what is another's by now.
  await renewLease(context.store, run, new Date());
  await writeTrained(runFolder(context.workspace, name, run.id), trained);
  return { facts: trained.facts };
}
