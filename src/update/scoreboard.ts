/** Progress of several trainings side by side, reported as a whole whenever one of them advances. */
import type { Progress, Work } from '../core/progress.js';
import type { TrainingProgress } from '../training/job.js';

export interface Scoreboard {
  set(name: string, state: Work['state']): void;
  of(name: string): TrainingProgress;
}

export function openScoreboard(names: readonly string[], progress: Progress): Scoreboard {
  const works = new Map(names.map((name): [string, Work] => [name, { name, state: 'waiting' }]));
  const change = (name: string, changed: Partial<Work>) => {
    works.set(name, { ...works.get(name)!, ...changed });
    progress.advanceAll([...works.values()]);
  };
  return {
    set: (name, state) => change(name, { state }),
    of: (name) => (done, total, unit) => change(name, { steps: { done, total, unit } }),
  };
}
