import { errorWith } from '../../core/trouble.js';
import { findChampionVersion, listKnownAdapters } from '../../store/candidates.js';
import { type Check, type Found, restoreCommand } from '../check.js';

/** Whether the version that serves is the one that was last decided on. */
export const decisionsCheck: Check = {
  name: 'decisions',
  async run({ store }) {
    const found: Found[] = [];
    for (const adapter of await listKnownAdapters(store.queries)) {
      const fault = await errorWith('STORE_CORRUPT', findChampionVersion(store.queries, adapter));
      if (fault) found.push({ severity: 'error', what: fault.message, where: store.location, command: restoreCommand });
    }
    return found;
  },
};
