/**
 * Reverse-mode differentiation of an expression into ONNX nodes (Griewank & Walther, "Evaluating derivatives", 2008,
 * chapter 3).
 */
import type { Arithmetic } from './arithmetic.js';
import { type Applied, type Expression, inOrder, type Source, shown } from './expression.js';

/** Names in the graph of a computed expression. */
export interface Computed {
  readonly value: string;
  /** Values that the operation keeps for its gradient. */
  readonly kept: readonly string[];
}

/** Writes the nodes of `roots`, each expression once. `nameOf` gives the name of a source in the graph. */
export function writeForward(
  arithmetic: Arithmetic,
  roots: readonly Expression[],
  nameOf: (source: Source) => string,
): Map<Expression, Computed> {
  const computed = new Map<Expression, Computed>();
  for (const expression of inOrder(...roots)) {
    if (expression.kind === 'applied') {
      const inputs = expression.inputs.map((input) => computed.get(input)!.value);
      const [value, ...kept] = expression.operation.forward(arithmetic, inputs);
      computed.set(expression, { value: value!, kept });
    } else computed.set(expression, { value: nameOf(expression), kept: [] });
  }
  return computed;
}

/** Writes the gradients of the scalar `loss`; returns parameter name -> name of its gradient. */
export function writeGradients(
  arithmetic: Arithmetic,
  loss: Expression,
  computed: Map<Expression, Computed>,
): Map<string, string> {
  if (loss.dims.length !== 0) throw new Error(`only a scalar has gradients, not ${shown(loss.dims)}`);
  const order = inOrder(loss);
  const learning = leadingToParameters(order);
  const gradients = new Map<Expression, string>([[loss, arithmetic.one]]);
  const ofParameters = new Map<string, string>();
  const accumulate = <Key>(into: Map<Key, string>, key: Key, gradient: string) => {
    const sofar = into.get(key);
    into.set(key, sofar === undefined ? gradient : arithmetic.node('Add', [sofar, gradient]));
  };
  // In reverse order, all users of an expression come before it, so that its gradient is complete.
  for (const expression of order.reverse()) {
    const gradient = gradients.get(expression);
    if (gradient === undefined || !learning.has(expression)) continue;
    if (expression.kind === 'parameter') accumulate(ofParameters, expression.name, gradient);
    if (expression.kind !== 'applied') continue;
    const ofInputs = backwardOf(arithmetic, expression, computed, gradient);
    for (const [index, input] of expression.inputs.entries()) {
      if (!learning.has(input)) continue;
      const write = ofInputs[index];
      if (!write)
        throw new Error(
          `${expression.operation.name} has no gradient for its input ${index}, which depends on a parameter`,
        );
      accumulate(gradients, input, write());
    }
  }
  return ofParameters;
}

function backwardOf(
  arithmetic: Arithmetic,
  expression: Applied,
  computed: Map<Expression, Computed>,
  gradient: string,
) {
  const { value, kept } = computed.get(expression)!;
  const inputs = expression.inputs.map((input) => computed.get(input)!.value);
  return expression.operation.backward(arithmetic, { inputs, output: value, kept, gradient });
}

/** Expressions that depend on some parameter; no gradient is written for the others. `order` has inputs first. */
function leadingToParameters(order: readonly Expression[]): Set<Expression> {
  const learning = new Set<Expression>();
  for (const expression of order) {
    if (expression.kind === 'parameter') learning.add(expression);
    if (expression.kind === 'applied' && expression.inputs.some((input) => learning.has(input)))
      learning.add(expression);
  }
  return learning;
}
