/**
 * Dark experience replay ++ (Buzzega et al., "Dark experience for general continual learning", NeurIPS 2020), equation
 * 6: CE(new) + alpha * |scores(x') - z'|^2 + beta * CE(x'', y''), with x' and x'' drawn independently and z' the scores
 * that the head gave to x' when it had just learned it. Scores carry more of the earlier knowledge than labels do.
 * Classes that were added later have no stored score and are left out of the square. Examples without stored scores,
 * learned under another strategy, use the scores of the champion's head.
 *
 * Memory in addition to the buffer: 4 bytes per class for each example that is or may come into the buffer (1.3 MB at
 * 2,250 examples and 150 classes). Cost of an epoch: 1 + 2 replayRatio times that of fine-tuning. Use it where replay
 * alone forgets too much.
 */
import type { Tensors } from '../../core/safetensors.js';
import { add, multiply, scale, square, subtract } from '../autodiff/elementwise.js';
import { mean } from '../autodiff/matrices.js';
import { gradientStrategy } from '../gradient-strategy.js';
import { uncalibrated } from '../heads/calibrated.js';
import { scoresOf } from '../heads/head-graph.js';
import type { TrainedHead, TrainingJob } from '../job.js';
import { pickRows } from '../rows.js';

export const derpp = gradientStrategy({
  name: 'derpp',
  summary: 'replay that also holds the scores given when an example was learned',
  replays: true,
  learningRate: 1e-3,
  options: {
    alpha: { standard: 6, least: 0, most: 100, meaning: 'weight of the stored scores' },
    beta: { standard: 2, least: 0, most: 100, meaning: 'weight of the rehearsed labels' },
  },
  async objective({ forward, draw, job }, { alpha, beta }) {
    const fresh = draw('fresh');
    const learning = fresh.crossEntropy(forward(fresh).scores);
    if (job.replayed.targets.length === 0) return { loss: learning };
    const classes = job.classes.length;
    const dark = draw('replayed', 'dark');
    const gap = subtract(forward(dark).scores, dark.rows('stored', [classes]));
    const remembering = mean(square(multiply(gap, dark.rows('known', [classes]))));
    const rehearsed = draw('rehearsed');
    const rehearsing = rehearsed.crossEntropy(forward(rehearsed).scores);
    const { scores, made } = await recall(job);
    const data = spread(job, scores);
    return {
      loss: add(learning, add(scale(remembering, alpha!), scale(rehearsing, beta!))),
      data,
      facts: { scoresMade: made },
    };
  },
  remember: ({ job }, trained) => store(job, trained),
});

/** The scores of all replayed examples: stored scores, or else those of the champion's current head. */
async function recall({
  replayed,
  parent,
  settings,
  dimension,
}: TrainingJob): Promise<{ scores: Map<number, Float32Array>; made: number }> {
  const scores = storedScores(parent?.state ?? {});
  const rows = [...replayed.ids.keys()]
    .filter((row) => !scores.has(replayed.ids[row]!))
    .map((row) => ({ batch: replayed, row }));
  if (!parent || rows.length === 0) return { scores, made: 0 };
  const missing = pickRows(rows, dimension);
  const said = await scoresOf(uncalibrated(parent.head), missing.vectors, settings.threads);
  const width = said.length / rows.length;
  for (const [row, id] of missing.ids.entries()) scores.set(id, said.subarray(row * width, (row + 1) * width));
  return { scores, made: rows.length };
}

/** [fresh + replayed, classes] scores, and a mask with 1 where a score exists. */
function spread({ fresh, replayed, classes }: TrainingJob, memory: ReadonlyMap<number, Float32Array>) {
  const rows = fresh.targets.length + replayed.targets.length;
  const [stored, known] = [new Float32Array(rows * classes.length), new Float32Array(rows * classes.length)];
  for (const [row, id] of replayed.ids.entries()) {
    const scores = memory.get(id);
    if (!scores) continue;
    const at = (fresh.targets.length + row) * classes.length;
    stored.set(scores, at);
    known.fill(1, at, at + scores.length);
  }
  return { stored, known };
}

/** Stores the current head's scores of the new examples, along with the earlier scores of the buffer's examples. */
async function store(job: TrainingJob, { head }: TrainedHead): Promise<Tensors> {
  const { fresh, replayed, settings, classes } = job;
  const { scores: memory } = await recall(job);
  const kept = [...replayed.ids].filter((id) => memory.has(id));
  const now = await scoresOf(uncalibrated(head), fresh.vectors, settings.threads);
  const width = classes.length;
  const ids = Float64Array.from([...kept, ...fresh.ids]);
  const scores = new Float32Array(ids.length * width);
  for (const [row, id] of kept.entries()) scores.set(memory.get(id)!, row * width);
  scores.set(now, kept.length * width);
  const counts = Float64Array.from(ids, (id, row) => (row < kept.length ? memory.get(id)!.length : width));
  return {
    'stored.ids': { dims: [ids.length], data: ids },
    'stored.classes': { dims: [ids.length], data: counts },
    'stored.scores': { dims: [ids.length, width], data: scores },
  };
}

/** Example -> scores of the classes that were known when it was learned. */
function storedScores({
  'stored.ids': ids,
  'stored.classes': counts,
  'stored.scores': scores,
}: Tensors): Map<number, Float32Array> {
  if (!ids || !counts || !scores) return new Map();
  const width = scores.dims[1]!;
  return new Map(
    Array.from(ids.data, (id, row) => [
      id,
      (scores.data as Float32Array).subarray(row * width, row * width + counts.data[row]!),
    ]),
  );
}
