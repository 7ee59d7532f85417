/** Finds and saves bands in batches: individual queries would each cost a round trip to the server. */
import { sql } from 'kysely';
import { groupBy } from '../../core/grouping.js';
import type { BandIndex, BandsOfExample, Transaction } from '../store.js';

export class ServerBandIndex implements BandIndex {
  readonly #transaction: Transaction;
  /** Number of examples added, and the number at which the table is analysed next. */
  #added = 0;
  #analyseAt = 2000;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  async find(texts: readonly Int32Array[], most: number): Promise<number[][]> {
    const wanted = [...new Set(texts.flatMap((bands) => [...bands]))];
    if (wanted.length === 0) return texts.map(() => []);
    const { rows } = await sql<{ band: number; id: number }>`select wanted.band, found.example_id as id
      from unnest(${wanted}::bigint[]) as wanted (band)
      cross join lateral (
        select example_id from near_bands where near_bands.band = wanted.band order by example_id limit ${most}
      ) as found`.execute(this.#transaction);
    const found = groupBy(rows, ({ band }) => band);
    return texts.map((bands) => [
      ...new Set(Array.from(bands, (band) => found.get(band) ?? []).flatMap((ofBand) => ofBand.map(({ id }) => id))),
    ]);
  }

  async add(examples: readonly BandsOfExample[]): Promise<void> {
    const ids = examples.flatMap(({ id, bands }) => Array.from(bands, () => id));
    if (ids.length === 0) return;
    // Two bands of one example may have the same hash.
    await sql`insert into near_bands (example_id, band)
      select * from unnest(${ids}::bigint[], ${examples.flatMap(({ bands }) => [...bands])}::bigint[])
      on conflict do nothing`.execute(this.#transaction);
    this.#added += examples.length;
    if (this.#added < this.#analyseAt) return;
    // Without statistics the planner expects so few rows that it would read the whole table for each band.
    await sql`analyze near_bands`.execute(this.#transaction);
    this.#analyseAt *= 4;
  }
}
