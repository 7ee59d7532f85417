/** The ordered set of examples that an update trained a version on, worked out from its plan and its mix. */
import { createHash } from 'node:crypto';
import { readLearned } from '../store/learned.js';
import { readStandings, type Standings } from '../store/standings.js';
import type { Queries } from '../store/store.js';
import { listTrainingExamples, readTrainingExamples, type TrainedExample } from '../store/trained-examples.js';
import type { TrainedOn } from '../versions/manifest.js';
import { championOf, type Mix, type Plan } from './context.js';

/** Examples are read one slice at a time, and only those that the update saw. */
export async function hashTrainedOn(queries: Queries, plan: Plan, mix: Mix): Promise<TrainedOn> {
  const then = await readStandings(queries, plan.declaration.name, plan.throughRevision ?? 0);
  const digest = new OrderedDigest(then);
  for await (const example of readTrainedOn(queries, plan, mix)) digest.add(example);
  return digest.result();
}

export interface TrainedOnNow {
  /** As it follows from the store now, with the labels and weights that held then. */
  readonly found: TrainedOn;
  /** Number of its examples that have another label or weight now, or are quarantined. */
  readonly changed: number;
}

/** The same set as the store has it now. */
export async function readTrainedOnNow(queries: Queries, plan: Plan, mix: Mix): Promise<TrainedOnNow> {
  const { name } = plan.declaration;
  const then = await readStandings(queries, name, plan.throughRevision ?? 0);
  const now = await readStandings(queries, name);
  const digest = new OrderedDigest(then);
  let changed = 0;
  for await (const example of readTrainedOn(queries, plan, mix)) {
    const [was, is] = [digest.add(example), now.of(example)];
    if (is.quarantined || was.label !== is.label || was.weight !== is.weight) changed++;
  }
  return { found: digest.result(), changed };
}

class OrderedDigest {
  readonly #standings: Standings;
  readonly #hash = createHash('sha256');
  #examples = 0;

  constructor(standings: Standings) {
    this.#standings = standings;
  }

  /** @returns what held of the example */
  add(example: TrainedExample): ReturnType<Standings['of']> {
    const standing = this.#standings.of(example);
    this.#hash.update(`${JSON.stringify([example.arrival, example.hash, standing.label, standing.weight])}\n`);
    this.#examples++;
    return standing;
  }

  result(): TrainedOn {
    return { examples: this.#examples, sha256: this.#hash.digest('hex') };
  }
}

/** In order of arrival. */
async function* readTrainedOn(queries: Queries, plan: Plan, mix: Mix): AsyncGenerator<TrainedExample> {
  const { name: adapter, tasks } = plan.declaration;
  const { through, leftOut: skipped } = await readLearned(queries, {
    ...championOf(plan),
    ...(!mix.continues && { version: null }),
  });
  const leftOut = new Set([...mix.leakedIds, ...mix.unreadableIds, ...(mix.quarantinedIds ?? [])]);
  const afterArrival = tasks.reduce((least, { name }) => Math.min(least, through.get(name) ?? 0), plan.throughExample);
  const declared = new Set(tasks.map(({ name }) => name));
  const mayBeNew = ({ id, task }: TrainedExample) => declared.has(task) && !leftOut.has(id);
  const listed = new Set([...mix.replayedIds, ...(mix.correctedIds ?? []), ...(mix.learnedIds ?? [])]);
  const others = await listTrainingExamples(queries, [...new Set([...listed, ...skipped.keys()])]);
  const older = others.filter((example) => listed.has(example.id) || mayBeNew(example));
  const taken = new Set(older.map(({ id }) => id));
  let next = 0;
  const range = { adapter, afterArrival, throughArrival: plan.throughExample };
  for await (const example of readTrainingExamples(queries, range)) {
    if (taken.has(example.id) || !mayBeNew(example) || example.arrival <= (through.get(example.task) ?? 0)) continue;
    while (next < older.length && older[next]!.arrival < example.arrival) yield older[next++]!;
    yield example;
  }
  yield* older.slice(next);
}
