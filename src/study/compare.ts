/**
 * What every strategy would have made of an adapter's own stream: its domains in the order in which they first came,
 * one update each, from nothing, under several buffer budgets. Nothing is proposed, and of the store only the cache of
 * vectors grows.
 */

import { EspalierError } from '../core/errors.js';
import { groupBy } from '../core/grouping.js';
import { largestOf } from '../core/sequences.js';
import type { AdapterDeclaration, BufferBudget, TrainingSettings } from '../declaration/declaration.js';
import {
  classesAmong,
  type Domain,
  distinctDomains,
  domainKey,
  nameWithin,
  requireRivals,
} from '../declaration/tasks.js';
import { encodeCached, warmCache } from '../encoder/cached.js';
import type { AccuracyMatrix } from '../evaluation/continual.js';
import { requireAnswerForm } from '../intake/answer-form.js';
import { policyFor } from '../replay/policies.js';
import type { ReplayPolicy } from '../replay/policy.js';
import { lastArrival } from '../store/arrivals.js';
import { byArrival, type Example, listExamples } from '../store/examples.js';
import type { Strategy } from '../training/job.js';
import { checkSettings, settingsFor } from '../training/options.js';
import { allStrategies, strategyNamed } from '../training/strategies.js';
import { train } from '../training/train.js';
import type { UpdateContext } from '../update/context.js';
import { type Comparison, type ComparisonRow, failureOf, nameOfPlay, type Play, roleOf, rowOf } from './comparison.js';
import { playStream } from './play-stream.js';
import type { Labelled, StreamStep } from './stream.js';

export type CompareContext = Pick<UpdateContext, 'store' | 'encoder' | 'progress' | 'signal' | 'work'>;

export interface CompareRequest {
  readonly declaration: AdapterDeclaration;
  /** Names; without them all there are. */
  readonly strategies?: readonly string[] | undefined;
  /** Numbers of examples; without them a third of the declared budget, and the whole. */
  readonly budgets?: readonly number[] | undefined;
}

/**
 * @throws NOTHING_TO_COMPARE, TOO_FEW_CLASSES, STRATEGY_UNKNOWN, HEAD_UNKNOWN, POLICY_UNKNOWN, DECLARATION_INVALID,
 * INTERRUPTED
 */
export async function compareStrategies(context: CompareContext, request: CompareRequest): Promise<Comparison> {
  const { declaration } = request;
  checkSettings(strategyNamed(declaration.strategy), declaration.training);
  const chosen = request.strategies ? [...new Set(request.strategies)].map(strategyNamed) : allStrategies();
  const policy = policyFor(declaration.buffer);
  const found = await readSteps(context, declaration);
  const budgets = request.budgets ?? usualBudgets(declaration.buffer, found);
  const steps = await encodeSteps(context, found);
  const plays = chosen.flatMap((strategy) =>
    (strategy.replays ? [...new Set(budgets)] : [0]).map((budget) => ({ strategy, budget })),
  );
  const names = plays.map(({ strategy, budget }) => nameOfPlay({ strategy: strategy.name, budget }));
  const widest = largestOf(names.map((name) => name.length));
  const played: { row: ComparisonRow; matrix?: AccuracyMatrix }[] = [];
  for (const [number, play] of plays.entries()) {
    const title = `${String(number + 1).padStart(String(plays.length).length)}/${plays.length} ${names[number]!.padEnd(widest)}`;
    played.push(await playOne(context, { ...play, title, steps, policy, training: declaration.training }));
  }
  played.sort((a, b) => (b.row.averageAccuracy ?? -1) - (a.row.averageAccuracy ?? -1));
  const examples = found.map(({ name, fresh, held }) => ({ domain: name, train: fresh.length, holdout: held.length }));
  return {
    adapter: declaration.name,
    domains: found.map(({ name }) => name),
    examples,
    unmeasured: examples.filter(({ holdout }) => holdout === 0).map(({ domain }) => domain),
    classes: classesAmong(
      declaration.tasks,
      found.flatMap(({ fresh }) => fresh),
    ).length,
    encoder: declaration.encoder.model,
    settings: declaration.training,
    rows: played.map(({ row }) => row),
    matrices: played.flatMap(({ row: { strategy, role, budget }, matrix }) =>
      matrix ? [{ strategy, role, budget, matrix }] : [],
    ),
  };
}

/** What one update brings: a domain of a task. */
export interface Step extends Domain {
  /** With its task where the adapter has several. */
  readonly name: string;
  readonly multiLabel?: boolean | undefined;
  readonly fresh: Example[];
  readonly held: Example[];
}

/** Domains of each task that bring something to learn, in the order in which they first came. */
export async function readSteps({ store }: CompareContext, { name, tasks }: AdapterDeclaration): Promise<Step[]> {
  for (const task of tasks) await requireAnswerForm(store.queries, name, task);
  const range = {
    adapter: name,
    tasks: tasks.map((task) => task.name),
    afterArrival: 0,
    throughArrival: await lastArrival(store.queries, name),
  };
  const fresh = await listExamples(store, { ...range, split: 'train' });
  const held = await listExamples(store, { ...range, split: 'holdout' });
  const inOrder = [...fresh, ...held].sort(byArrival);
  const freshOf = groupBy(fresh, domainKey);
  const heldOf = groupBy(held, domainKey);
  const steps = distinctDomains(inOrder)
    .map(({ task, domain }): Step => {
      const key = domainKey({ task, domain });
      const { multiLabel } = tasks.find(({ name: declared }) => declared === task)!;
      return {
        task,
        domain,
        name: nameWithin(tasks, task, domain),
        multiLabel,
        fresh: freshOf.get(key) ?? [],
        held: heldOf.get(key) ?? [],
      };
    })
    .filter((step) => step.fresh.length > 0);
  if (steps.length < 2) {
    throw new EspalierError(
      'NOTHING_TO_COMPARE',
      `${name} has examples of ${steps.length === 0 ? 'no domain' : 'one domain only'}`,
      {
        hint: `Bring ${steps.length === 0 ? 'two domains' : 'another'}: \`espalier ingest\` takes more examples of ${name}, of the \`domain\` that you name.`,
        parameters: ['domain'],
      },
    );
  }
  if (held.length === 0) {
    throw new EspalierError('NOTHING_TO_COMPARE', `${name} has no held-out examples to measure by`, {
      hint: 'Set holdout.fraction in adapter.yaml, and bring more examples.',
    });
  }
  requireRivals({ name, tasks }, classesAmong(tasks, fresh));
  return steps;
}

/** A third of the declared budget, and the whole. */
export function usualBudgets(declared: BufferBudget, steps: readonly Step[]): number[] {
  const whole = 'examples' in declared ? declared.examples : fittingIn(declared.bytes, steps);
  return [Math.max(1, Math.round(whole / 3)), whole];
}

/** How many texts of average size a budget in bytes holds. */
function fittingIn(bytes: number, steps: readonly Step[]): number {
  const texts = steps.flatMap(({ fresh }) => fresh.map(({ text }) => text));
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / texts.length;
  return Math.max(1, Math.floor(bytes / size));
}

export async function encodeSteps(
  { store, encoder, progress, signal }: CompareContext,
  found: readonly Step[],
): Promise<StreamStep[]> {
  progress.begin('encode');
  const texts = found.flatMap(({ fresh, held }) => [...fresh, ...held].map(({ text }) => text));
  const { encoded } = await warmCache(store, encoder, texts, {
    signal,
    progress: (done, total) => progress.advance(done, total, 'texts'),
  });
  progress.end(`${encoded} new texts of ${texts.length}`);
  const labelled = async (examples: readonly Example[]): Promise<Labelled> => ({
    vectors: await encodeCached(
      store,
      encoder,
      examples.map(({ text }) => text),
      { signal },
    ),
    labels: examples.map(({ label }) => label),
    origins: examples.map(({ source, receivedAt }) => ({ source, receivedAt })),
  });
  const steps: StreamStep[] = [];
  for (const { name, task, multiLabel, fresh, held } of found)
    steps.push({ name, task, multiLabel, train: await labelled(fresh), test: await labelled(held) });
  return steps;
}

interface OnePlay {
  readonly title: string;
  readonly steps: readonly StreamStep[];
  readonly strategy: Strategy;
  readonly policy: ReplayPolicy;
  readonly budget: number;
  readonly training: TrainingSettings;
}

/** What a strategy cannot learn is a finding too; only a stop ends the comparison. */
async function playOne(
  { encoder, progress, signal }: CompareContext,
  { title, steps, strategy, policy, budget, training }: OnePlay,
): Promise<{ row: ComparisonRow; matrix?: AccuracyMatrix }> {
  const play: Play = { strategy: strategy.name, role: roleOf(strategy), budget };
  const played = (done: number) => progress.advance(done, steps.length, 'updates');
  progress.begin(title);
  played(0);
  try {
    const outcome = await playStream({
      steps,
      strategy,
      lexical: encoder.lexical,
      settings: settingsFor(strategy, training),
      policy,
      budget,
      train: (job) => train(job, { signal, progress: () => undefined }),
      played,
    });
    progress.end(`${(outcome.averageAccuracy * 100).toFixed(1)} % after ${steps.length} updates`);
    return { row: rowOf(play, outcome), matrix: outcome.matrix };
  } catch (thrown) {
    const failed = thrown instanceof EspalierError && thrown.code !== 'INTERRUPTED';
    progress.end(failed ? `failed [${thrown.code}]` : 'stopped');
    if (failed) return { row: failureOf(play, thrown) };
    // Of a comparison nothing is kept but the vectors.
    if (signal.aborted)
      throw new EspalierError('INTERRUPTED', 'stopped while comparing', { hint: 'Run it again: it begins anew.' });
    throw thrown;
  }
}
