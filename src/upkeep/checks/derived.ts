import { countWrongCells } from '../../store/buffer-cells.js';
import type { Check, Found } from '../check.js';
import { commandLine } from '../command-line.js';

/** Whether the full-text index has every text and no other, and the counts of the buffer are those of its rows. */
export const derivedCheck: Check = {
  name: 'derived',
  async run({ store }) {
    const found = (what: string): Found => ({ severity: 'warning', what, where: store.location, command });
    const { missing, surplus } = (await store.engine.textIndex?.countUnindexed(store.queries)) ?? nothing;
    const cells = await countWrongCells(store.queries);
    const index = `a search misses ${missing} examples, and its index has ${surplus} texts of examples that are gone`;
    return [
      ...(missing + surplus > 0 ? [found(index)] : []),
      ...(cells > 0 ? [found(`the counts of ${cells} cells of the buffer differ from its rows`)] : []),
    ];
  },
};

const nothing = { missing: 0, surplus: 0 };

const command = commandLine(['espalier', 'store', 'reindex']);
