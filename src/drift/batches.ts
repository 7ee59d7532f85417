/** Batches of texts: the examples of one intake, or texts that were not taken in. */
import { sha256 } from '../core/hash.js';
import { uniformOf } from '../core/random.js';
import { textHash } from '../core/text.js';
import { type BatchRow, listBatchRows } from '../store/example-sample.js';
import { listExamplesById } from '../store/examples.js';
import type { StoredIntake } from '../store/intakes.js';
import type { Store } from '../store/store.js';
import { type AskedChampion, type Encoded, encodeExamples } from './champion-asked.js';

/** A text of a batch. */
export interface BatchText {
  readonly text: string;
  readonly domain?: string;
}

export interface Batch {
  /** The same for the same texts. */
  readonly name: string;
  readonly number?: number;
  readonly arrivals?: { readonly first: number; readonly last: number };
  readonly texts: number;
  /** Domain -> number of texts; empty for texts that were not taken in. */
  readonly domains: ReadonlyMap<string, number>;
  /** Label -> number of texts; undefined for texts without labels. */
  readonly labels: ReadonlyMap<string, number> | undefined;
  /** The texts to compare, all or a sample, with their vectors. */
  encode(champion: Pick<AskedChampion, 'store' | 'encoder' | 'seed'>, signal: AbortSignal): Promise<Encoded<BatchText>>;
}

/** A larger sample of a batch finds no smaller drift that matters. */
const mostTexts = 1000;

export const nameOfArrivals = ({ first, last }: Pick<StoredIntake, 'first' | 'last'>) => `arrivals ${first}-${last}`;

export async function batchOfIntake(
  store: Store,
  adapter: string,
  { number, task, first, last }: StoredIntake,
): Promise<Batch> {
  const rows = await listBatchRows(store.queries, { adapter, task, first, last });
  return {
    ...{ name: nameOfArrivals({ first, last }), number, arrivals: { first, last }, texts: rows.length },
    domains: countBy(rows, ({ domain }) => domain),
    labels: countBy(rows, ({ label }) => label),
    async encode(champion, signal) {
      const ids = sampleOf(rows, champion.seed).map(({ id }) => id);
      return encodeExamples(champion, await listExamplesById(store, ids), signal);
    },
  };
}

/** Texts that were not taken in. Their vectors are not kept. */
export function batchOfTexts(texts: readonly string[]): Batch {
  const hashed = texts.map((text) => ({ text, hash: textHash(text) }));
  const name = `texts ${sha256(
    hashed
      .map(({ hash }) => hash)
      .sort()
      .join('\n'),
  ).slice(0, 16)}`;
  return {
    ...{ name, texts: texts.length, domains: new Map(), labels: undefined },
    async encode({ encoder, seed }, signal) {
      const rows = sampleOf(hashed, seed);
      const vectors = await encoder.encode(
        rows.map(({ text }) => text),
        { signal },
      );
      return { rows, vectors };
    },
  };
}

/** The rows with the smallest draws: a uniform sample that depends on nothing but the texts. */
function sampleOf<Row extends Pick<BatchRow, 'hash'>>(rows: readonly Row[], seed: number): readonly Row[] {
  if (rows.length <= mostTexts) return rows;
  const drawn = rows.map((row) => ({ row, draw: uniformOf(seed, row.hash) }));
  return drawn
    .sort((a, b) => a.draw - b.draw)
    .slice(0, mostTexts)
    .map(({ row }) => row);
}

function countBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
}
