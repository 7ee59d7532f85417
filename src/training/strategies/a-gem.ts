/**
 * Averaged gradient episodic memory (Chaudhry et al., "Efficient lifelong learning with A-GEM", ICLR 2019), equation
 * 11: if the gradient g of the new examples would raise the loss of a minibatch of the buffer, whose gradient is r, the
 * component of g that opposes r is removed: g - min(0, g.r) / r.r * r.
 *
 * Memory: only the buffer. Cost of an epoch: 1 + replayRatio times that of fine-tuning. It guards single steps, not the
 * sum of many, and forgets far more than replay: it is included for comparison.
 */
import type { Arithmetic } from '../autodiff/arithmetic.js';
import { sumOfAll } from '../autodiff/arithmetic.js';
import { gradientStrategy } from '../gradient-strategy.js';

export const aGem = gradientStrategy({
  name: 'a-gem',
  summary: 'takes out of each step what would raise the loss on the buffer',
  replays: true,
  objective({ forward, draw, job }) {
    const fresh = draw('fresh');
    const loss = fresh.crossEntropy(forward(fresh).scores);
    if (job.replayed.targets.length === 0) return { loss };
    const remembered = draw('replayed');
    return { loss, constraint: { loss: remembered.crossEntropy(forward(remembered).scores), combine: project } };
  },
});

const smallest = 1e-12;

/** Projects the gradients of all parameters, treated as one vector. */
export function project(
  arithmetic: Arithmetic,
  gradients: ReadonlyMap<string, string>,
  reference: ReadonlyMap<string, string>,
): Map<string, string> {
  const { node, scalar } = arithmetic;
  const total = (products: string[]) => products.reduce((a, b) => node('Add', [a, b]));
  const shared = [...gradients].flatMap(([name, gradient]) =>
    reference.has(name) ? [[gradient, reference.get(name)!] as const] : [],
  );
  const along = total(shared.map(([g, r]) => sumOfAll(arithmetic, node('Mul', [g, r]))));
  const length = total([...reference.values()].map((r) => sumOfAll(arithmetic, node('Mul', [r, r]))));
  const against = node('Div', [node('Min', [along, scalar(0)]), node('Max', [length, scalar(smallest)])]);
  return new Map(
    [...gradients].map(([name, gradient]) => {
      const r = reference.get(name);
      return [name, r === undefined ? gradient : node('Sub', [gradient, node('Mul', [r, against])])];
    }),
  );
}
