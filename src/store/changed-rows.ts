/** Every row of an adapter that carries a checksum, compared with it. Cost: these rows are read once. */
import { EspalierError } from '../core/errors.js';
import { appendAll } from '../core/sequences.js';
import { listOffered } from './buffer.js';
import { listVersions } from './candidates.js';
import { readMarks } from './curation.js';
import { listStoredSuites } from './eval-suites.js';
import { listChangedExamples } from './examples.js';
import { readLearned } from './learned.js';
import { isSameSeal, sealStoredResults } from './results.js';
import { listRevisions } from './revisions.js';
import { listRuns, readRun } from './runs.js';
import type { Queries } from './store.js';

/** What was changed outside of Espalier, in words: "example 7". */
export async function listChangedRows(queries: Queries, adapter: string): Promise<string[]> {
  const examples = await listChangedExamples(queries, adapter);
  const changed = examples.map((id) => `example ${id} of ${adapter}`);
  // The buffer's rows are read with their examples, whose faults are told already.
  if (examples.length === 0) appendAll(changed, await messageIf(listOffered(queries, adapter)));
  appendAll(changed, await messageIf(readMarks(queries, adapter)));
  appendAll(changed, await messageIf(listRevisions(queries, { adapter, after: 0, through: Number.MAX_SAFE_INTEGER })));
  for (const version of await listVersions(queries, adapter))
    appendAll(changed, await messageIf(readLearned(queries, { adapter, version })));
  for (const { id } of await listRuns(queries, adapter, Number.MAX_SAFE_INTEGER))
    appendAll(changed, await changesOfRun(queries, id));
  return changed;
}

async function changesOfRun(queries: Queries, id: number): Promise<string[]> {
  const changed = new Set<string>();
  for (const message of await messageIf(readRun(queries, id, (what) => void changed.add(what)))) changed.add(message);
  for (const { suite, isSound, scoring } of await listStoredSuites(queries, id)) {
    if (!isSound) changed.add(`the suite ${suite} of run ${id}`);
    for (const [contender, seal] of Object.entries(scoring?.seals ?? {})) {
      const now = await sealStoredResults(queries, id, { contender, suite });
      if (!isSameSeal(now, seal)) changed.add(`the results of ${contender} on the suite ${suite} in run ${id}`);
    }
  }
  return [...changed];
}

/** The message of a row that is refused; empty where it is sound. */
async function messageIf(reading: Promise<unknown>): Promise<string[]> {
  try {
    await reading;
    return [];
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === 'STORE_CORRUPT') return [thrown.message];
    throw thrown;
  }
}
