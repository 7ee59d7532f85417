/**
 * Learning without forgetting (Li & Hoiem, ECCV 2016): CE(new) + alpha * distillation of what the head before the update says of the new
 * examples, over the classes that it knew, at a temperature (Hinton et al., 2015). The past speaks through the old head's answers to new
 * texts; where new texts look like nothing old, it has little to say.
 *
 * Keeps: nothing. Costs an epoch: that of fine-tuning. Use it where no old example may be kept.
 */
import { add, scale } from '../autodiff/elementwise.js';
import { whole } from '../autodiff/expression.js';
import { distillation } from '../autodiff/losses.js';
import { gradientStrategy } from '../gradient-strategy.js';
import { scoresOf } from '../heads/head-graph.js';
import { outOfCompetition } from '../job.js';

export const lwf = gradientStrategy({
  name: 'lwf',
  summary: 'the old head teaches the new one on the new examples; no buffer',
  replays: false,
  keepsOptimiser: true,
  options: {
    alpha: { standard: 1, least: 0, most: 1000, meaning: 'weight of the old head' },
    temperature: { standard: 2, least: 0.1, most: 100, meaning: 'of both heads in the distillation' },
  },
  async objective({ forward, draw, job }, { alpha, temperature }) {
    const fresh = draw('fresh');
    const { scores } = forward(fresh);
    const learning = fresh.crossEntropy(scores);
    if (!job.parent) return { loss: learning };
    const classes = job.classes.length;
    const known = job.parent.head.shape.classes;
    const teacher = softmaxAt(await scoresOf(job.parent.head, job.fresh.vectors, job.settings.threads), known, temperature!);
    const taught = new Float32Array(job.fresh.targets.length * classes);
    for (let row = 0; row < job.fresh.targets.length; row++) taught.set(teacher.subarray(row * known, (row + 1) * known), row * classes);
    const old = Float32Array.from({ length: classes }, (_, index) => (index < known ? 0 : outOfCompetition));
    const asked = add(scores, whole('old', [classes]));
    const remembering = distillation(asked, fresh.rows('taught', [classes]), temperature!);
    return { loss: add(learning, scale(remembering, alpha!)), data: { taught, old } };
  },
});

/** Rows of softmax(scores / temperature). */
function softmaxAt(scores: Float32Array, classes: number, temperature: number): Float32Array {
  const result = new Float32Array(scores.length);
  for (let start = 0; start < scores.length; start += classes) {
    const row = scores.subarray(start, start + classes);
    const largest = row.reduce((a, b) => Math.max(a, b));
    const powers = row.map((score) => Math.exp((score - largest) / temperature));
    const total = powers.reduce((a, b) => a + b);
    for (let index = 0; index < classes; index++) result[start + index] = powers[index]! / total;
  }
  return result;
}
