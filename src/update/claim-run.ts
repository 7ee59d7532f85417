/**
 * Chooses the run that an update works on: an unfinished run of the adapter, if it does what is requested, or a new
 * one.
 */
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { findChampionVersion } from '../store/candidates.js';
import { storeTime } from '../store/database.js';
import { beginRun, endRun, type Run, releaseRun, stages, takeOverRun } from '../store/runs.js';
import { strategiesNamed } from './contest.js';
import type { Plan, UpdateContext } from './context.js';
import { askIntention, type Decide, findDifferences, type Resumed } from './intentions.js';
import { mayBeAlive, newOwner } from './lease.js';
import { planUpdate } from './plan.js';
import type { Outputs } from './stage.js';
import { evaluationRules } from './store-scores.js';

export interface UpdateRequest {
  readonly declaration: AdapterDeclaration;
  /** Names of strategies that train side by side; the declared strategy alone by default. */
  readonly field?: readonly string[] | undefined;
  /** Learns everything again on the declared encoder, which may differ from the champion's. */
  readonly reencode?: true | undefined;
  /** Whether everything is learned again on the champion's encoder; without it, whether the champion is tainted. */
  readonly anew?: boolean | undefined;
  /** Ends an unfinished run and begins another. */
  readonly fresh?: true | undefined;
  /**
   * Decides about an unfinished run whose plan differs from the present declaration and store; without it the run is
   * resumed.
   */
  readonly decide?: Decide | undefined;
  /** Who or what started the update: a person's name, or a trigger of the schedule. */
  readonly trigger: string;
  readonly at: Date;
}

export interface GivenUp {
  readonly run: number;
  readonly stage: string;
  readonly reason: string;
}

export interface Claimed {
  readonly run: Run;
  readonly resumed: Resumed | undefined;
  readonly givenUp: GivenUp | undefined;
}

/**
 * Returns an unfinished run of the adapter if it does what is requested; otherwise a new one.
 * @throws UPDATE_RUNNING, INTERRUPTED
 */
export async function claimRun(context: UpdateContext, request: UpdateRequest): Promise<Claimed> {
  const { store } = context;
  const { declaration, field, reencode, anew, trigger, at } = request;
  const asked = strategiesNamed(field ?? [declaration.strategy]).map(({ name }) => name);
  const owner = newOwner();
  const beginNew = async (beforehand: () => Promise<void>) => {
    const plan = await planUpdate({ ...context, declaration, field: asked, reencode, anew, at });
    await beforehand();
    const request = {
      adapter: declaration.name,
      stage: stages[0],
      plan,
      trigger,
      owner,
      startedAt: at,
      now: await storeTime(store),
    };
    const run = await beginRun(store, request);
    // An adapter has at most one unfinished run. Files that are staged when one begins belong to runs that have ended;
    // in a database restored from a backup they may even bear the number of the new run.
    await context.versions.discardAll(run.adapter);
    return run;
  };
  const unfinished = await takeOverRun(store, declaration.name, {
    owner,
    now: await storeTime(store),
    isAlive: mayBeAlive,
    toEnd: request.fresh,
  });
  if (!unfinished) return { run: await beginNew(async () => undefined), resumed: undefined, givenUp: undefined };
  const { id, stage } = unfinished;
  try {
    const decided = await decideOn(context, request, unfinished, asked);
    if (decided.intention === 'resume')
      return { run: unfinished, resumed: { at: stage, differs: decided.differs }, givenUp: undefined };
    const { reason } = decided;
    const run = await beginNew(() => failRun(context, unfinished, `given up: ${reason}`));
    return { run, resumed: undefined, givenUp: { run: id, stage, reason } };
  } catch (thrown) {
    // If nothing could be decided or planned, the run stays unfinished and is released.
    await releaseRun(store, unfinished).catch(() => undefined);
    throw thrown;
  }
}

type Decided =
  | { readonly intention: 'resume'; readonly differs: Resumed['differs'] }
  | { readonly intention: 'fresh'; readonly reason: string };

/** @throws INTERRUPTED */
async function decideOn(
  context: UpdateContext,
  request: UpdateRequest,
  run: Run,
  asked: readonly string[],
): Promise<Decided> {
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
  /** Fingerprint of the encoder. */
  readonly encoder: string;
}

/**
 * A run begun by an earlier Espalier may have no field, identify classes by label alone, or have stored less than a
 * verdict needs now.
 */
function reasonToGiveUp({ plan, outputs }: Run, { asked, reencode, champion, encoder }: Wanted): string | undefined {
  if (String((plan as Partial<Plan>).field) !== String(asked)) return 'another strategy was asked for';
  if ((plan as Plan).reencode !== reencode)
    return reencode ? 'everything is to be encoded again' : 'it encoded everything again';
  if ((plan as Plan).encoderFingerprint !== encoder) return 'the encoder is another now';
  // A candidate that was compared with a version other than the champion cannot be approved.
  if ((plan as Plan).parentVersion !== champion) return 'the champion is another now';
  const mixes = Object.values((outputs as Partial<Outputs>).mix ?? {});
  const evaluated = (outputs as Partial<Outputs>).evaluate;
  const isOlder =
    mixes.some(
      ({ unreadableIds, classes }) => !unreadableIds || classes.some((one: unknown) => typeof one === 'string'),
    ) ||
    (evaluated && evaluated.rules !== evaluationRules);
  return isOlder ? 'an earlier Espalier began it' : undefined;
}

export async function failRun({ store, versions }: UpdateContext, run: Run, error: string): Promise<void> {
  await endRun(store.queries, run, { status: 'failed', error, at: new Date() });
  await versions.discard({ adapter: run.adapter, run: run.id });
}
