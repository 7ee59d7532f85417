/** Finds and saves bands by the million, with prepared statements. */
import type { Database } from 'better-sqlite3';
import type { BandIndex } from '../store.js';

export function openBandIndex(database: Database): BandIndex {
  // Most bands have no example yet, and this query is cheaper than the list.
  const isThere = database.prepare('SELECT 1 FROM near_bands WHERE band = ?').pluck();
  const find = database.prepare('SELECT example_id FROM near_bands WHERE band = ? ORDER BY example_id LIMIT ?').pluck();
  const idsOf = (band: number, most: number) =>
    isThere.get(band) === undefined ? [] : (find.all(band, most) as number[]);
  // Two bands of one example may have the same hash.
  const insert = database.prepare('INSERT INTO near_bands (example_id, band) VALUES (?, ?) ON CONFLICT DO NOTHING');
  return {
    async find(texts, most) {
      // Texts that fill in one template have bands in common.
      const found = new Map<number, number[]>();
      return texts.map((bands) => {
        const ids = new Set<number>();
        for (const band of bands) {
          const ofBand = found.get(band) ?? idsOf(band, most);
          found.set(band, ofBand);
          for (const id of ofBand) ids.add(id);
        }
        return [...ids];
      });
    },
    async add(examples) {
      for (const { id, bands } of examples) for (const band of bands) insert.run(id, band);
    },
  };
}
