/** Scales rows to mean 0 and variance 1, and rows or columns to length 1. */
import { type Arithmetic, rowMean, sumOver } from './arithmetic.js';
import { apply, type Expression, matrixDims, type Operation } from './expression.js';

const variancePadding = 1e-5;
/** Leaves a row of zeros unchanged, and its gradient finite. */
const lengthPadding = 1e-12;

/**
 * Layer normalisation without an affine part (Ba et al., 2016); to include one, multiply by and add a parameter. [n, d]
 * -> [n, d]
 */
export function layerNorm(rows: Expression): Expression {
  return apply(layerNormOperation, [rows], matrixDims(rows, 'layerNorm'));
}

// Written out in basic operators, since the fused operator returns its statistics only in float32: training then uses
// the same graph as the checks in float64.
const layerNormOperation: Operation = {
  name: 'layerNorm',
  forward(arithmetic, [x]) {
    const centred = arithmetic.node('Sub', [x!, rowMean(arithmetic, x!)]);
    const variance = rowMean(arithmetic, arithmetic.node('Mul', [centred, centred]));
    const inverse = inverseRoot(arithmetic, variance, variancePadding);
    return [arithmetic.node('Mul', [centred, inverse]), inverse];
  },
  // dx = (g - mean(g) - y mean(g y)) / deviation
  backward: (arithmetic, { output, kept: [inverse], gradient }) => [
    () => {
      const along = rowMean(arithmetic, arithmetic.node('Mul', [gradient, output]));
      const centred = arithmetic.node('Sub', [gradient, rowMean(arithmetic, gradient)]);
      const across = arithmetic.node('Sub', [centred, arithmetic.node('Mul', [output, along])]);
      return arithmetic.node('Mul', [across, inverse!]);
    },
  ],
};

/** Each row divided by its Euclidean length. [n, d] -> [n, d] */
export function unitRows(rows: Expression): Expression {
  return apply(unitAlong(1), [rows], matrixDims(rows, 'unitRows'));
}

/** Each column divided by its Euclidean length. [d, c] -> [d, c] */
export function unitColumns(columns: Expression): Expression {
  return apply(unitAlong(0), [columns], matrixDims(columns, 'unitColumns'));
}

function unitAlong(axis: 0 | 1): Operation {
  return {
    name: axis === 1 ? 'unitRows' : 'unitColumns',
    forward(arithmetic, [x]) {
      const inverse = inverseRoot(
        arithmetic,
        sumOver(arithmetic, arithmetic.node('Mul', [x!, x!]), [axis]),
        lengthPadding,
      );
      return [arithmetic.node('Mul', [x!, inverse]), inverse];
    },
    // dx = (g - y (y . g)) / length
    backward: (arithmetic, { output, kept: [inverse], gradient }) => [
      () => {
        const along = sumOver(arithmetic, arithmetic.node('Mul', [gradient, output]), [axis]);
        const across = arithmetic.node('Sub', [gradient, arithmetic.node('Mul', [output, along])]);
        return arithmetic.node('Mul', [across, inverse!]);
      },
    ],
  };
}

function inverseRoot(arithmetic: Arithmetic, value: string, padding: number): string {
  return arithmetic.node('Reciprocal', [
    arithmetic.node('Sqrt', [arithmetic.node('Add', [value, arithmetic.scalar(padding)])]),
  ]);
}
