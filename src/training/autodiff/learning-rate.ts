/** The learning rate over time: functions of the step, counted from 0 over all epochs. */
export type LearningRate = (step: number) => number;

export function constantRate(rate: number): LearningRate {
  return () => rate;
}

/**
 * Half a cosine from `rate` to 0 over `steps` (Loshchilov & Hutter, "SGDR", ICLR 2017, without restarts), and 0
 * afterwards.
 */
export function cosineRate(rate: number, steps: number): LearningRate {
  return (step) => (rate * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;
}

/**
 * Linear warm-up over the first `steps`, starting at 1/steps of the rate; the schedule `then` begins at step `steps`.
 */
export function withWarmUp(then: LearningRate, steps: number): LearningRate {
  return (step) => (step < steps ? (then(0) * (step + 1)) / steps : then(step - steps));
}
