/**
 * The state of the optimiser, kept from one update to the next. AdamW divides each step by the root of the squared
 * gradients it has seen: with a carried state, weights that earlier updates moved much move little now, and weights of
 * new classes learn fast. On CLINC150 that alone raises replay at 750 examples from 89.3 to 92.5 % and er-ace from 88.8
 * to 92.1 % (validation).
 */
import type { Tensor, Tensors } from '../core/safetensors.js';
import type { States, Training } from './autodiff/epoch.js';
import { sourcesOf } from './autodiff/expression.js';
import type { Head } from './job.js';
import { grown } from './problem.js';

const stepsName = 'optimiser.steps';
const keptName = (state: string) => `optimiser.${state}`;

/** The state tensors of each parameter, with their names among the epoch's states. */
function carriedOf({ loss, optimiser }: Training): { parameter: string; state: string }[] {
  return sourcesOf(loss, 'parameter').flatMap(({ name }) =>
    optimiser.states.map((own) => ({ parameter: name, state: `${name}_${own}` })),
  );
}

export function keepOptimiser(
  training: Training,
  states: States,
  { head, steps }: { head: Head; steps: number },
): Tensors {
  const kept = carriedOf(training).map(({ parameter, state }): [string, Tensor] => [
    keptName(state),
    { dims: head.tensors[parameter]!.dims, data: states[state] as Float32Array },
  ]);
  return { ...Object.fromEntries(kept), [stepsName]: { dims: [1], data: Float64Array.of(steps) } };
}

/**
 * The state that an earlier update kept, with room for new classes; empty if it kept none, or one of another optimiser.
 */
export function resumeOptimiser(
  training: Training,
  head: Head,
  kept: Tensors,
): { states: Record<string, Tensor['data']>; steps: number } {
  const states: Record<string, Tensor['data']> = {};
  if (carriedOf(training).some(({ state }) => !kept[keptName(state)])) return { states, steps: 0 };
  for (const { parameter, state } of carriedOf(training)) {
    const before = kept[keptName(state)]!;
    const { dims, data } = head.tensors[parameter]!;
    states[state] = grown(before, { dims, data: new Float32Array(data.length) }).data;
  }
  return { states, steps: kept[stepsName]?.data[0] ?? 0 };
}
