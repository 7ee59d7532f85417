/**
 * Update rules that change a parameter by its gradient. Each rule names the tensors that it keeps between steps, and
 * the numbers that a step needs.
 */
import type { Arithmetic } from './arithmetic.js';

export interface Optimiser {
  /** Tensors kept for each parameter, of its shape, initially zero. */
  readonly states: readonly string[];
  /** Names of the numbers that `numbersAt` returns. */
  readonly numbers: readonly string[];
  /**
   * Computed on the host for step `time`, counted from 1 over all epochs, in float64, so that schedule and bias
   * correction add no work to the graph.
   */
  numbersAt(time: number, learningRate: number): Readonly<Record<string, number>>;
  update(
    arithmetic: Arithmetic,
    before: OptimiserStep,
  ): { readonly value: string; readonly states: Readonly<Record<string, string>> };
}

/** Names in the graph of a step's values. */
export interface OptimiserStep {
  readonly value: string;
  readonly gradient: string;
  readonly states: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, string>>;
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/**
 * AdamW (Loshchilov & Hutter, ICLR 2019) on scaled moments m / (1 - beta1) and v / (1 - beta2), so that bias
 * correction, epsilon and learning rate combine into three numbers per step: w' = w decay - rate m / (sqrt(v) +
 * epsilon)
 */
export function adamW({ weightDecay }: { weightDecay: number }): Optimiser {
  return {
    states: ['m', 'v'],
    numbers: ['rate', 'epsilon', 'decay'],
    numbersAt(time, learningRate) {
      const root = Math.sqrt((1 - beta2) / (1 - beta2 ** time));
      const rate = (learningRate * (1 - beta1)) / (1 - beta1 ** time) / root;
      return { rate, epsilon: epsilon / root, decay: 1 - learningRate * weightDecay };
    },
    update({ node, scalar }, { value, gradient, states, numbers }) {
      const m = node('Add', [node('Mul', [states.m!, scalar(beta1)]), gradient]);
      const v = node('Add', [node('Mul', [states.v!, scalar(beta2)]), node('Mul', [gradient, gradient])]);
      const change = node('Div', [node('Mul', [m, numbers.rate!]), node('Add', [node('Sqrt', [v]), numbers.epsilon!])]);
      return { value: node('Sub', [node('Mul', [value, numbers.decay!]), change]), states: { m, v } };
    },
  };
}

/**
 * Stochastic gradient descent with heavy-ball momentum (Polyak, 1964): u' = momentum u + g; w' = w decay - rate u'
 */
export function sgd({ momentum, weightDecay }: { momentum: number; weightDecay: number }): Optimiser {
  return {
    states: ['momentum'],
    numbers: ['rate', 'decay'],
    numbersAt: (_, learningRate) => ({ rate: learningRate, decay: 1 - learningRate * weightDecay }),
    update({ node, scalar }, { value, gradient, states, numbers }) {
      const next = node('Add', [node('Mul', [states.momentum!, scalar(momentum)]), gradient]);
      const change = node('Mul', [next, numbers.rate!]);
      return { value: node('Sub', [node('Mul', [value, numbers.decay!]), change]), states: { momentum: next } };
    },
  };
}
