/**
 * What every replay policy would have made of an adapter's own stream, at several budgets, under one strategy that
 * replays: each play is repeated under several seeds, and the policies of one budget are compared seed by seed.
 */
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration, BufferRule } from '../declaration/declaration.js';
import { allPolicies, policyFor } from '../replay/policies.js';
import type { Strategy } from '../training/job.js';
import { settingsFor } from '../training/options.js';
import { strategyNamed } from '../training/strategies.js';
import { train } from '../training/train.js';
import { type BudgetRanking, rankingOf, type SeedResult } from './bakeoff-ranking.js';
import { type CompareContext, encodeSteps, readSteps, usualBudgets } from './compare.js';
import { playStream } from './play-stream.js';
import type { StreamStep } from './stream.js';

export interface BakeoffRequest {
  readonly declaration: AdapterDeclaration;
  /** Names; without them all there are. */
  readonly policies?: readonly string[] | undefined;
  /** Numbers of examples; without them a third of the declared budget, and the whole. */
  readonly budgets?: readonly number[] | undefined;
  readonly strategy: string;
  /** How many seeds, from the declared one on. */
  readonly seeds: number;
}

export interface Bakeoff {
  readonly adapter: string;
  readonly strategy: string;
  readonly seeds: readonly number[];
  /** One update each; with their task where the adapter has several. */
  readonly domains: readonly string[];
  /** One a budget, in ascending order. */
  readonly budgets: readonly BudgetRanking[];
}

/**
 * @throws USAGE, NOTHING_TO_COMPARE, TOO_FEW_CLASSES, STRATEGY_UNKNOWN, POLICY_UNKNOWN, DECLARATION_INVALID,
 * TRAINING_DIVERGED, INTERRUPTED
 */
export async function bakeOff(context: CompareContext, request: BakeoffRequest): Promise<Bakeoff> {
  const { declaration, seeds: repeats } = request;
  const strategy = requireReplay(strategyNamed(request.strategy));
  const names = [...new Set(request.policies ?? allPolicies().map(({ name }) => name))];
  const rules = names.map((name) => ruleOf(name, declaration.buffer));
  for (const rule of rules) policyFor(rule);
  const found = await readSteps(context, declaration);
  const budgets = [...new Set(request.budgets ?? usualBudgets(declaration.buffer, found))].sort((a, b) => a - b);
  const seeds = Array.from({ length: repeats }, (_, index) => declaration.training.seed + index);
  const steps = await encodeSteps(context, found);
  const rankings: BudgetRanking[] = [];
  for (const budget of budgets) {
    const results = new Map<string, SeedResult[]>();
    for (const rule of rules) {
      const play = { declaration, strategy, rule, budget, steps };
      results.set(rule.policy, await playSeeds(context, play, seeds));
    }
    rankings.push(rankingOf(budget, results));
  }
  const domains = found.map(({ name }) => name);
  return { adapter: declaration.name, strategy: strategy.name, seeds, domains, budgets: rankings };
}

/** @throws USAGE */
function requireReplay(strategy: Strategy): Strategy {
  if (strategy.replays) return strategy;
  throw new EspalierError('USAGE', `the strategy ${strategy.name} replays nothing, whatever the buffer holds`, {
    hint: 'Name one that does with `strategy`, such as er-ace.',
    parameters: ['strategy'],
  });
}

/** The declared options hold for the declared policy; the floor holds for all. */
function ruleOf(policy: string, { policy: declared, options, floor }: BufferRule): BufferRule {
  return { policy, options: policy === declared ? options : {}, floor };
}

interface SeedPlays {
  readonly declaration: AdapterDeclaration;
  readonly strategy: Strategy;
  readonly rule: BufferRule;
  readonly budget: number;
  readonly steps: readonly StreamStep[];
}

async function playSeeds(
  { encoder, progress, signal }: CompareContext,
  { declaration, strategy, rule, budget, steps }: SeedPlays,
  seeds: readonly number[],
): Promise<SeedResult[]> {
  const updates = seeds.length * steps.length;
  progress.begin(`${rule.policy} ${budget}`);
  const results: SeedResult[] = [];
  try {
    for (const seed of seeds) {
      const { averageAccuracy, forgetting } = await playStream({
        steps,
        strategy,
        lexical: encoder.lexical,
        settings: { ...settingsFor(strategy, declaration.training), seed },
        policy: policyFor(rule),
        budget,
        train: (job) => train(job, { signal, progress: () => undefined }),
        played: (done) => progress.advance(results.length * steps.length + done, updates, 'updates'),
      });
      results.push({ averageAccuracy, forgetting });
    }
  } catch (thrown) {
    progress.end(signal.aborted ? 'stopped' : 'failed');
    if (!signal.aborted) throw thrown;
    const hint = 'Run it again: it begins anew.';
    throw new EspalierError('INTERRUPTED', 'stopped while comparing policies', { hint });
  }
  const mean = results.reduce((sum, { averageAccuracy }) => sum + averageAccuracy, 0) / results.length;
  progress.end(`${(mean * 100).toFixed(1)} % over ${seeds.length} seeds`);
  return results;
}
