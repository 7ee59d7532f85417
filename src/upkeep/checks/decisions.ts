import { EspalierError } from '../../core/errors.js';
import { findChampionVersion, listKnownAdapters } from '../../store/candidates.js';
import type { Queries } from '../../store/database.js';
import { type Check, type Found, restoreCommand } from '../check.js';

/** Whether the version that serves is the one that was last decided on. */
export const decisionsCheck: Check = {
  name: 'decisions',
  async run({ store }) {
    const found: Found[] = [];
    for (const adapter of await listKnownAdapters(store.queries)) {
      const what = await faultOf(store.queries, adapter);
      if (what !== undefined) found.push({ severity: 'error', what, where: store.location, command: restoreCommand });
    }
    return found;
  },
};

async function faultOf(queries: Queries, adapter: string): Promise<string | undefined> {
  try {
    await findChampionVersion(queries, adapter);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === 'STORE_CORRUPT') return thrown.message;
    throw thrown;
  }
}
