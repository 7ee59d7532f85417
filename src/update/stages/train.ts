/**
 * Trains the field of an update, with up to one training per processor side by side, and leaves the files of each in
 * the run's folder.
 */
import { availableParallelism, freemem } from 'node:os';
import PQueue from 'p-queue';
import { EspalierError } from '../../core/errors.js';
import { largestOf } from '../../core/sequences.js';
import type { BufferBudget } from '../../declaration/declaration.js';
import { type Failure, saveContenders } from '../../store/contenders.js';
import { storeTime, type Transaction } from '../../store/database.js';
import { type Run, renewLease } from '../../store/runs.js';
import { buildJob } from '../../training/build-job.js';
import { bytesKept } from '../../training/bytes-kept.js';
import type { HeadShape, Strategy, TrainedHead, TrainingJob, TrainingProgress } from '../../training/job.js';
import { keptHead, leavesWeights } from '../../training/kept-head.js';
import { strategyNamed } from '../../training/strategies.js';
import { train } from '../../training/train.js';
import { adapterMetadata } from '../../versions/adapter-metadata.js';
import { writeTrained } from '../../versions/version-folder.js';
import { settingsOf } from '../contest.js';
import { contenderOf, type Mix, type Mixes, type Plan, type UpdateContext } from '../context.js';
import { piecesLearned } from '../familiar.js';
import { openScoreboard } from '../scoreboard.js';
import { readParent, readParts } from './mix.js';

/** The result of a training that the later stages need. */
export interface Trained {
  readonly headKind: string;
  readonly headShape: HeadShape;
  readonly facts: Readonly<Record<string, number>>;
  /** File -> SHA-256 of what the training wrote, so that a file changed later by a disk or a person is not proposed. */
  readonly files: Readonly<Record<string, string>>;
}

/** Timings and failures are stored separately from the stage outputs, which must be reproducible. */
interface Attempt {
  readonly trained: Trained | null;
  readonly seconds: number | null;
  readonly bytesKept: number | null;
  readonly error: Failure | null;
}

interface FieldTraining {
  /** Strategy -> training, without those that failed. */
  readonly trained: Readonly<Record<string, Trained>>;
  readonly failed: readonly string[];
  readonly save: (transaction: Transaction) => Promise<void>;
}

/**
 * A strategy that fails leaves the field.
 * @throws the strategies' own error if all fail; INTERRUPTED, LEASE_LOST
 */
export async function trainField(context: UpdateContext, run: Run, plan: Plan, mixes: Mixes): Promise<FieldTraining> {
  const stop = new AbortController();
  const inside = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  const scoreboard = openScoreboard(plan.field, context.progress);
  const queue = new PQueue({ concurrency: trainingsAtOnce(context.encoder.dimension, Object.values(mixes)) });
  const broken: unknown[] = [];
  const trainNext = async (name: string) => {
    try {
      scoreboard.set(name, 'running');
      const attempt = await trainOnce(inside, run, plan, {
        strategy: strategyNamed(name),
        mix: mixes[name]!,
        progress: scoreboard.of(name),
      });
      scoreboard.set(name, attempt.error ? 'failed' : 'done');
      return { strategy: name, ...attempt };
    } catch (thrown) {
      // The other trainings are useless without this one, and none may keep writing once the stage has ended.
      broken.push(thrown);
      stop.abort();
      return [];
    }
  };
  const attempts = (await Promise.all(plan.field.map((name) => queue.add(() => trainNext(name))))).flat();
  if (broken.length > 0) throw broken[0];
  const trained = attempts.flatMap((attempt) =>
    attempt.trained ? [[attempt.strategy, attempt.trained] as const] : [],
  );
  const failures = attempts.flatMap(({ strategy, error }) => (error ? [{ strategy, ...error }] : []));
  if (trained.length === 0) throw failureOfAll(failures);
  const save = (transaction: Transaction) => saveContenders(transaction, run.id, attempts);
  return {
    trained: Object.fromEntries(trained),
    failed: failures.map(({ strategy, code }) => `${strategy} [${code}]`),
    save,
  };
}

function failureOfAll(failures: readonly (Failure & { strategy: string })[]): EspalierError {
  const { code, message, hint } = failures[0]!;
  const others = failures.slice(1).map((failure) => `${failure.strategy} [${failure.code}]`);
  return new EspalierError(code, others.length === 0 ? message : `${message}; nor could ${others.join(', ')}`, {
    hint,
  });
}

/** Upper bound of the memory a training uses besides its vectors: statistics and factors of the widest head. */
const bytesOfTraining = 512 * 1024 ** 2;

/**
 * One training per processor, as far as memory allows: each holds its rows packed (packed-rows.ts). A training by gradient
 * writes them out in full in its thread, joins new and replayed ones, and computes its inputs from them: three times
 * 4 x dimension bytes an example beside the packed rows. A closed form reads slices and stays far below this bound.
 */
function trainingsAtOnce(dimension: number, mixes: readonly Mix[]): number {
  const rows = largestOf(
    mixes.map(({ fresh, replayedIds, learnedIds = [] }) => fresh + replayedIds.length + learnedIds.length),
  );
  const bytes = bytesOfTraining + 4 * rows * dimension * Float32Array.BYTES_PER_ELEMENT;
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / bytes)));
}

interface Contest {
  readonly strategy: Strategy;
  readonly mix: Mix;
  readonly progress: TrainingProgress;
}

/**
 * Skips a training that an earlier process has finished: the file that is written last shows that all files are
 * complete.
 */
async function trainOnce(context: UpdateContext, run: Run, plan: Plan, contest: Contest): Promise<Attempt> {
  const { versions } = context;
  const contender = contenderOf(run, contest.strategy.name);
  const record = await versions.readRecord(contender);
  if (record !== undefined) return JSON.parse(record) as Attempt;
  const job = await jobOf(context, plan, contest);
  const began = performance.now();
  const trained = await tryTraining(job, context.signal, contest.progress);
  if ('code' in trained) return { trained: null, seconds: null, bytesKept: null, error: trained };
  const { head, facts } = trained;
  const seconds = (performance.now() - began) / 1000;
  const pieces = await piecesLearned(context, plan, contest.mix);
  // A process that was paused and overtaken must not write files that belong to another process by now.
  await renewLease(context.store, run, await storeTime(context.store));
  const { encoder } = context;
  const { classes, multiLabel } = contest.mix;
  const about = adapterMetadata({ adapter: plan.declaration.name, encoder, classes, multiLabel });
  const files = await writeTrained(versions, contender, trained, { about, pieces });
  const seen = job.fresh.targets.length + job.replayed.targets.length;
  const attempt: Attempt = {
    trained: { headKind: head.kind, headShape: head.shape, facts, files },
    seconds,
    bytesKept: bytesKept(contest.strategy, trained, { ...job, members: Math.min(job.budget, seen), all: seen }),
    error: null,
  };
  await versions.writeRecord(contender, JSON.stringify(attempt));
  return attempt;
}

async function jobOf(context: UpdateContext, plan: Plan, { strategy, mix }: Contest): Promise<TrainingJob> {
  const { meanBytes, ...parts } = await readParts(context, plan, mix);
  return buildJob({
    strategy: strategy.name,
    settings: settingsOf(plan, strategy),
    dimension: context.encoder.dimension,
    lexical: context.encoder.lexical,
    classes: mix.classes,
    multiLabel: mix.multiLabel ?? [],
    retired: mix.retired ?? [],
    ...parts,
    budget: budgetIn(plan.declaration.buffer, meanBytes),
    parent: mix.continues ? await readParent(context, plan) : undefined,
  });
}

/** An error of the strategy is recorded as a result; a stop is not. */
async function tryTraining(
  job: TrainingJob,
  signal: AbortSignal,
  progress: TrainingProgress,
): Promise<TrainedHead | Failure> {
  if (leavesWeights(job)) return keptHead(job);
  try {
    return await train(job, { signal, progress });
  } catch (thrown) {
    if (!(thrown instanceof EspalierError) || thrown.code === 'INTERRUPTED') throw thrown;
    const { code, message, hint } = thrown;
    return { code, message, hint };
  }
}

/** The number of examples that a budget holds; a budget in bytes is converted by the mean size of the texts at hand. */
export function budgetIn(budget: BufferBudget, meanBytes: number): number {
  return 'examples' in budget ? budget.examples : Math.floor(budget.bytes / Math.max(1, meanBytes));
}
