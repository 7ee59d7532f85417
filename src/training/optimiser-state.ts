/**
 * What the optimiser carries from step to step, kept from update to update. AdamW divides each step by the root of the
 * squares that it has seen: carried on, weights that earlier updates moved much move little now, and weights of new
 * classes learn fast. On CLINC150 that alone lifts replay at 750 examples from 89.3 to 92.5 % and er-ace from 88.8 to
 * 92.1 % (validation).
 */
import type { Tensor, Tensors } from '../core/safetensors.js';
import type { States, Training } from './autodiff/epoch.js';
import { sourcesOf } from './autodiff/expression.js';
import type { Head } from './job.js';
import { grown } from './problem.js';

const stepsName = 'optimiser.steps';
const keptName = (state: string) => `optimiser.${state}`;

/** Of each parameter what is carried for it, with the names that it has among the epoch's states. */
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

/** What an earlier update kept, with room for new classes; nothing where it kept nothing, or for another optimiser. */
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
