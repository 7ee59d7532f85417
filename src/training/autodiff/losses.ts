/** Losses: scalars, means over the minibatch. */
import { type Arithmetic, sumOfAll } from './arithmetic.js';
import { add } from './elementwise.js';
import { apply, type Expression, matrixDims, type Operation, sameDims, shown } from './expression.js';

export interface CrossEntropyOptions {
  /**
   * Added to the scores only in the loss: [classes], or [batch, classes]. The logarithm of a class prior (Menon et al.,
   * ICLR 2021), or a mask: 0 for the classes that compete and a large negative number, not infinity, for the others.
   */
  readonly prior?: Expression;
  /** Weight of each row, [batch, 1]; the sum is still divided by the size of the batch. */
  readonly weights?: Expression;
}

/** Mean of -log softmax(scores + prior) at the target. scores [batch, classes], targets [batch] int32. */
export function crossEntropy(
  scores: Expression,
  targets: Expression,
  { prior, weights }: CrossEntropyOptions = {},
): Expression {
  const [batch, classes] = matrixDims(scores, 'crossEntropy');
  if (!sameDims(targets.dims, [batch]) || targets.kind === 'applied' || targets.element !== 'int32')
    throw new Error(
      `crossEntropy of ${shown(scores.dims)} needs ${shown([batch])} int32 targets, not ${shown(targets.dims)}`,
    );
  if (weights && !sameDims(weights.dims, [batch, 1]))
    throw new Error(`weights of ${shown([batch, 1])} are needed, not ${shown(weights.dims)}`);
  const adjusted = prior ? add(scores, prior) : scores;
  if (!sameDims(adjusted.dims, [batch, classes]))
    throw new Error(`a prior of ${shown(prior!.dims)} does not fit ${shown(scores.dims)}`);
  return apply(hardCrossEntropy(batch), weights ? [adjusted, targets, weights] : [adjusted, targets], []);
}

/** Uses gather and scatter instead of a one-hot matrix: they touch one number per row, not all classes. */
function hardCrossEntropy(batch: number): Operation {
  return {
    name: 'crossEntropy',
    forward(arithmetic, [scores, targets, weights]) {
      const logProbability = arithmetic.node('LogSoftmax', [scores!], { axis: -1 });
      const column = arithmetic.node('Unsqueeze', [targets!, arithmetic.integers([1])]);
      const picked = arithmetic.node('GatherElements', [logProbability, column], { axis: 1 });
      const total = sumOfAll(arithmetic, arithmetic.times(picked, weights ?? arithmetic.one));
      return [arithmetic.node('Mul', [total, arithmetic.scalar(-1 / batch)]), logProbability, column];
    },
    // d scores = weight (softmax - onehot) / batch
    backward: (arithmetic, { inputs: [, , weights], kept: [logProbability, column], gradient }) => [
      () => {
        const share = arithmetic.times(weights ?? arithmetic.one, arithmetic.scalar(1 / batch));
        const probability = arithmetic.node('Mul', [arithmetic.node('Exp', [logProbability!]), share]);
        const minus = weights
          ? arithmetic.node('Neg', [share])
          : arithmetic.constant(Array(batch).fill(-1 / batch), [batch, 1]);
        const scattered = arithmetic.node('ScatterElements', [probability, column!, minus], {
          axis: 1,
          reduction: 'add',
        });
        return arithmetic.times(gradient, scattered);
      },
      undefined,
      undefined,
    ],
  };
}

/**
 * Binary cross-entropy of independent labels, -sum w (y log p + (1 - y) log (1 - p)) / batch with p = sigmoid(scores),
 * written as softplus(scores) - y scores, which is finite for every score.
 * @param truth y, [batch, classes], probabilities from 0 to 1
 * @param weights w, of the same shape: the weight of each label of each row
 */
export function binaryCrossEntropy(scores: Expression, truth: Expression, weights: Expression): Expression {
  const [batch] = matrixDims(scores, 'binaryCrossEntropy');
  for (const { dims } of [truth, weights])
    if (!sameDims(scores.dims, dims))
      throw new Error(`binaryCrossEntropy of ${shown(scores.dims)} and ${shown(dims)}: the shapes differ`);
  const operation: Operation = {
    name: 'binaryCrossEntropy',
    forward(arithmetic, [logits, wanted, counts]) {
      const cost = arithmetic.node('Sub', [softplus(arithmetic, logits!), arithmetic.node('Mul', [wanted!, logits!])]);
      const total = sumOfAll(arithmetic, arithmetic.node('Mul', [cost, counts!]));
      return [arithmetic.node('Mul', [total, arithmetic.scalar(1 / batch)])];
    },
    // d scores = w (sigmoid(scores) - y) / batch
    backward: (arithmetic, { inputs: [logits, wanted, counts], gradient }) => [
      () => {
        const gap = arithmetic.node('Sub', [arithmetic.node('Sigmoid', [logits!]), wanted!]);
        const share = arithmetic.node('Mul', [gap, arithmetic.node('Mul', [counts!, arithmetic.scalar(1 / batch)])]);
        return arithmetic.times(gradient, share);
      },
      undefined,
      undefined,
    ],
  };
  return apply(operation, [scores, truth, weights], []);
}

/** log(1 + e^s) = max(s, 0) + log(1 + e^-|s|) */
function softplus({ node, scalar }: Arithmetic, scores: string): string {
  const small = node('Log', [node('Add', [node('Exp', [node('Neg', [node('Abs', [scores])])]), scalar(1)])]);
  return node('Add', [node('Max', [scores, scalar(0)]), small]);
}

/**
 * Knowledge distillation (Hinton et al., 2015), as used in learning without forgetting (Li & Hoiem, ECCV 2016): the
 * mean of -T^2 sum p log softmax(scores / T), for stored probabilities p [batch, classes] at temperature T whose rows
 * sum to 1. T^2 preserves the size of the gradient. It differs from the KL divergence by the entropy of p, which no
 * parameter changes.
 */
export function distillation(scores: Expression, probabilities: Expression, temperature: number): Expression {
  const [batch] = matrixDims(scores, 'distillation');
  if (!sameDims(scores.dims, probabilities.dims))
    throw new Error(`distillation of ${shown(scores.dims)} towards ${shown(probabilities.dims)}: the shapes differ`);
  const operation: Operation = {
    name: 'distillation',
    forward(arithmetic, [student, teacher]) {
      const cooled = arithmetic.node('Mul', [student!, arithmetic.scalar(1 / temperature)]);
      const logProbability = arithmetic.node('LogSoftmax', [cooled], { axis: -1 });
      const total = sumOfAll(arithmetic, arithmetic.node('Mul', [logProbability, teacher!]));
      return [arithmetic.node('Mul', [total, arithmetic.scalar(-(temperature ** 2) / batch)]), logProbability];
    },
    // d scores = T (softmax(scores / T) - p) / batch
    backward: (arithmetic, { inputs: [, teacher], kept: [logProbability], gradient }) => [
      () => {
        const gap = arithmetic.node('Sub', [arithmetic.node('Exp', [logProbability!]), teacher!]);
        return arithmetic.times(gradient, arithmetic.node('Mul', [gap, arithmetic.scalar(temperature / batch)]));
      },
      undefined,
    ],
  };
  return apply(operation, [scores, probabilities], []);
}
