/** Changes the gradients of all parameters before the optimiser uses them. */
import type { Arithmetic } from './arithmetic.js';

/** Maps parameter names to names of gradients, before and after clipping. */
export type Clipping = (arithmetic: Arithmetic, gradients: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;

export const noClipping: Clipping = (_, gradients) => gradients;

/** The same value as in PyTorch, so that the two can be compared. */
const normPadding = 1e-6;

/**
 * If the joint norm of the gradients exceeds `limit`, scales them down to it, keeping their direction (Pascanu et al.,
 * ICML 2013).
 */
export function clipGlobalNorm(limit: number): Clipping {
  return ({ node, scalar }, gradients) => {
    const squares = [...gradients.values()].map((gradient) => node('ReduceSumSquare', [gradient], { keepdims: 0 }));
    const norm = node('Sqrt', [squares.length === 1 ? squares[0]! : node('Sum', squares)]);
    const ratio = node('Div', [scalar(limit), node('Add', [norm, scalar(normPadding)])]);
    const factor = node('Min', [ratio, scalar(1)]);
    return new Map([...gradients].map(([name, gradient]) => [name, node('Mul', [gradient, factor])]));
  };
}
