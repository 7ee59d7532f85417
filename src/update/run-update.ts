/**
 * The main path: encode -> mix new and replayed -> train -> evaluate champion and contenders -> gate -> propose the
 * best.
 *
 * Every stage is recorded before the next begins. A run that was killed is resumed at its stage and ends with the same
 * bytes, because everything it depends on was fixed in its plan.
 */
import { EspalierError, messageOf } from '../core/errors.js';
import { type FieldRow, fieldRows } from '../gate/field.js';
import type { Report } from '../gate/report.js';
import { listContenders } from '../store/contenders.js';
import { type Store, transact } from '../store/database.js';
import { advanceRun, type Run, releaseRun, stages } from '../store/runs.js';
import { claimRun, failRun, type GivenUp, type UpdateRequest } from './claim-run.js';
import type { Plan, UpdateContext } from './context.js';
import type { Resumed } from './intentions.js';
import { keepRun } from './lease.js';
import { type Done, type Outputs, outputsOf, type StageSite } from './stage.js';
import { proposeCandidate } from './stages/propose.js';
import { updateStages } from './stages.js';

export type { GivenUp, UpdateRequest } from './claim-run.js';

export interface Update {
  readonly candidateId: number;
  readonly plan: Plan;
  /** The strategy that made the candidate, and the candidate's report. */
  readonly strategy: string;
  readonly report: Report;
  /** All contenders, the best first. */
  readonly field: readonly FieldRow[];
  /** The stage at which a killed run was resumed. */
  readonly resumedAt: string | undefined;
  /** That stage, and the differences between the run's plan and the present declaration and store. */
  readonly resumed: Resumed | undefined;
  /** The unfinished run that was ended for this one, and the reason. */
  readonly givenUp: GivenUp | undefined;
}

export async function runUpdate(context: UpdateContext, request: UpdateRequest): Promise<Update> {
  const { run, resumed, givenUp } = await claimRun(context, request);
  const plan = run.plan as Plan;
  const lease = keepRun(context.store, run);
  const guarded = { ...context, signal: AbortSignal.any([context.signal, lease.lost]) };
  try {
    const candidateId = await runStages(guarded, run, plan);
    return { candidateId, plan, resumedAt: resumed?.at, resumed, givenUp, ...(await readOutcome(context.store, run)) };
  } catch (thrown) {
    // Stop renewing before the run is left: ending the run would otherwise look like a lost lease.
    lease.stop();
    const cause = firstCause(thrown, guarded.signal, lease.lost);
    await leaveRun(context, run, cause);
    throw cause;
  } finally {
    lease.stop();
  }
}

/**
 * Returns the error to report. A stopped stage throws INTERRUPTED; if the lost lease stopped it, the reason for that
 * loss is reported instead. Any other error is reported unchanged.
 */
function firstCause(thrown: unknown, signal: AbortSignal, lost: AbortSignal): unknown {
  const isStop = thrown instanceof EspalierError && thrown.code === 'INTERRUPTED';
  return isStop && lost.aborted && signal.reason === lost.reason ? lost.reason : thrown;
}

async function runStages(context: UpdateContext, claimed: Run, plan: Plan): Promise<number> {
  let run = claimed;
  for (;;) {
    const outputs = run.outputs as Partial<Outputs>;
    if (context.signal.aborted) throw new EspalierError('INTERRUPTED', `stopped before the stage ${run.stage}`);
    context.progress.begin(run.stage);
    const stage = updateStages.find(({ name }) => name === run.stage);
    if (stage === undefined) return propose({ context, run, plan }, outputs);
    const done = await stage.run({ context, run, plan }, outputs);
    run = await advance(context, run, { ...outputs, [stage.name]: done.output }, done);
  }
}

/** Runs the last stage, which ends the run. */
async function propose({ context, run, plan }: StageSite, outputs: Partial<Outputs>): Promise<number> {
  const { mix, train, gate } = outputsOf(outputs, ['mix', 'train', 'gate']);
  const { strategy, report } = gate;
  const candidateId = await proposeCandidate(context, run, plan, {
    strategy,
    report,
    mix: mix[strategy]!,
    trained: train[strategy]!,
  });
  context.progress.end(`candidate ${candidateId}`);
  return candidateId;
}

/** Reads the outcome from the store, as later commands show it. */
async function readOutcome({ queries }: Store, run: Run): Promise<Pick<Update, 'strategy' | 'report' | 'field'>> {
  const contenders = await listContenders(queries, run.id);
  const { strategy, report } = contenders.find(({ chosen }) => chosen)!;
  return { strategy, report: report as Report, field: fieldRows(contenders) };
}

/** Records the stage's output, the rows it saves and the next stage, all or nothing. */
async function advance(
  { store, progress }: UpdateContext,
  run: Run,
  outputs: Partial<Outputs>,
  { summary, save }: Done<unknown>,
): Promise<Run> {
  const next = stages[stages.indexOf(run.stage) + 1]!;
  const advanced = await transact(store, async (transaction) => {
    await save?.(transaction);
    return advanceRun(transaction, run, next, outputs);
  });
  progress.end(summary);
  return advanced;
}

/** Errors that a later attempt can overcome leave the run to be resumed; any other error ends it. */
const mendable = new Set([
  ...['INTERRUPTED', 'DISK_FULL', 'DISK_READ_ONLY', 'DISK_FAILED', 'TOO_MANY_FILES'],
  ...['STORE_BUSY', 'STORE_UNREACHABLE', 'STORE_DENIED'],
]);

async function leaveRun(context: UpdateContext, run: Run, thrown: unknown): Promise<void> {
  if (thrown instanceof EspalierError && thrown.code === 'LEASE_LOST') return;
  const ending =
    thrown instanceof EspalierError && mendable.has(thrown.code)
      ? releaseRun(context.store, run)
      : failRun(context, run, messageOf(thrown));
  // The store itself may have failed; the first error is reported, and the lease expires by itself.
  await ending.catch(() => undefined);
}
