/**
 * The main path: encode -> mix new and replayed -> train -> evaluate champion and contenders -> gate -> propose the
 * best.
 *
 * Every stage is recorded before the next begins. A run that was killed is taken over at its stage and ends in the same
 * bytes, because all that it depends on was fixed in its plan.
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
  /** What made the candidate, and its report. */
  readonly strategy: string;
  readonly report: Report;
  /** Everything that trained for it, the best first. */
  readonly field: readonly FieldRow[];
  /** The stage a killed run was taken over at. */
  readonly resumedAt: string | undefined;
  /** The same stage, and what the run's plan differs in from what is declared and stored now. */
  readonly resumed: Resumed | undefined;
  /** The unfinished run that was ended for this one, and why. */
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
    // Before the run is left: what ends it would make its lease look lost.
    lease.stop();
    const cause = firstCause(thrown, guarded.signal, lease.lost);
    await leaveRun(context, run, cause);
    throw cause;
  } finally {
    lease.stop();
  }
}

/**
 * A stage that was stopped says INTERRUPTED; where the lost lease stopped it, why that was lost says more. Any other
 * error came by itself.
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

/** The last stage: it ends the run. */
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

/** From the store, as it is shown later too. */
async function readOutcome({ queries }: Store, run: Run): Promise<Pick<Update, 'strategy' | 'report' | 'field'>> {
  const contenders = await listContenders(queries, run.id);
  const { strategy, report } = contenders.find(({ chosen }) => chosen)!;
  return { strategy, report: report as Report, field: fieldRows(contenders) };
}

/** Records the stage's output, what it saves, and the next stage: all or nothing. */
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

/** What can be mended by running again leaves the run to be resumed; what cannot, ends it. */
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
  // The store may be what failed; the first error is the one to tell, and the lease runs out by itself.
  await ending.catch(() => undefined);
}
