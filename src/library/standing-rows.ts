/** The training examples of a task that are not quarantined, as the inspections read them. */

import type { Store } from '../store/database.js';
import { readMatching } from '../store/find-examples.js';
import { readStandings } from '../store/standings.js';

export interface StandingRow {
  readonly id: number;
  readonly text: string;
  readonly hash: string;
  readonly label: string;
  readonly domain: string;
  readonly isMember: boolean;
}

/** In order of arrival. */
export async function standingRows(store: Store, adapter: string, task: string): Promise<StandingRow[]> {
  const standings = await readStandings(store.queries, adapter);
  const conditions = [
    { field: 'task', is: '=', value: task },
    { field: 'split', is: '=', value: 'train' },
  ] as const;
  const rows: StandingRow[] = [];
  for await (const example of readMatching(store, adapter, { conditions })) {
    if (standings.of(example).quarantined) continue;
    const { id, text, hash, label, domain, membership } = example;
    rows.push({ id, text, hash, label, domain, isMember: membership?.state === 'member' });
  }
  return rows;
}
