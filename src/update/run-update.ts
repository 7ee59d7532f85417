/**
 * The main path: encode -> mix new and replayed -> train -> evaluate champion and contenders -> gate -> propose the best.
 *
 * Every stage is recorded before the next begins. A run that was killed is taken over at its stage and ends in the same bytes,
 * because all that it depends on was fixed in its plan.
 */
import { rm } from 'node:fs/promises';
import { EspalierError, messageOf } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { runFolder } from '../declaration/workspace.js';
import { type FieldRow, fieldRows } from '../gate/field.js';
import type { Report } from '../gate/report.js';
import { findChampionVersion } from '../store/candidates.js';
import { listContenders } from '../store/contenders.js';
import { type Store, type Transaction, transact } from '../store/database.js';
import { advanceRun, beginRun, endRun, type Run, releaseRun, renewLease, stages, takeOverRun } from '../store/runs.js';
import { fieldNamed } from './contest.js';
import type { Evaluated, Mix, Mixes, Plan, UpdateContext } from './context.js';
import { askIntention, type Decide, findDifferences, type Resumed } from './intentions.js';
import { keepLease, mayBeAlive, newOwner } from './lease.js';
import { planUpdate } from './plan.js';
import { clearRunFolders } from './run-folders.js';
import { noteSizes } from './size-note.js';
import { describeEncoded, type Encoded, encodeTexts } from './stages/encode.js';
import { evaluateField } from './stages/evaluate.js';
import { type JudgedContender, judgeField } from './stages/judge.js';
import { mixField } from './stages/mix.js';
import { proposeCandidate } from './stages/propose.js';
import { type Trained, trainField } from './stages/train.js';
import { evaluationRules } from './store-scores.js';

export interface UpdateRequest {
  readonly declaration: AdapterDeclaration;
  /** Names of strategies that train side by side; without them the declared one alone. */
  readonly field?: readonly string[] | undefined;
  /** Learn everything again on the declared encoder, which need not be the champion's. */
  readonly reencode?: true | undefined;
  /** An unfinished run is ended, and another begins. */
  readonly fresh?: true | undefined;
  /** What becomes of an unfinished run whose plan differs from what is declared and stored now; without it the run is resumed. */
  readonly decide?: Decide | undefined;
  /** What started it: a person's name, or a trigger of the schedule. */
  readonly trigger: string;
  readonly at: Date;
}

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

export interface GivenUp {
  readonly run: number;
  readonly stage: string;
  readonly reason: string;
}

type Outputs = Partial<{
  encode: Encoded;
  mix: Mixes;
  train: Readonly<Record<string, Trained>>;
  evaluate: Evaluated;
  gate: JudgedContender;
}>;

export async function runUpdate(context: UpdateContext, request: UpdateRequest): Promise<Update> {
  const { run, resumed, givenUp } = await claimRun(context, request);
  const plan = run.plan as Plan;
  const lease = keepLease((now) => renewLease(context.store, run, now), { path: context.store.path });
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

/** A stage that was stopped says INTERRUPTED; where the lost lease stopped it, why that was lost says more. Any other error came by itself. */
function firstCause(thrown: unknown, signal: AbortSignal, lost: AbortSignal): unknown {
  const isStop = thrown instanceof EspalierError && thrown.code === 'INTERRUPTED';
  return isStop && lost.aborted && signal.reason === lost.reason ? lost.reason : thrown;
}

async function runStages(context: UpdateContext, claimed: Run, plan: Plan): Promise<number> {
  let run = claimed;
  for (;;) {
    const outputs = run.outputs as Outputs;
    if (context.signal.aborted) throw new EspalierError('INTERRUPTED', `stopped before the stage ${run.stage}`);
    const stage = run.stage;
    context.progress.begin(stage);
    switch (stage) {
      case 'encode': {
        const encode = await encodeTexts(context, plan);
        run = await advance(context, run, { ...outputs, encode }, describeEncoded(encode));
        break;
      }
      case 'mix': {
        const mix = await mixField(context, plan);
        const summary = [describeMixes(mix), ...(await noteSizes(context, plan, mix))];
        run = await advance(context, run, { ...outputs, mix }, summary.join('; '));
        break;
      }
      case 'train': {
        const { trained, failed, save } = await trainField(context, run, plan, outputs.mix!);
        const summary = [`version ${plan.version} by ${Object.keys(trained).join(', ')}`, ...failed.map((name) => `${name} failed`)];
        run = await advance(context, run, { ...outputs, train: trained }, summary.join('; '), save);
        break;
      }
      case 'evaluate': {
        const evaluated = await evaluateField(context, run, plan, { mixes: trainedMixes(outputs), trained: outputs.train! });
        const evaluate = { ...evaluated, ...withCoverage(outputs) };
        run = await advance(context, run, { ...outputs, evaluate }, `${evaluated.cases} cases`);
        break;
      }
      case 'gate': {
        const strategies = Object.keys(trainedMixes(outputs));
        const { chosen, save } = await judgeField(context.store.queries, { id: run.id, plan, evaluated: outputs.evaluate!, strategies });
        const summary = plan.field.length === 1 ? chosen.report.verdict : `${chosen.report.verdict}: ${chosen.strategy}`;
        run = await advance(context, run, { ...outputs, gate: chosen }, summary, save);
        break;
      }
      case 'propose': {
        const { strategy, report } = outputs.gate!;
        const proposal = { strategy, report, mix: outputs.mix![strategy]!, trained: outputs.train![strategy]! };
        const candidateId = await proposeCandidate(context, run, plan, proposal);
        context.progress.end(`candidate ${candidateId}`);
        return candidateId;
      }
      default:
        stage satisfies never;
    }
  }
}

function describeMixes(mixes: Mixes): string {
  const words = ({ fresh, replayedIds, classes }: Mix) =>
    `${fresh} new and ${replayedIds.length} replayed examples, ${classes.length} classes`;
  return [...new Set(Object.values(mixes).map(words))].join('; ');
}

/** The report of a candidate tells it, too. */
const withCoverage = ({ encode }: Outputs) => (encode?.coverage ? { coverage: encode.coverage } : {});

/** Of the contenders that are still in the field. */
function trainedMixes({ mix, train }: Outputs): Mixes {
  return Object.fromEntries(Object.keys(train!).map((strategy) => [strategy, mix![strategy]!]));
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
  outputs: Outputs,
  summary: string,
  save: (transaction: Transaction) => Promise<void> = async () => undefined,
): Promise<Run> {
  const next = stages[stages.indexOf(run.stage) + 1]!;
  const advanced = await transact(store, async (transaction) => {
    await save(transaction);
    return advanceRun(transaction, run, next, outputs);
  });
  progress.end(summary);
  return advanced;
}

interface Claimed {
  readonly run: Run;
  readonly resumed: Resumed | undefined;
  readonly givenUp: GivenUp | undefined;
}

/** An unfinished run of the adapter, where there is one that does what is asked for; else a new one. @throws UPDATE_RUNNING, INTERRUPTED */
async function claimRun(context: UpdateContext, request: UpdateRequest): Promise<Claimed> {
  const { store } = context;
  const { declaration, field, reencode, trigger, at } = request;
  const asked = fieldNamed(field ?? [declaration.strategy]).map(({ name }) => name);
  const owner = newOwner();
  const beginNew = async (beforehand: () => Promise<void>) => {
    const plan = await planUpdate({ ...context, declaration, field: asked, reencode, at });
    await beforehand();
    const request = { adapter: declaration.name, stage: stages[0], plan, trigger, owner, startedAt: at, now: new Date() };
    const run = await beginRun(store, request);
    await clearRunFolders(context.workspace, run);
    return run;
  };
  const unfinished = await takeOverRun(store, declaration.name, { owner, now: new Date(), isAlive: mayBeAlive, toEnd: request.fresh });
  if (!unfinished) return { run: await beginNew(async () => undefined), resumed: undefined, givenUp: undefined };
  const { id, stage } = unfinished;
  try {
    const decided = await decideOn(context, request, unfinished, asked);
    if (decided.intention === 'resume') return { run: unfinished, resumed: { at: stage, differs: decided.differs }, givenUp: undefined };
    const { reason } = decided;
    const run = await beginNew(() => failRun(context, unfinished, `given up: ${reason}`));
    return { run, resumed: undefined, givenUp: { run: id, stage, reason } };
  } catch (thrown) {
    // Where nothing could be decided or planned, the run stays what it was: unfinished, and nobody's.
    await releaseRun(store, unfinished).catch(() => undefined);
    throw thrown;
  }
}

type Decided =
  | { readonly intention: 'resume'; readonly differs: Resumed['differs'] }
  | { readonly intention: 'fresh'; readonly reason: string };

/** @throws INTERRUPTED */
async function decideOn(context: UpdateContext, request: UpdateRequest, run: Run, asked: readonly string[]): Promise<Decided> {
  const { declaration, reencode, fresh, decide = () => 'resume' } = request;
  if (fresh) return { intention: 'fresh', reason: 'a fresh run was asked for' };
  const champion = await findChampionVersion(context.store.queries, declaration.name);
  const reason = reasonToGiveUp(run, { asked, reencode, champion, encoder: context.encoder.fingerprint });
  if (reason !== undefined) return { intention: 'fresh', reason };
  const differs = await findDifferences(context, run.plan as Plan, declaration);
  if (differs.length === 0) return { intention: 'resume', differs };
  const { id, adapter, stage, startedAt } = run;
  const intention = await askIntention(context, run, () => decide(differs, { run: id, adapter, stage, startedAt }));
  return intention === 'resume' ? { intention, differs } : { intention, reason: 'a fresh run was asked for' };
}

interface Wanted {
  readonly asked: readonly string[];
  readonly reencode: true | undefined;
  readonly champion: number | null;
  /** Its fingerprint. */
  readonly encoder: string;
}

/** One that an earlier Espalier began may have no field, tell classes apart by their labels alone, or have stored less than a verdict needs now. */
function reasonToGiveUp({ plan, outputs }: Run, { asked, reencode, champion, encoder }: Wanted): string | undefined {
  if (String((plan as Partial<Plan>).field) !== String(asked)) return 'another strategy was asked for';
  if ((plan as Plan).reencode !== reencode) return reencode ? 'everything is to be encoded again' : 'it encoded everything again';
  if ((plan as Plan).encoderFingerprint !== encoder) return 'the encoder is another now';
  // A candidate that was compared with another version than the champion cannot be approved.
  if ((plan as Plan).parentVersion !== champion) return 'the champion is another now';
  const mixes = Object.values((outputs as Outputs).mix ?? {});
  const evaluated = (outputs as Outputs).evaluate;
  const isOlder =
    mixes.some(({ unreadableIds, classes }) => !unreadableIds || classes.some((one: unknown) => typeof one === 'string')) ||
    (evaluated && evaluated.rules !== evaluationRules);
  return isOlder ? 'an earlier Espalier began it' : undefined;
}

/** What can be mended by running again leaves the run to be resumed; what cannot, ends it. */
const mendable = new Set(['INTERRUPTED', 'DISK_FULL', 'DISK_READ_ONLY', 'DISK_FAILED', 'TOO_MANY_FILES', 'STORE_BUSY']);

async function leaveRun(context: UpdateContext, run: Run, thrown: unknown): Promise<void> {
  if (thrown instanceof EspalierError && thrown.code === 'LEASE_LOST') return;
  const ending =
    thrown instanceof EspalierError && mendable.has(thrown.code)
      ? releaseRun(context.store, run)
      : failRun(context, run, messageOf(thrown));
  // The store may be what failed; the first error is the one to tell, and the lease runs out by itself.
  await ending.catch(() => undefined);
}

async function failRun({ store, workspace }: UpdateContext, run: Run, error: string): Promise<void> {
  await endRun(store.queries, run, { status: 'failed', error, at: new Date() });
  await rm(runFolder(workspace, run.adapter, run.id), { recursive: true, force: true });
}
