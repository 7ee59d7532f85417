/** How gradients of parts become the gradient of the whole. */
import { describe, expect, it } from 'vitest';
import { newGraph } from '#espalier/core/onnx.js';
import { type Arithmetic, arithmeticIn } from '#espalier/training/autodiff/arithmetic.js';
import { add, multiply, scale, square, subtract } from '#espalier/training/autodiff/elementwise.js';
import { type Expression, minibatch, parameter, type Source, whole } from '#espalier/training/autodiff/expression.js';
import { writeForward, writeGradients } from '#espalier/training/autodiff/gradient.js';
import { distillation } from '#espalier/training/autodiff/losses.js';
import { matmul, mean, sum } from '#espalier/training/autodiff/matrices.js';
import { gradientErrors } from '../support/gradient-check.js';

const w = parameter('w', [3, 2]);
const x = minibatch('x', [4, 3]);
const data = { x: Float64Array.from({ length: 12 }, (_, index) => Math.sin(index)), order: Int32Array.of(3, 0, 2, 2) };
const nameOf = ({ name }: Source) => name;

/** The operators of the nodes written going forward and going back, and the gradients' names. */
function written(loss: Expression) {
  const operators: string[] = [];
  const base = arithmeticIn(newGraph('test'), 'float32');
  const node: Arithmetic['node'] = (operator, ...rest) => {
    operators.push(operator);
    return base.node(operator, ...rest);
  };
  const times: Arithmetic['times'] = (a, b) => (a === base.one ? b : b === base.one ? a : node('Mul', [a, b]));
  const arithmetic: Arithmetic = { ...base, node, times };
  const computed = writeForward(arithmetic, [loss], nameOf);
  const forward = operators.splice(0);
  const gradients = writeGradients(arithmetic, loss, computed);
  return { forward, backward: operators, gradients };
}

describe('an expression that is used twice', () => {
  const scores = matmul(x, w);
  const loss = add(mean(square(scores)), scale(sum(scores), 0.3));

  it('is computed once, and once gone back through', () => {
    const { forward, backward } = written(loss);
    expect(forward.filter((operator) => operator === 'MatMul')).toHaveLength(1);
    expect(backward.filter((operator) => operator === 'Gemm')).toHaveLength(1);
    expect(backward.filter((operator) => operator === 'Add')).toHaveLength(1);
  });

  it('has the sum of the gradients', async () => {
    expect((await gradientErrors({ loss, data, seed: 1 })).w).toBeLessThan(1e-5);
  });
});

it('two parameters of one name are one parameter', async () => {
  const loss = add(sum(matmul(x, parameter('w', [3, 2]))), sum(square(parameter('w', [3, 2]))));
  expect(written(loss).gradients.size).toBe(1);
  expect((await gradientErrors({ loss, data, seed: 2 })).w).toBeLessThan(1e-5);
});

it('an expression as both inputs of an operation has both gradients', async () => {
  expect((await gradientErrors({ loss: sum(multiply(w, w)), seed: 3 })).w).toBeLessThan(1e-5);
});

it('a penalty is an expression like any other: elastic weight consolidation, sum F (w - w0)^2', async () => {
  const penalty = sum(multiply(whole('fisher', [3, 2]), square(subtract(w, whole('before', [3, 2])))));
  const known = { fisher: Float64Array.of(1, 2, 0, 4, 5, 0.5), before: Float64Array.of(1, -1, 2, 0, 0.3, 0.1) };
  const loss = add(mean(square(matmul(x, w))), scale(penalty, 2));
  expect((await gradientErrors({ loss, data: { ...data, ...known }, seed: 4 })).w).toBeLessThan(1e-5);
});

describe('what no parameter needs', () => {
  it('is not written: data has no gradient', () => {
    const { backward, gradients } = written(sum(matmul(matmul(x, w), parameter('u', [2, 2]))));
    // For w one product with u and one with x, for u one; none for x.
    expect(backward.filter((operator) => operator === 'Gemm')).toHaveLength(3);
    expect([...gradients.keys()].sort()).toEqual(['u', 'w']);
  });

  it('is not written: a term without parameters is only computed', () => {
    expect(written(add(sum(w), sum(square(x)))).backward).toEqual(['Expand']);
  });
});

describe('a mistake is named', () => {
  it('when what is to be minimised is not a scalar', () => {
    expect(() => written(matmul(x, w))).toThrow('only a scalar has gradients, not [4, 2]');
  });

  it('when an input that depends on a parameter has no gradient', () => {
    const loss = distillation(matmul(x, w), multiply(matmul(x, w), matmul(x, w)), 1);
    expect(() => written(loss)).toThrow('distillation has no gradient for its input 1');
  });
});
