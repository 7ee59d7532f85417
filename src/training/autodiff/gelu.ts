/**
 * Gaussian error linear unit, x Phi(x) with the exact normal distribution, not its tanh approximation (Hendrycks &
 * Gimpel, 2016).
 */
import type { Arithmetic } from './arithmetic.js';
import { apply, type Expression, type Operation } from './expression.js';

export function gelu(value: Expression): Expression {
  return apply(operation, [value], value.dims);
}

const operation: Operation = {
  name: 'gelu',
  forward(arithmetic, [x]) {
    const erf = errorFunction(arithmetic, arithmetic.node('Mul', [x!, arithmetic.scalar(Math.SQRT1_2)]));
    const half = arithmetic.scalar(0.5);
    const distribution = arithmetic.node('Add', [arithmetic.node('Mul', [erf, half]), half]);
    return [arithmetic.node('Mul', [x!, distribution]), distribution];
  },
  // d (x Phi(x)) = Phi(x) + x phi(x)
  backward: (arithmetic, { inputs: [x], kept: [distribution], gradient }) => [
    () => {
      const power = arithmetic.node('Mul', [arithmetic.node('Mul', [x!, x!]), arithmetic.scalar(-0.5)]);
      const density = arithmetic.node('Mul', [
        arithmetic.node('Exp', [power]),
        arithmetic.scalar(1 / Math.sqrt(2 * Math.PI)),
      ]);
      return arithmetic.times(gradient, arithmetic.node('Add', [distribution!, arithmetic.node('Mul', [x!, density])]));
    },
  ],
};

/** Number of terms of the series below; enough for |x| < 4 at the precision of float64. */
const terms = 70;

/**
 * ONNX Runtime has no float64 kernel for Erf, so in float64 it is computed by the series 2/sqrt(pi) x exp(-x^2) sum (2
 * x^2)^n / (2n + 1)!! (DLMF 7.6.2).
 */
function errorFunction(arithmetic: Arithmetic, x: string): string {
  if (arithmetic.precision === 'float32') return arithmetic.node('Erf', [x]);
  const squared = arithmetic.node('Mul', [x, x]);
  let series = arithmetic.one;
  for (let n = terms; n > 0; n--) {
    const term = arithmetic.node('Mul', [squared, arithmetic.scalar(2 / (2 * n + 1))]);
    series = arithmetic.node('Add', [arithmetic.times(term, series), arithmetic.one]);
  }
  const bell = arithmetic.node('Mul', [
    arithmetic.node('Exp', [arithmetic.node('Neg', [squared])]),
    arithmetic.scalar(2 / Math.sqrt(Math.PI)),
  ]);
  return arithmetic.node('Mul', [arithmetic.node('Mul', [x, bell]), series]);
}
