/** Makes what the database derives from its rows again: the full-text index, and the counts of the buffer. */
import { countWrongCells, rebuildCells } from '../store/buffer-cells.js';
import { transact } from '../store/database.js';
import { countTexts } from '../store/find-examples.js';
import type { Unindexed } from '../store/store.js';
import type { Site } from './site.js';

export interface Reindexed extends Unindexed {
  /** Texts in the index now; null: the database itself keeps the index. */
  readonly indexed: number | null;
  /** Cells of the buffer whose counts were wrong. */
  readonly wrongCells: number;
}

/** One transaction; others can read meanwhile. @throws STORE_BUSY, DISK_FULL */
export async function reindexStore({ store }: Pick<Site, 'store'>): Promise<Reindexed> {
  const { textIndex } = store.engine;
  return transact(store, async (transaction) => {
    const wrongCells = await countWrongCells(transaction);
    await rebuildCells(transaction);
    if (textIndex === undefined) return { indexed: null, missing: 0, surplus: 0, wrongCells };
    const found = await textIndex.countUnindexed(transaction);
    await textIndex.rebuild(transaction);
    return { indexed: await countTexts(transaction), ...found, wrongCells };
  });
}
