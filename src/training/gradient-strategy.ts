/** What strategies that train by gradient have in common. */
import type { TrainingSettings } from '../core/declaration.js';
import { descend, type Objective } from './descent.js';
import type { Strategy, StrategyOption, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { goesOn, optionsOf } from './options.js';
import type { Problem } from './problem.js';

/** The usual one first. */
export const gradientHeads = ['linear', 'cosine', 'bottleneck', 'ridge'] as const;

interface GradientStrategy {
  readonly name: string;
  readonly summary: string;
  readonly replays: boolean;
  /** Where the settings say none. */
  readonly learningRate?: number;
  /** Whether the optimiser goes on with what it carried at the end of the update before. */
  readonly keepsOptimiser?: boolean;
  readonly options?: Readonly<Record<string, StrategyOption>>;
  /** The loss of one update. */
  objective(problem: Problem, options: Readonly<Record<string, number>>): Objective | Promise<Objective>;
  /** What is kept for the next update, made after training. */
  remember?(
    problem: Problem,
    trained: TrainedHead,
    options: Readonly<Record<string, number>>,
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
    async train(job: TrainingJob, progress: TrainingProgress) {
      const chosen = optionsOf(strategy, job.settings);
      const { problem, trained } = await descend(
        job,
        { usualKind: gradientHeads[0], usualRate: learningRate, keepsOptimiser, objective: (posed) => objective(posed, chosen) },
        progress,
      );
      return remember ? { ...trained, state: { ...trained.state, ...(await remember(problem, trained, chosen)) } } : trained;
    },
  };
  return strategy;
}
