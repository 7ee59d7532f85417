/**
 * Experience replay with asymmetric cross-entropy (Caccia et al., "New insights on reducing abrupt representation
 * change in online continual learning", ICLR 2022): CE(new examples, over the classes of their minibatch alone) +
 * CE(rehearsed examples, over all). New classes are learned only against each other, so that they do not displace old
 * ones; only balanced rehearsal compares them with old ones. It rehearses the buffer and the new examples together, as
 * the paper's buffer contains both. In a multi-label task, labels that no new example of the minibatch has are ignored
 * for the new examples, since their absence there says nothing about the old labels.
 *
 * Memory: only the buffer. Cost of an epoch: 1 + replayRatio times that of fine-tuning. Use it with small buffers.
 */

import { classesOf } from '../answers.js';
import type { Arithmetic } from '../autodiff/arithmetic.js';
import { add, scale, subtract } from '../autodiff/elementwise.js';
import { apply, constant, type Expression, type Operation, targets, whole } from '../autodiff/expression.js';
import { gradientStrategy } from '../gradient-strategy.js';
import { maskedScore, type TrainingJob } from '../job.js';

export const erAce = gradientStrategy({
  name: 'er-ace',
  summary: 'new classes learn among themselves; balanced rehearsal compares all',
  replays: true,
  keepsOptimiser: true,
  objective({ forward, draw, job, sizes }) {
    const fresh = draw('fresh');
    const { classes, sets = [] } = job;
    const answers = targets('y', sizes.fresh, 'order.fresh');
    const asked = present(
      answers,
      classes.length,
      sets.length > 0 ? whole('setClasses', [sets.length, classes.length]) : undefined,
    );
    const competing = scale(subtract(constant([1], [1]), asked), maskedScore);
    const data: Record<string, Float32Array> = sets.length > 0 ? { setClasses: setClasses(job) } : {};
    const amongNew = fresh.crossEntropy(forward(fresh).scores, { prior: competing, asked });
    if (job.replayed.targets.length === 0) return { loss: amongNew, data };
    const rehearsed = draw('rehearsed');
    return { loss: add(amongNew, rehearsed.crossEntropy(forward(rehearsed).scores)), data };
  },
});

/** [sets, classes] 1 for each class of a set. */
function setClasses(job: TrainingJob): Float32Array {
  const { classes, sets = [] } = job;
  const table = new Float32Array(sets.length * classes.length);
  for (const [number] of sets.entries())
    for (const own of classesOf(job, classes.length + number)) table[number * classes.length + own] = 1;
  return table;
}

/** [classes] 1 for the classes that are true in some answer of the minibatch, else 0. @param answers [batch] int32 */
function present(answers: Expression, classes: number, ofSets: Expression | undefined): Expression {
  const sets = ofSets?.dims[0] ?? 0;
  const operation: Operation = {
    name: 'present classes',
    forward(arithmetic, [given, table]) {
      const found = presentAnswers(arithmetic, given!, { answers: classes + sets, batch: answers.dims[0]! });
      if (!table) return [found];
      const part = (from: number, to: number) =>
        arithmetic.node('Slice', [found, ...[[from], [to]].map((at) => arithmetic.integers(at))]);
      const spread = arithmetic.node('MatMul', [part(classes, classes + sets), table]);
      return [arithmetic.node('Min', [arithmetic.node('Add', [part(0, classes), spread]), arithmetic.scalar(1)])];
    },
    // The set of classes present depends on no parameter.
    backward: () => [],
  };
  return apply(operation, ofSets ? [answers, ofSets] : [answers], [classes]);
}

/** [answers] 1 for the answers that occur. */
function presentAnswers(
  arithmetic: Arithmetic,
  given: string,
  { answers, batch }: { answers: number; batch: number },
): string {
  const none = arithmetic.constant(new Array(answers).fill(0), [answers]);
  const ones = arithmetic.constant(new Array(batch).fill(1), [batch]);
  return arithmetic.node('ScatterElements', [none, given, ones], { axis: 0 });
}
