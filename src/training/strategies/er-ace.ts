/**
 * Experience replay with asymmetric cross-entropy (Caccia et al., "New insights on reducing abrupt representation change in online continual
 * learning", ICLR 2022): CE(new examples, over the new classes alone) + CE(rehearsed examples, over all). New classes are learned among
 * themselves, so that they do not push old ones away; how they compare with those, only balanced rehearsal says. It rehearses the
 * buffer and the new examples together, as the paper's buffer holds both. Of a multi-label task the labels that no new example has are not
 * asked of the new ones: what is missing there says nothing of the old.
 *
 * Keeps: the buffer, nothing else. Costs an epoch: 1 + replayRatio times that of fine-tuning. Use it with small buffers.
 */

import { classesOf } from '../answers.js';
import { add } from '../autodiff/elementwise.js';
import { whole } from '../autodiff/expression.js';
import { gradientStrategy } from '../gradient-strategy.js';
import { outOfCompetition } from '../job.js';

export const erAce = gradientStrategy({
  name: 'er-ace',
  summary: 'new classes learn among themselves; balanced rehearsal compares all',
  replays: true,
  keepsOptimiser: true,
  objective({ forward, draw, job }) {
    const fresh = draw('fresh');
    const present = new Set([...job.fresh.targets].flatMap((target) => classesOf(job, target)));
    const classes = [job.classes.length];
    const asked = Float32Array.from(job.classes, (_, index) => (present.has(index) ? 1 : 0));
    const data = { asked, competing: asked.map((isAsked) => (isAsked === 1 ? 0 : outOfCompetition)) };
    const amongNew = fresh.crossEntropy(forward(fresh).scores, { prior: whole('competing', classes), asked: whole('asked', classes) });
    if (job.replayed.targets.length === 0) return { loss: amongNew, data };
    const rehearsed = draw('rehearsed');
    return { loss: add(amongNew, rehearsed.crossEntropy(forward(rehearsed).scores)), data };
  },
});
