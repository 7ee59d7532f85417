/** How each version that became champion answered what is held out of each domain: the picture of what was forgotten. */
import { listCandidates } from '../store/candidates.js';
import { type DomainAccuracy, listDomainAccuracies } from '../store/domain-accuracies.js';
import type { Site } from './site.js';

/** Of approved versions, the oldest first; by version, task and domain. Each was measured by its own update. */
export async function readAccuracies({ store }: Pick<Site, 'store'>, adapter: string): Promise<DomainAccuracy[]> {
  const approved = await listCandidates(store.queries, { adapter, status: 'approved' });
  const served = new Set(approved.map(({ version }) => version));
  return (await listDomainAccuracies(store.queries, adapter)).filter(({ version }) => served.has(version));
}
