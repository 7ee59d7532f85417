/** What happens to the gradients of all parameters before the optimiser sees them. */
import type { Arithmetic } from './arithmetic.js';

/** By parameter name, the names of the gradients. */
export type Clipping = (arithmetic: Arithmetic, gradients: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;

export const noClipping: Clipping = (_, gradients) => gradients;

/** PyTorch's, so that the two can be compared. */
const normPadding = 1e-6;

/** Gradients together longer than `limit` are shortened to it, their direction kept (Pascanu et al., ICML 2013). */
export function clipGlobalNorm(limit: number): Clipping {
  return ({ node, scalar }, gradients) => {
    const squares = [...gradients.values()].map((gradient) => node('ReduceSumSquare', [gradient], { keepdims: 0 }));
    const norm = node('Sqrt', [squares.length === 1 ? squares[0]! : node('Sum', squares)]);
    const ratio = node('Div', [scalar(limit), node('Add', [norm, scalar(normPadding)])]);
    const factor = node('Min', [ratio, scalar(1)]);
    return new Map([...gradients].map(([name, gradient]) => [name, node('Mul', [gradient, factor])]));
  };
}
