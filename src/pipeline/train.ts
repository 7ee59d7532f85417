/** Trains the candidate and leaves its files in the run's folder. */
import type { BufferBudget } from '../core/declaration.js';
import { runFolder } from '../core/workspace.js';
import { type Run, renewLease } from '../store/runs.js';
import type { HeadShape } from '../training/job.js';
import { train } from '../training/train.js';
import { writeTrained } from '../training/versions.js';
import type { Mix, Plan, UpdateContext } from './context.js';
import { readBatches, readParent } from './mix.js';

/** What the later stages need to know of the training. */
export interface Trained {
  readonly headKind: string;
  readonly headShape: HeadShape;
  readonly facts: Readonly<Record<string, number>>;
}

/** @throws TOO_FEW_CLASSES, TRAINING_DIVERGED, INTERRUPTED, LEASE_LOST */
export async function trainCandidate(context: UpdateContext, run: Run, plan: Plan, mix: Mix): Promise<Trained> {
  const { name, training } = plan.declaration;
  const { fresh, replayed } = await readBatches(context, plan, mix);
  const parent = mix.continues ? await readParent(context, plan) : undefined;
  const job = {
    strategy: plan.strategy,
    settings: training,
    dimension: context.encoder.dimension,
    lexical: context.encoder.lexical,
    classes: mix.classes,
    tasks: new Int32Array(mix.classes.length),
    fresh,
    replayed,
    budget: budgetIn(plan.declaration.buffer, replayed.targets.length),
    parent,
  };
  const trained = await train(job, { signal: context.signal, progress: context.progress.advance });
  // One that was paused and overtaken must not write into what is another's by now.
  await renewLease(context.store, run, new Date());
  await writeTrained(runFolder(context.workspace, name, run.id), trained);
  return { headKind: trained.head.kind, headShape: trained.head.shape, facts: trained.facts };
}

/** A budget in bytes holds as many examples as it does. */
function budgetIn(budget: BufferBudget, held: number): number {
  return 'examples' in budget ? budget.examples : held;
}
