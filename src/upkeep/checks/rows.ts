import { listKnownAdapters } from '../../store/candidates.js';
import { listChangedRows } from '../../store/changed-rows.js';
import { type Check, type Found, restoreCommand } from '../check.js';

/** Whether every row that carries a checksum is as it was written. */
export const rowsCheck: Check = {
  name: 'rows',
  async run({ store }) {
    const found: Found[] = [];
    for (const adapter of await listKnownAdapters(store.queries))
      for (const row of await listChangedRows(store.queries, adapter))
        found.push({ severity: 'error', what: changed(row), where: store.location, command: restoreCommand });
    return found;
  },
};

const changed = (row: string) => (row.includes('changed outside') ? row : `${row} was changed outside of Espalier`);
