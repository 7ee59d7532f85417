/**
 * A temperature for each class of a head that was trained by gradient: the scores that it serves are those that it was
 * trained with, divided by it. Training knows nothing of it: an update goes on from the scores as they were trained,
 * and remedies that read a champion's scores read those, too. Heads written before have none, and serve on as they are.
 */
import { divide } from '../autodiff/elementwise.js';
import { type Expression, whole } from '../autodiff/expression.js';
import type { Head, HeadShape } from '../job.js';

const name = 'temperature';

/** [batch, classes] scores as they are served. */
export function calibrated(scores: Expression, { classes, calibrated: isCalibrated = 0 }: HeadShape): Expression {
  return isCalibrated === 1 ? divide(scores, whole(name, [classes])) : scores;
}

/** @param temperature [classes] */
export function withTemperature(head: Head, temperature: Float32Array): Head {
  const tensors = { ...head.tensors, [name]: { dims: [temperature.length], data: temperature } };
  return { ...head, shape: { ...head.shape, calibrated: 1 }, tensors };
}

/** The head as it was trained. */
export function uncalibrated(head: Head): Head {
  if (head.shape.calibrated !== 1) return head;
  const { calibrated: _, ...shape } = head.shape;
  const { [name]: __, ...tensors } = head.tensors;
  return { ...head, shape: shape as HeadShape, tensors };
}
