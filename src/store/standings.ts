/** What held of each example at some revision: its label then, and what people had decided of it. */
import { type Marks, readMarks, usualMarks } from './curation.js';
import type { Example } from './example.js';
import { listRevisions, type Revision, type Standing } from './revisions.js';
import type { Queries } from './store.js';

/** An example that may be trained on, with the label and the weight that held. */
export interface StandingExample extends Example {
  readonly weight: number;
}

export class Standings {
  readonly #now: ReadonlyMap<number, Marks>;
  /** Example -> what held before the first revision that came later. */
  readonly #before = new Map<number, Partial<Standing>>();

  /** @param later all revisions after the moment asked for, in ascending order */
  constructor(now: ReadonlyMap<number, Marks>, later: readonly Revision[]) {
    this.#now = now;
    for (const { exampleId, before } of later)
      this.#before.set(exampleId, { ...before, ...this.#before.get(exampleId) });
  }

  of({ id, label }: Pick<Example, 'id' | 'label'>): Standing {
    return { label, ...(this.#now.get(id) ?? usualMarks), ...this.#before.get(id) };
  }

  /** The examples without the quarantined ones, as they stood. */
  among(examples: readonly Example[]): StandingExample[] {
    return examples.flatMap((example) => {
      const { label, weight, quarantined } = this.of(example);
      return quarantined ? [] : [{ ...example, label, weight }];
    });
  }
}

/**
 * @param throughRevision number of the last revision that counts; by default all that were made
 * @throws STORE_CORRUPT
 */
export async function readStandings(
  queries: Queries,
  adapter: string,
  throughRevision: number = Number.MAX_SAFE_INTEGER,
): Promise<Standings> {
  const later = await listRevisions(queries, { adapter, after: throughRevision, through: Number.MAX_SAFE_INTEGER });
  return new Standings(await readMarks(queries, adapter), later);
}
