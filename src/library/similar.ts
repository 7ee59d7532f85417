/** Lists the stored examples that are nearest to an example, or to a text. */
import { EspalierError } from '../core/errors.js';
import { readDeclaration } from '../declaration/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import { denseVectors } from '../inspecting/dense-vectors.js';
import { usualBlockSize } from '../inspecting/signed-store.js';
import { findSimilar } from '../inspecting/similar.js';
import { openChampionEncoder } from '../serving/champion.js';
import { findExample, listExamplesById, type Split } from '../store/examples.js';
import { readableTexts } from './asked-texts.js';
import { type ExampleQuery, requireLimit } from './example-query.js';
import { selectedIds } from './selected-ids.js';
import type { Site } from './site.js';

export interface SimilarQuery extends ExampleQuery {
  /** An example, or any text; one of the two. */
  readonly to: number | string;
  /** Number of examples to tell; 10 by default. */
  readonly limit?: number | undefined;
}

export interface SimilarMatch {
  readonly id: number;
  /** Cosine of the encoder's vectors, without the counts of n-grams; from -1 to 1. */
  readonly similarity: number;
  readonly task: string;
  readonly label: string;
  readonly domain: string;
  readonly split: Split;
  readonly text: string;
}

export interface SimilarListing {
  readonly adapter: string;
  /** What was asked about; the id is null of a text. */
  readonly to: { readonly id: number | null; readonly text: string };
  /** Number of examples that were compared; of those, `signed` were compared by their signatures first. */
  readonly examples: number;
  readonly signed: number;
  /** The most similar first. */
  readonly matches: readonly SimilarMatch[];
}

type SimilarSite = Pick<Site, 'workspace' | 'store' | 'versions' | 'openEncoder' | 'progress' | 'signal'>;

/**
 * Examples that have no vector yet are encoded first. Of many examples the first call makes signatures, which are kept.
 * @throws ADAPTER_NOT_FOUND, EXAMPLE_NOT_FOUND, INPUT_EMPTY, TASK_UNKNOWN, TEXT_UNREADABLE, ENCODER_MISMATCH, USAGE,
 * INTERRUPTED
 */
export async function listSimilar(
  site: SimilarSite,
  adapter: string,
  { to, limit = 10, ...query }: SimilarQuery,
): Promise<SimilarListing> {
  requireLimit(limit);
  const { workspace, store, signal, progress } = site;
  const declaration = await readDeclaration(workspace, adapter);
  const asked = typeof to === 'number' ? await requireExample(site, adapter, to) : undefined;
  const ids = await selectedIds(store, declaration, query);
  const encoder = await openChampionEncoder(site, declaration);
  const text = asked?.text ?? readableTexts([String(to)])[0]!;
  const vector = asked ? await vectorOf(site, encoder, asked) : await encoder.encodeDense([text], { signal });
  const source = { store, encoder, signal, progress, adapter, blockSize: usualBlockSize };
  const isWanted = ids === undefined && !asked ? undefined : (id: number) => id !== asked?.id && (ids?.has(id) ?? true);
  const { found, ...counts } = await findSimilar(source, { vector, count: limit, isWanted });
  return { adapter, to: { id: asked?.id ?? null, text }, ...counts, matches: await describe(site, adapter, found) };
}

async function requireExample({ store }: SimilarSite, adapter: string, id: number) {
  const example = await findExample(store.queries, adapter, id);
  if (example) return example;
  throw new EspalierError('EXAMPLE_NOT_FOUND', `${adapter} has no example ${id}`);
}

async function vectorOf(
  { store, signal }: SimilarSite,
  encoder: Encoder,
  example: { readonly id: number; readonly text: string; readonly hash: string },
): Promise<Float32Array> {
  const { rows, vectors } = await denseVectors({ store, encoder, signal }, [example]);
  if (rows.length > 0) return vectors;
  throw new EspalierError('TEXT_UNREADABLE', `the encoder cannot read the text of example ${example.id}`);
}

async function describe(
  { store }: SimilarSite,
  adapter: string,
  found: readonly { readonly id: number; readonly similarity: number }[],
): Promise<SimilarMatch[]> {
  const examples = await listExamplesById(
    store,
    found.map(({ id }) => id),
    adapter,
  );
  const byId = new Map(examples.map((example) => [example.id, example]));
  return found.flatMap(({ id, similarity }) => {
    const example = byId.get(id);
    if (!example) return [];
    const { task, label, domain, split, text } = example;
    return [{ id, similarity, task, label, domain, split, text }];
  });
}
