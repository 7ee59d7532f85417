/**
 * TensorFlow.js on WebAssembly as a contender, SIMD and one thread. Its own gradient of a product multiplies with
 * transposing kernels, at a tenth of the speed of the plain one: here the transposes are explicit. It has no AdamW, and
 * that is in as few kernels as ours.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { learningRate, type ProblemData, rank, type TrainingCase, weightDecay } from './training-problem.js';

export const tfjsWasm = async (
  { head, dimension, classes, batch }: TrainingCase,
  { x, y, order, start }: ProblemData,
) => {
  setThreadsCount(1);
  setWasmPaths(`${dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-wasm')))}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('the backend wasm does not start');
  const inputs = tf.tensor2d(x, [x.length / dimension, dimension]);
  const targets = tf.tensor1d(y, 'int32');
  const shapes: Record<string, number[]> = {
    weight: [dimension, classes],
    bias: [classes],
    down: [dimension, rank],
    up: [rank, dimension],
  };
  const names = Object.keys(start);

  function lossOf(rows: tf.Tensor2D, labels: tf.Tensor2D, parameters: readonly tf.Tensor[]): tf.Scalar {
    const of = Object.fromEntries(names.map((name, index) => [name, parameters[index]!])) as Record<
      string,
      tf.Tensor2D
    >;
    let features = rows;
    if (head === 'bottleneck') {
      const inner = productOfFixed(normalised(rows), of.down!);
      const distribution = inner.mul(Math.SQRT1_2).erf().mul(0.5).add(0.5);
      features = rows.add(product(inner.mul(distribution) as tf.Tensor2D, of.up!));
    }
    const scores = (head === 'bottleneck' ? product(features, of.weight!) : productOfFixed(features, of.weight!)).add(
      of.bias!,
    );
    return tf
      .logSoftmax(scores)
      .mul(labels)
      .sum()
      .mul(-1 / batch) as tf.Scalar;
  }

  return async (steps: number) => {
    let values = names.map((name) => tf.tensor(start[name] as Float32Array, shapes[name]!));
    let moments = values.map((value) => [tf.zerosLike(value), tf.zerosLike(value)] as const);
    return async () => {
      let total = tf.scalar(0);
      for (let done = 0; done < steps; done++) {
        const before = [total, ...values, ...moments.flat()];
        const after = tf.tidy(() => {
          const chosen = tf.tensor1d(order.subarray(done * batch, (done + 1) * batch), 'int32');
          const rows = tf.gather(inputs, chosen);
          const labels = tf.oneHot(tf.gather(targets, chosen), classes).toFloat() as tf.Tensor2D;
          const { value: loss, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => lossOf(rows, labels, given))(
            values,
          );
          const updated = values.map((value, index) => adamW(value, grads[index]!, moments[index]!, done + 1));
          return {
            total: total.add(loss) as tf.Scalar,
            values: updated.map(({ value }) => value),
            moments: updated.map(({ m, v }) => [m, v] as const),
          };
        });
        ({ total, values, moments } = after);
        tf.dispose(before);
      }
      const loss = (await total.data())[0]! / steps;
      tf.dispose([total, ...values, ...moments.flat()]);
      return loss;
    };
  };
};

function product(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.customGrad((...given) => {
    const [left, right, save] = given as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    save([left, right]);
    const gradFunc = (gradient: tf.Tensor, [l, r]: tf.Tensor[]) => [
      tf.matMul(gradient, tf.transpose(r!)),
      tf.matMul(tf.transpose(l!), gradient),
    ];
    return { value: tf.matMul(left, right), gradFunc };
  })(a, b) as tf.Tensor2D;
}

/** Of rows that no gradient goes to. */
function productOfFixed(rows: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.customGrad((...given) => {
    const [right, save] = given as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    save([rows]);
    return {
      value: tf.matMul(rows, right),
      gradFunc: (gradient: tf.Tensor, [kept]: tf.Tensor[]) => tf.matMul(tf.transpose(kept!), gradient),
    };
  })(b) as tf.Tensor2D;
}

function normalised(rows: tf.Tensor2D): tf.Tensor2D {
  const { mean, variance } = tf.moments(rows, 1, true);
  return rows.sub(mean).mul(variance.add(1e-5).rsqrt());
}

/** On scaled moments, as src/training/autodiff/optimiser.ts. */
function adamW(value: tf.Tensor, gradient: tf.Tensor, [m, v]: readonly [tf.Tensor, tf.Tensor], time: number) {
  const [beta1, beta2] = [0.9, 0.999];
  const root = Math.sqrt((1 - beta2) / (1 - beta2 ** time));
  const rate = (learningRate * (1 - beta1)) / (1 - beta1 ** time) / root;
  const [first, second] = [m.mul(beta1).add(gradient), v.mul(beta2).add(gradient.mul(gradient))];
  const change = first.mul(rate).div(second.sqrt().add(1e-8 / root));
  return { value: value.mul(1 - learningRate * weightDecay).sub(change), m: first, v: second };
}
