/**
 * Closed-form learning on frozen features, the default: random ReLU features, accumulated ridge statistics, one solve.
 *
 * "Equals joint training" means exactly this: given the mean by which the first update centred its inputs, and the
 * features drawn then, the sums after any sequence of updates are, to the bit, the sums over all examples at once, so
 * that at the same lambda the solved weights are those of joint training (Zhuang et al., "ACIL: Analytic
 * class-incremental learning with absolute memorization and privacy protection", NeurIPS 2022; McDonnell et al.,
 * "RanPAC", NeurIPS 2023). Joint training from nothing centres on the mean of all examples, and may choose another
 * lambda and temperature; measured, a first update of 2 to 60 examples costs 0 to 0.4 points. Accuracy on earlier
 * classes falls only because more classes make the task harder.
 *
 * If a task has learned few examples (learned.ts), the job carries all of them, and the same head is found in its dual
 * form, with exact leave-group-out at any leverage; a logistic regression on the same features is fitted too, and is
 * used if it is clearly better (choose-head.ts). The sums are kept in any case, and the update that exceeds the limit
 * continues from them.
 *
 * Examples that are withdrawn are subtracted from the sums, and then nothing of them is left: the sums have the bits of
 * never having held them, and lambda, temperature and the weight of n-grams are chosen anew from what remains. While all
 * examples are read again, the whole head is, to the bit, the one that learned the remaining examples alone, given the
 * centring of the first update; beyond that, it is the one that any other history of the same sums and the same buffer
 * gives, if the buffer holds enough to choose by.
 *
 * Each task has its own statistics: in shared ones an example of another task would count as a negative example of
 * every class, and an example held out in one task may be learned in another.
 *
 * Memory per task: width^2 / 2 + width x classes whole numbers (38 MB at width 4096 and 150 classes), whatever the
 * history. If no width is set, an adapter that has learned enough for more features learns everything once again
 * (width.ts). Cost of an update, for each task with new examples: n width^2 / 2 + width^3 / 6 and less for choosing
 * lambda, whatever the history; if all N learned examples are available and few, N^2 width / 2 + N^3 / 6 for each
 * lambda instead of the second term.
 */
import { featuresOf, ridgeHead, ridgeSettings, ridgeShape } from '../heads/ridge.js';
import { isOutdated } from '../heads.js';
import type { Strategy, TrainedHead, TrainingJob, TrainingProgress } from '../job.js';
import { taskTensors } from '../problem.js';
import { drawFeatures, type FeatureKind } from '../ridge/features.js';
import { fitTask } from '../ridge/fit-task.js';
import { drawSigns, foldsOf } from '../ridge/kernel-input.js';
import { fewExamples, type SharedInput, sharedInputOf } from '../ridge/learned.js';
import { estimateRidgeBytes } from '../ridge/size.js';
import { holdsStatistics } from '../ridge/statistics.js';
import { examplesIn } from '../ridge/task-sums.js';
import { widthFor, widthToKeep } from '../ridge/width.js';
import { readSettings } from '../settings.js';
import { standardisationOf } from '../standardise.js';
import { partsByTask, putColumns, withPrefix } from '../task-parts.js';

export const analytic: Strategy = {
  name: 'analytic',
  headKinds: [ridgeHead.name],
  summary: 'closed-form ridge head on random features; sums as in joint training',
  replays: true,
  withdraws: true,
  rereads: fewExamples,
  options: {},
  continues(parent, settings) {
    const { shape } = parent.head;
    const { features, width, prior } = readSettings(ridgeSettings, settings);
    const size =
      features === 'none' ? shape.dimension - shape.lexical : (width ?? widthToKeep(learnedBy(parent), shape.width!));
    const isAlike = featuresOf(shape) === features && (shape.folds ?? 0) === foldsOf(features, shape.lexical);
    // Without n-grams, an earlier Espalier did not count the examples of each class; a prior other than the observed
    // one needs the counts.
    const hasCounts = prior === 'observed' || examplesIn(parent.state) !== undefined;
    return (
      parent.head.kind === ridgeHead.name &&
      isAlike &&
      hasCounts &&
      !isOutdated(parent.head) &&
      holdsStatistics(parent.state, size)
    );
  },
  estimateBytes(settings, { fresh, parent, ...sizes }) {
    const { width, features: kind } = readSettings(ridgeSettings, settings);
    const usual = kind === 'none' ? sizes.dimension - sizes.lexical : (width ?? parent?.width ?? widthFor(fresh));
    return estimateRidgeBytes({ kind, width: usual, ...sizes });
  },
  train: trainAnalytic,
};

async function trainAnalytic(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { settings, dimension, lexical } = job;
  const { seed } = settings;
  const { width: asked, features: kind } = readSettings(ridgeSettings, settings);
  const width =
    kind === 'none' ? dimension - lexical : (asked ?? job.parent?.head.shape.width ?? widthFor(job.fresh.ids.length));
  const shared = fixedPart(job, { kind, width, seed });
  const classes = job.classes.length;
  const [weight, words, bias] = [
    new Float32Array(width * classes),
    new Float32Array(lexical * classes),
    new Float32Array(classes),
  ];
  let [state, facts]: [TrainedHead['state'], TrainedHead['facts']] = [{}, {}];
  for (const part of partsByTask(job)) {
    const fit = await fitTask(job, part, shared, progress);
    putColumns(fit.weight, part.classes, weight, classes);
    putColumns(fit.words, part.classes, words, classes);
    putColumns(fit.bias, part.classes, bias, classes);
    state = { ...state, ...withPrefix(part.prefix, fit.state) };
    facts = { ...facts, ...withPrefix(part.prefix, fit.facts) };
  }
  const { mean, scale, signs, features } = shared;
  return {
    head: {
      kind: ridgeHead.name,
      shape: { dimension, lexical, classes, ...ridgeShape(kind, { width, lexical }) },
      tensors: {
        mean,
        scale,
        ...(signs && { signs }),
        ...features.tensors,
        weight: { dims: [width, classes], data: weight },
        bias: { dims: [classes], data: bias },
        ...(lexical > 0 && { lexical: { dims: [lexical, classes], data: words } }),
        ...taskTensors(job),
      },
    },
    state,
    facts,
  };
}

/** Number of examples in the statistics of all its tasks. */
function learnedBy({ facts }: TrainedHead): number {
  const counts = Object.entries(facts).filter(([name]) => name.endsWith('examplesInStatistics'));
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** Standardisation and feature map: the parent's, or new ones. */
function fixedPart(
  job: TrainingJob,
  { kind, width, seed }: { kind: FeatureKind; width: number; seed: number },
): SharedInput {
  const { parent, dimension, lexical } = job;
  if (parent) return sharedInputOf(parent.head);
  const folds = foldsOf(kind, lexical);
  const features = drawFeatures(kind, { dimension: dimension - lexical + folds, width, seed });
  return { ...standardisationOf(job), ...(folds > 0 && { signs: drawSigns(lexical, seed) }), features, width };
}
