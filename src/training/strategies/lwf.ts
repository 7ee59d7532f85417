/**
 * Learning without forgetting (Li & Hoiem, ECCV 2016): CE(new) + alpha * distillation of the answers that the head
 * before the update gives to the new examples, over the classes that it knew, at a temperature (Hinton et al., 2015).
 * Earlier knowledge is preserved only through the old head's answers to new texts; if these do not resemble old ones,
 * little is preserved. In a multi-label task each label is distilled independently.
 *
 * Memory: none. Cost of an epoch: that of fine-tuning. Use it where no old example may be kept.
 */
import { isMultiLabel, isRetired } from '../answers.js';
import { add, scale } from '../autodiff/elementwise.js';
import { type Expression, whole } from '../autodiff/expression.js';
import { binaryCrossEntropy, distillation } from '../autodiff/losses.js';
import { joinData } from '../data-of-loss.js';
import type { Objective } from '../descent.js';
import { cautiousRate, gradientStrategy } from '../gradient-strategy.js';
import { uncalibrated } from '../heads/calibrated.js';
import { scoresOf } from '../heads/head-graph.js';
import { maskedScore, type TrainingJob } from '../job.js';
import type { Drawn } from '../problem.js';

export const lwf = gradientStrategy({
  name: 'lwf',
  summary: 'the old head teaches the new one on the new examples; no buffer',
  replays: false,
  closedFormRate: cautiousRate,
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
    const teacher = await scoresOf(uncalibrated(job.parent.head), job.fresh.vectors, job.settings.threads);
    const { classes } = job.parent.head.shape;
    const known = [...Array(classes).keys()].filter((index) => !isRetired(job, index));
    if (known.length === 0) return { loss: learning };
    const taught = { scores: teacher, known: classes, temperature: temperature! };
    const isFree = (index: number) => isMultiLabel(job, job.tasks[index]!);
    const [competing, free] = [known.filter((index) => !isFree(index)), known.filter(isFree)];
    const lessons = [
      ...(competing.length > 0 ? [teachCompeting(job, taught, { scores, drawn: fresh, among: competing })] : []),
      ...(free.length > 0 ? [teachFree(job, taught, { scores, drawn: fresh, among: free })] : []),
    ];
    const remembering = lessons.map(({ loss }) => loss).reduce(add);
    return { loss: add(learning, scale(remembering, alpha!)), data: joinData(...lessons.map(({ data }) => data)) };
  },
});

interface Teacher {
  /** [rows, known] */
  readonly scores: Float32Array;
  readonly known: number;
  readonly temperature: number;
}

interface Pupil {
  readonly scores: Expression;
  readonly drawn: Drawn;
  /** The classes whose scores are distilled. */
  readonly among: readonly number[];
}

type Lesson = Required<Pick<Objective, 'loss' | 'data'>>;

function teachCompeting(
  { classes: { length: classes } }: TrainingJob,
  teacher: Teacher,
  { scores, drawn, among }: Pupil,
): Lesson {
  const { temperature } = teacher;
  const taught = answersOf(teacher, classes, among, (own) => {
    const largest = own.reduce((a, b) => Math.max(a, b));
    const powers = own.map((score) => Math.exp((score - largest) / temperature));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  });
  const old = new Float32Array(classes).fill(maskedScore);
  for (const index of among) old[index] = 0;
  const asked = add(scores, whole('old', [classes]));
  return { loss: distillation(asked, drawn.rows('taught', [classes]), temperature), data: { taught, old } };
}

/** Distils each label that does not compete independently. */
function teachFree(
  { classes: { length: classes } }: TrainingJob,
  teacher: Teacher,
  { scores, drawn, among }: Pupil,
): Lesson {
  const { temperature } = teacher;
  const taughtFree = answersOf(teacher, classes, among, (own) =>
    own.map((score) => 1 / (1 + Math.exp(-score / temperature))),
  );
  const counted = answersOf(teacher, classes, among, (own) => own.map(() => 1 / among.length));
  const cooled = scale(scores, 1 / temperature);
  const loss = binaryCrossEntropy(cooled, drawn.rows('taughtFree', [classes]), drawn.rows('countedFree', [classes]));
  return { loss: scale(loss, temperature ** 2), data: { taughtFree, countedFree: counted } };
}

/** [rows, classes] the teacher's scores of the classes in `among`, converted by `make`; 0 for the others. */
function answersOf(
  { scores, known }: Teacher,
  classes: number,
  among: readonly number[],
  make: (own: Float32Array) => Float32Array,
): Float32Array {
  const rows = scores.length / known;
  const answers = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const own = make(Float32Array.from(among, (index) => scores[row * known + index]!));
    for (const [place, index] of among.entries()) answers[row * classes + index] = own[place]!;
  }
  return answers;
}
