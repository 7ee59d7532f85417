/** The counts of the buffer follow its rows, whatever happens to them. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { type Membership, saveMemberships, summariseBuffer } from '#espalier/store/buffer.js';
import { countWrongCells, rebuildCells } from '#espalier/store/buffer-cells.js';
import { copyStore } from '#espalier/store/copy.js';
import { openStore, transact } from '#espalier/store/database.js';
import { newExample, newLocation, now, stored, temporaryStore } from '../support/store.js';

const states = ['member', 'evicted', 'declined'] as const;

async function filled() {
  const store = await temporaryStore();
  const random = seededRandom(5, 'cells');
  const made = Array.from({ length: 60 }, (_, index) =>
    newExample({ text: `${'\u00fc'.repeat(index % 7)} ${index}`, label: `l${index % 4}`, domain: `d${index % 3}` }),
  );
  await stored(store, 'a', made);
  for (let step = 0; step < 8; step++) {
    const rows = Array.from({ length: 15 }, () => random.integer(60)).map(
      (index): Membership => ({
        ...{ exampleId: 1 + index, state: states[random.integer(3)]!, policy: 'p', score: 1, reason: '' },
        since: now.toISOString(),
      }),
    );
    const distinct = [...new Map(rows.map((row) => [row.exampleId, row])).values()];
    await transact(store, (transaction) => saveMemberships(transaction, 'a', distinct));
  }
  return store;
}

describe('the counts of the buffer', () => {
  it('are right after examples came, changed their state, changed their cell, and were removed', async () => {
    const store = await filled();
    expect(await countWrongCells(store.queries)).toBe(0);
    await transact(store, async (transaction) => {
      await sql`update examples set label = 'other', text = 'longer than before' where id < 20`.execute(transaction);
      await sql`delete from examples where id > 40`.execute(transaction);
      await sql`delete from buffer where example_id < 5`.execute(transaction);
    });
    expect(await countWrongCells(store.queries)).toBe(0);
    const { rows } = await sql<{
      members: number;
    }>`select count(*) as members from buffer where state = 'member'`.execute(store.queries);
    const summed = (await summariseBuffer(store, 'a')).reduce((sum, { members }) => sum + members, 0);
    expect(summed).toBe(rows[0]!.members);
    expect(summed).toBeGreaterThan(0);
  });

  it('are right in a copy', async () => {
    const [store, copy] = [await filled(), await openStore(newLocation())];
    await copyStore(store, copy, { signal: new AbortController().signal, progress: () => undefined });
    expect(await countWrongCells(copy.queries)).toBe(0);
    expect(await summariseBuffer(copy, 'a')).toEqual(await summariseBuffer(store, 'a'));
    await copy.close();
  });

  it('that were changed outside of Espalier are found, and made again', async () => {
    const store = await filled();
    await sql`update buffer_cells set examples = examples + 1 where label = 'l1'`.execute(store.queries);
    expect(await countWrongCells(store.queries)).toBeGreaterThan(0);
    await transact(store, rebuildCells);
    expect(await countWrongCells(store.queries)).toBe(0);
  });
});
