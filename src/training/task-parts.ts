/** A job taken apart by task, for a strategy that fits each task by itself. */
import { isMultiLabel } from './answers.js';
import type { LabelledVectors, TrainingJob } from './job.js';
import { pickRows } from './rows.js';

export interface TaskPart {
  /**
   * Begins the names of what is kept of it, see under(); the first task has none, so an adapter may begin with one and
   * get more.
   */
  readonly prefix: string;
  /** The numbers of its classes in the job, in their order. */
  readonly classes: readonly number[];
  /** Whether its classes do not compete. */
  readonly isMultiLabel: boolean;
  /** Places in `classes`, of each label set: what targets from the number of its classes on stand for. */
  readonly sets: readonly (readonly number[])[];
  /** Its examples; their targets are places in `classes`, or stand for sets. */
  readonly fresh: LabelledVectors;
  readonly replayed: LabelledVectors;
  /** Everything that the parent learned of it, where the job carries that. */
  readonly learned?: LabelledVectors;
}

export function partsByTask(job: TrainingJob): TaskPart[] {
  const { tasks, sets = [], fresh, replayed, learned } = job;
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
    };
  });
}

/** @param places of the part's own targets. A batch that is all of one part is not copied. */
function rowsOf(batch: LabelledVectors, places: ReadonlyMap<number, number>, dimension: number): LabelledVectors {
  if (batch.targets.every((target) => places.get(target) === target)) return batch;
  const rows = [...batch.targets.keys()]
    .filter((row) => places.has(batch.targets[row]!))
    .map((row) => ({ batch, row }));
  const own = pickRows(rows, dimension);
  return { ...own, targets: own.targets.map((target) => places.get(target)!) };
}

const anyPrefix = /^task\d+\./;

/** What is kept under names that begin with the prefix, by the rest of their names. */
export function under<T>(prefix: string, kept: Readonly<Record<string, T>>): Record<string, T> {
  const isOwn = (name: string) => (prefix === '' ? !anyPrefix.test(name) : name.startsWith(prefix));
  return Object.fromEntries(
    Object.entries(kept).flatMap(([name, value]) => (isOwn(name) ? [[name.slice(prefix.length), value]] : [])),
  );
}

/** The names, with the prefix before each. */
export function withPrefix<T>(prefix: string, named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** Columns of [rows, from.classes] -> [rows, numbers.length] */
export function takeColumns(data: Float32Array, classes: number, numbers: readonly number[]): Float32Array {
  const rows = data.length / classes;
  const taken = new Float32Array(rows * numbers.length);
  for (let row = 0; row < rows; row++)
    for (const [place, number] of numbers.entries())
      taken[row * numbers.length + place] = data[row * classes + number]!;
  return taken;
}

/** Puts [rows, numbers.length] into the columns `numbers` of [rows, classes]. */
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
