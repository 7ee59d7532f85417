/** Splits a job by task, for a strategy that fits each task separately. */
import { isMultiLabel } from './answers.js';
import type { LabelledVectors, TrainingJob } from './job.js';
import { keepRows, labelsOf, packedBatch, pickRows } from './rows.js';

export interface TaskPart {
  /**
   * Prefix of the names of its stored data, see under(); empty for the first task, so that an adapter may begin with
   * one task and get more.
   */
  readonly prefix: string;
  /** The numbers of its classes in the job, in their order. */
  readonly classes: readonly number[];
  /** Whether its classes do not compete. */
  readonly isMultiLabel: boolean;
  /** For each label set, positions in `classes`. Targets from the number of its classes on refer to these sets. */
  readonly sets: readonly (readonly number[])[];
  /** Its examples; their targets are positions in `classes`, or refer to sets. */
  readonly fresh: LabelledVectors;
  readonly replayed: LabelledVectors;
  /** All examples of the task that the parent learned, if the job carries them. */
  readonly learned?: LabelledVectors;
  /** Examples of the task to take out of the parent's sums; there may be none. */
  readonly withdrawn: LabelledVectors;
}

export function partsByTask(job: TrainingJob): TaskPart[] {
  const { tasks, sets = [], fresh, replayed, learned, withdrawn = pickRows([], job.dimension) } = job;
  return [...new Set(tasks)].map((task, index) => {
    const classes = [...tasks.keys()].filter((number) => tasks[number] === task);
    const places = new Map(classes.map((number, place) => [number, place]));
    const own = sets.flatMap((set, number) =>
      set.task === task ? [{ set, target: job.classes.length + number }] : [],
    );
    for (const [place, { target }] of own.entries()) places.set(target, classes.length + place);
    return {
      prefix: index === 0 ? '' : `task${index}.`,
      classes,
      isMultiLabel: isMultiLabel(job, task),
      sets: own.map(({ set }) => set.classes.map((number) => places.get(number)!)),
      fresh: rowsOf(fresh, places, job.dimension),
      replayed: rowsOf(replayed, places, job.dimension),
      ...(learned && { learned: rowsOf(learned, places, job.dimension) }),
      withdrawn: rowsOf(withdrawn, places, job.dimension),
    };
  });
}

/** @param places of the part's own targets. A batch that belongs to one part entirely is not copied. */
function rowsOf(batch: LabelledVectors, places: ReadonlyMap<number, number>, dimension: number): LabelledVectors {
  if (batch.targets.every((target) => places.get(target) === target)) return batch;
  const rows = [...batch.targets.keys()].filter((row) => places.has(batch.targets[row]!));
  const own = keepRows(batch, rows, dimension);
  const targets = own.targets.map((target) => places.get(target)!);
  return own.packed ? packedBatch(own.packed, { ...labelsOf(own), targets }) : { ...own, targets };
}

const anyPrefix = /^task\d+\./;

/** The stored entries whose names begin with the prefix, by their names without it. */
export function under<T>(prefix: string, kept: Readonly<Record<string, T>>): Record<string, T> {
  const isOwn = (name: string) => (prefix === '' ? !anyPrefix.test(name) : name.startsWith(prefix));
  return Object.fromEntries(
    Object.entries(kept).flatMap(([name, value]) => (isOwn(name) ? [[name.slice(prefix.length), value]] : [])),
  );
}

/** The entries, with the prefix added to each name. */
export function withPrefix<T>(prefix: string, named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** The columns `numbers` of [rows, classes] -> [rows, numbers.length] */
export function takeColumns(data: Float32Array, classes: number, numbers: readonly number[]): Float32Array {
  const rows = data.length / classes;
  const taken = new Float32Array(rows * numbers.length);
  for (let row = 0; row < rows; row++)
    for (const [place, number] of numbers.entries())
      taken[row * numbers.length + place] = data[row * classes + number]!;
  return taken;
}

/** Writes [rows, numbers.length] into the columns `numbers` of [rows, classes]. */
export function putColumns(
  columns: Float32Array,
  numbers: readonly number[],
  into: Float32Array,
  classes: number,
): void {
  const rows = into.length / classes;
  for (let row = 0; row < rows; row++)
    for (const [place, number] of numbers.entries())
      into[row * classes + number] = columns[row * numbers.length + place]!;
}
