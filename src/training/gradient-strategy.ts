/** What strategies that train by gradient have in common. */
import type { TrainingSettings } from '../declaration/declaration.js';
import type { Objective } from './descent.js';
import { gradientHeads, headKindNamed } from './heads.js';
import { learn } from './held-apart.js';
import type { Strategy, StrategyOption, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { goesOn, optionsOf } from './options.js';
import type { Problem } from './problem.js';

interface GradientStrategy {
  readonly name: string;
  readonly summary: string;
  readonly replays: boolean;
  readonly measures?: NonNullable<Strategy['measures']>;
  /** Where the settings say none. */
  readonly learningRate?: number;
  /**
   * The same for a head that has a closed form, which a champion made by it leaves near its optimum; without it
   * `learningRate`.
   */
  readonly closedFormRate?: number;
  /**
   * Whether the optimiser goes on with what it carried at the end of the update before, where the settings do not say.
   */
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

/**
 * Chosen for linear heads on CLINC150's validation split. After an analytic champion of nine of its domains, whose
 * ridge head goes on, the tenth gives replay 94.2, 94.5, 94.4 and 93.7 % in all at rates of 0.001, 0.0003, 0.0001 and
 * 0.00003, so that rehearsing strategies keep theirs; ewc 10, 70, 86 and 90 %, so that those without a buffer have a
 * tenth.
 */
export const usualRate = 3e-4;
/** Of strategies without a buffer, for heads that have a closed form. */
export const cautiousRate = 3e-5;

/** A strategy that is a loss, and perhaps something to remember. */
export function gradientStrategy({
  objective,
  remember,
  options = {},
  learningRate = usualRate,
  closedFormRate = learningRate,
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
      const { moments, head } = job.settings;
      const kind = headKindNamed(job.parent?.head.kind ?? head ?? gradientHeads[0]!);
      const descent = {
        usualKind: gradientHeads[0]!,
        usualRate: kind.hasClosedForm ? closedFormRate : learningRate,
        keepsOptimiser: moments === undefined ? keepsOptimiser : moments === 'carried',
        objective: (posed: Problem) => objective(posed, chosen),
      };
      return learn(
        job,
        descent,
        progress,
        ({ problem, trained, data = {} }) => remember?.(problem, trained, chosen, data) ?? {},
      );
    },
  };
  return strategy;
}
