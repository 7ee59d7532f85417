/**
 * A temperature for each class of a head trained by gradient: the served scores are the trained scores divided by it.
 * Training ignores it: an update continues from the trained scores, and remedies that read a champion's scores read the
 * trained ones too. Heads written by an earlier Espalier have no temperature and are served unchanged.
 */
import { divide } from '../autodiff/elementwise.js';
import { type Expression, whole } from '../autodiff/expression.js';
import type { Head, HeadShape } from '../job.js';

const name = 'temperature';

/** [batch, classes] scores as served. */
export function calibrated(scores: Expression, { classes, calibrated: isCalibrated = 0 }: HeadShape): Expression {
  return isCalibrated === 1 ? divide(scores, whole(name, [classes])) : scores;
}

/** @param temperature [classes] */
export function withTemperature(head: Head, temperature: Float32Array): Head {
  const tensors = { ...head.tensors, [name]: { dims: [temperature.length], data: temperature } };
  return { ...head, shape: { ...head.shape, calibrated: 1 }, tensors };
}

/** The head as it was trained: without its temperature, and with no class retired. */
export function uncalibrated(head: Head): Head {
  const { retired: _, ...open } = head.tensors;
  if (head.shape.calibrated !== 1) return { ...head, tensors: open };
  const { calibrated: __, ...shape } = head.shape;
  const { [name]: ___, ...tensors } = open;
  return { ...head, shape: shape as HeadShape, tensors };
}
