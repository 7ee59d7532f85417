/** Samples of an adapter's examples. */
import { type Example, listExamplesById, type Split } from './examples.js';
import type { Queries, Store } from './store.js';

export interface SampleRequest {
  readonly adapter: string;
  readonly task: string;
  readonly split: Split;
  /** Of this domain only. */
  readonly domain?: string | undefined;
  /** Inclusive arrival number. */
  readonly throughArrival: number;
  readonly most: number;
  /** Where in the order of hashes the sample begins: a hash. */
  readonly from: string;
}

/**
 * Examples whose hashes follow `from`, in order of arrival. The order of the hashes has nothing to do with the examples, so
 * it is a random sample of them; another `from` gives another one. Cost: the index is read in its order, and as far as it takes.
 * @throws STORE_CORRUPT where one differs from what was taken in
 */
export async function sampleExamples(store: Store, request: SampleRequest): Promise<Example[]> {
  const { most, from } = request;
  const later = await idsOf(store, request, ['>=', from], most);
  const earlier = later.length < most ? await idsOf(store, request, ['<', from], most - later.length) : [];
  return listExamplesById(store, [...later, ...earlier]);
}

async function idsOf(
  { queries }: Store,
  { adapter, task, split, domain, throughArrival }: SampleRequest,
  [side, from]: readonly ['>=' | '<', string],
  limit: number,
): Promise<number[]> {
  const rows = await queries
    .selectFrom('examples')
    .select('id')
    .where('adapter', '=', adapter)
    .where('task', '=', task)
    .where('hash', side, from)
    .where('split', '=', split)
    .where('arrival', '<=', throughArrival)
    .$if(domain !== undefined, (query) => query.where('domain', '=', domain!))
    .orderBy('hash')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** An example of a batch, without its text. */
export interface BatchRow {
  readonly id: number;
  readonly hash: string;
  readonly label: string;
  readonly domain: string;
}

/** The examples of a task within a range of arrival numbers, both ends included, in order of arrival. */
export async function listBatchRows(
  queries: Queries,
  { adapter, task, first, last }: { adapter: string; task: string; first: number; last: number },
): Promise<BatchRow[]> {
  return queries
    .selectFrom('examples')
    .select(['id', 'hash', 'label', 'domain'])
    .where('adapter', '=', adapter)
    .where('arrival', '>=', first)
    .where('arrival', '<=', last)
    .where('task', '=', task)
    .orderBy('arrival')
    .execute();
}
