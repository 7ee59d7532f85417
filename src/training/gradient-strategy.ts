/** What strategies that train by gradient have in common. */
import type { TrainingSettings } from '../core/declaration.js';
import type { Objective } from './descent.js';
import { learn } from './held-apart.js';
import type { Strategy, StrategyOption, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { goesOn, optionsOf } from './options.js';
import type { Problem } from './problem.js';

/** The usual one first. */
export const gradientHeads = ['linear', 'cosine', 'bottleneck', 'ridge'] as const;

interface GradientStrategy {
  readonly name: string;
  readonly summary: string;
  readonly replays: boolean;
  readonly measures?: NonNullable<Strategy['measures']>;
  /** Where the settings say none. */
  readonly learningRate?: number;
  /** Whether the optimiser goes on with what it carried at the end of the update before, where the settings do not say. */
  readonly keepsOptimiser?: boolean;
  readonly options?: Readonly<Record<string, StrategyOption>>;
  /** The loss of one update. */
  objective(problem: Problem, options: Readonly<Record<string, number>>): Objective | Promise<Objective>;
  /** What is kept for the next update, made after training. */
  remember?(
    problem: Problem,
    trained: TrainedHead,
    options: Readonly<Record<string, number>>,
    /** What the loss was given beside the problem's data. */
    data: NonNullable<Objective['data']>,
  ): Promise<TrainedHead['state']> | TrainedHead['state'];
}

export const usualRate = 3e-4;

/** A strategy that is a loss, and perhaps something to remember. */
export function gradientStrategy({
  objective,
  remember,
  options = {},
  learningRate = usualRate,
  keepsOptimiser = false,
  ...words
}: GradientStrategy): Strategy {
  const strategy: Strategy = {
    ...words,
    options,
    headKinds: gradientHeads,
    continues: (parent: TrainedHead, settings: TrainingSettings) => goesOn(gradientHeads, parent, settings),
    train(job: TrainingJob, progress: TrainingProgress) {
      const chosen = optionsOf(strategy, job.settings);
      const { moments } = job.settings;
      const descent = {
        usualKind: gradientHeads[0],
        usualRate: learningRate,
        keepsOptimiser: moments === undefined ? keepsOptimiser : moments === 'carried',
        objective: (posed: Problem) => objective(posed, chosen),
      };
      return learn(job, descent, progress, ({ problem, trained, data = {} }) => remember?.(problem, trained, chosen, data) ?? {});
    },
  };
  return strategy;
}
