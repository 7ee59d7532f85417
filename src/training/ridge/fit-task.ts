/** The ridge head of one task: its statistics with what is new, lambda, temperature, and what n-grams say beside. */
import { seededRandom, shuffled } from '../../core/random.js';
import type { Tensors } from '../../core/safetensors.js';
import type { Batch, TrainingJob, TrainingProgress } from '../job.js';
import { pickRows } from '../rows.js';
import type { TaskPart } from '../task-parts.js';
import { takeColumns, under } from '../task-parts.js';
import { type Features, unitOf } from './features.js';
import { fitRidge } from './fit.js';
import { singles } from './groups.js';
import { type KernelInput, kernelInputs } from './kernel-input.js';
import { columnsOf } from './leave-one-out.js';
import { countLexical, emptyLexical, leaveGroupsOutLexical, lexicalWeights, packLexical, unpackLexical } from './lexical.js';
import { addExamples, emptyStatistics, mapFeatures, packStatistics, unpackStatistics, withClasses } from './statistics.js';

/** What every task reads alike. */
export interface SharedInput extends KernelInput {
  readonly features: Features;
  readonly width: number;
}

export interface TaskFit {
  /** [width, classes of the task] */
  readonly weight: Float32Array;
  /** [lexical, classes of the task] */
  readonly words: Float32Array;
  /** [classes of the task]; 0 where they compete. */
  readonly bias: Float32Array;
  readonly state: Tensors;
  readonly facts: Readonly<Record<string, number>>;
}

/** A task that nothing new came for stays as it is, bit for bit. */
export async function fitTask(job: TrainingJob, part: TaskPart, shared: SharedInput, progress: TrainingProgress): Promise<TaskFit> {
  return part.fresh.targets.length === 0 ? keptTask(job, part, shared) : updatedTask(job, part, shared, progress);
}

function keptTask({ parent, lexical }: TrainingJob, { prefix, classes }: TaskPart, { width }: SharedInput): TaskFit {
  const state = parent && under(prefix, parent.state);
  if (!parent || !state || !unpackStatistics(state)) {
    const nothing = (rows: number) => new Float32Array(rows * classes.length);
    return {
      weight: nothing(width),
      words: nothing(lexical),
      bias: nothing(1),
      state: packStatistics(emptyStatistics(width, classes.length)),
      facts: {},
    };
  }
  const { shape, tensors } = parent.head;
  const columns = (name: string) => takeColumns((tensors[name]?.data ?? new Float32Array(0)) as Float32Array, shape.classes, classes);
  return { weight: columns('weight'), words: columns('lexical'), bias: columns('bias'), state, facts: under(prefix, parent.facts) };
}

async function updatedTask(
  { settings: { seed, threads }, dimension, lexical, parent }: TrainingJob,
  { prefix, classes: numbers, isMultiLabel, fresh, replayed, ...part }: TaskPart,
  { features, width, ...read }: SharedInput,
  progress: TrainingProgress,
): Promise<TaskFit> {
  const classes = numbers.length;
  const sets = isMultiLabel ? part.sets : undefined;
  const state = under(prefix, parent?.state ?? {});
  const statistics = await addExamples(withClasses(unpackStatistics(state) ?? emptyStatistics(width, classes), classes), {
    inputs: kernelInputs(fresh.vectors, read, dimension),
    targets: fresh.targets,
    sets,
    features,
    threads,
    progress: (done, total) => progress(done, total, 'examples'),
  });
  const words = countLexical(unpackLexical(state) ?? emptyLexical(lexical, classes), { ...fresh, sets, stride: dimension }, classes);
  const asked = drawLearned({ fresh, replayed, dimension, seed }, statistics.count);
  const inputs = kernelInputs(asked.vectors, read, dimension);
  const seen = await mapFeatures(inputs, { features, dimension: inputs.length / asked.targets.length, threads });
  const beside =
    lexical > 0 ? leaveGroupsOutLexical(words, { ...asked, sets, stride: dimension }, singles(asked.targets.length)) : undefined;
  const sample = { columns: columnsOf(seen, asked.targets.length), targets: asked.targets, sets, ...(beside && { beside }) };
  const tried = (count: number) => progress(count, Math.max(count, 4), 'values of lambda');
  const chosen = under(prefix, parent?.facts ?? {});
  const keep = statistics.count < growthToChoose * (chosen.lambdaChosenAt ?? 0) ? chosen.lambda : undefined;
  const search = { start: chosen.lambda, keep, threads, tried };
  const { lambda, temperature, offset, weight, lexicalShare } = await fitRidge(statistics, sample, search);
  const lambdaChosenAt = keep === undefined ? statistics.count : chosen.lambdaChosenAt!;
  return {
    weight: scaled(weight, unitOf(features.kind) / temperature),
    words: scaled(lexicalWeights(words), lexicalShare / temperature),
    bias: new Float32Array(classes).fill(offset),
    state: { ...packStatistics(statistics), ...(lexical > 0 && packLexical(words)) },
    facts: { lambda, temperature, ...(lexical > 0 && { lexicalShare }), examplesInStatistics: statistics.count, lambdaChosenAt },
  };
}

function scaled(values: Float64Array, factor: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) result[index] = values[index]! * factor;
  return result;
}

/** Lambda is chosen anew when so many times the examples have been learned on which it was chosen: what is best drifts slowly, and trying costs. */
const growthToChoose = 1.5;

/** How many learned examples choose lambda and calibrate the confidence. */
const sampleSize = 512;

interface Learned extends Pick<TaskPart, 'fresh' | 'replayed'> {
  readonly dimension: number;
  readonly seed: number;
}

/** A sample of all that is in the statistics: new examples in their true share of it, the rest from the replay buffer. */
function drawLearned({ replayed, fresh, dimension, seed }: Learned, learned: number): Batch {
  const random = seededRandom(seed, 'leave-one-out');
  const draw = (batch: Batch, wanted: number) =>
    shuffled([...batch.targets.keys()], random)
      .slice(0, wanted)
      .map((row) => ({ batch, row }));
  const share = replayed.targets.length === 0 ? 1 : fresh.targets.length / learned;
  const old = draw(replayed, Math.round(sampleSize * (1 - share)));
  const picked = [...draw(fresh, Math.max(1, Math.round(sampleSize * share))), ...old];
  return pickRows(picked, dimension);
}
