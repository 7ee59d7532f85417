/** Groups the texts of the queue by meaning, and proposes a name for each group. */
import { sha256 } from '../core/hash.js';
import { dot, unitLength } from '../core/vectors.js';
import { encodeCached } from '../encoder/cached.js';
import { sampleExamples } from '../store/example-sample.js';
import { listUnknown, type Queue, type UnknownText } from '../store/unknown-texts.js';
import { standardise } from '../training/standardise.js';
import type { AskedChampion } from './champion-asked.js';
import { clusterByLinkage } from './statistics/average-linkage.js';
import { proposeName } from './statistics/characteristic-words.js';

export interface UnknownCluster {
  /** Changes when a text joins or leaves, so that nobody names other texts than they saw. */
  readonly cluster: string;
  readonly size: number;
  /** How often its texts were seen. */
  readonly seen: number;
  /** Null if no word sets its texts apart. */
  readonly proposedName: string | null;
  /** The most typical text first. */
  readonly texts: readonly UnknownText[];
}

/** Distances between all pairs are held in memory. */
export const mostClustered = 2000;
/** Learned texts that the words of a cluster are compared with. */
const mostLearned = 1000;

/** Mean cosine of the centred vectors down to which clusters are joined; docs/benchmarks.md has the measurement. */
export const usualSimilarity = 0.4;

/** The largest cluster first; of a longer queue the texts seen most often. */
export async function clusterQueue(
  champion: AskedChampion,
  queue: Queue,
  similarity = usualSimilarity,
): Promise<UnknownCluster[]> {
  const { store } = champion;
  const texts = await listUnknown(store.queries, queue, mostClustered);
  if (texts.length === 0) return [];
  const vectors = await vectorsOf(champion, texts);
  const numbers = clusterByLinkage(vectors, similarity);
  const learned = await sampleExamples(store, {
    ...{ ...queue, split: 'train', most: mostLearned, from: '' },
    throughArrival: champion.learned.through.get(queue.task) ?? 0,
  });
  const members = new Map<number, number[]>();
  for (const [row, number] of numbers.entries()) members.set(number, [...(members.get(number) ?? []), row]);
  const background = learned.map(({ text }) => text);
  return [...members.values()]
    .map((rows) => describeCluster(rows, { texts, vectors, background }))
    .sort((a, b) => b.size - a.size || b.seen - a.seen || (a.cluster < b.cluster ? -1 : 1));
}

/** The dense part of the vectors, centred as the head does, each of length 1. */
async function vectorsOf(
  { store, encoder, trained }: AskedChampion,
  texts: readonly UnknownText[],
): Promise<Float32Array[]> {
  const vectors = await encodeCached(
    store,
    encoder,
    texts.map(({ text }) => text),
  );
  const { mean, scale } = trained.head.tensors;
  const centred = standardise(vectors, { mean: mean!, scale: scale! }, encoder.dimension);
  const width = mean!.data.length;
  return texts.map((_, row) => unitLength(centred.subarray(row * width, (row + 1) * width)));
}

interface Clustered {
  readonly texts: readonly UnknownText[];
  readonly vectors: readonly Float32Array[];
  /** Learned texts. */
  readonly background: readonly string[];
}

function describeCluster(rows: readonly number[], { texts, vectors, background }: Clustered): UnknownCluster {
  const own = new Set(rows);
  const centre = new Float32Array(vectors[0]!.length);
  for (const row of rows) for (let index = 0; index < centre.length; index++) centre[index]! += vectors[row]![index]!;
  const typical = [...rows].sort((a, b) => dot(vectors[b]!, centre) - dot(vectors[a]!, centre) || a - b);
  const others = [...background, ...texts.filter((_, row) => !own.has(row)).map(({ text }) => text)];
  return {
    cluster: sha256(
      rows
        .map((row) => texts[row]!.hash)
        .sort()
        .join('\n'),
    ).slice(0, 6),
    size: rows.length,
    seen: rows.reduce((sum, row) => sum + texts[row]!.timesSeen, 0),
    proposedName:
      proposeName(
        rows.map((row) => texts[row]!.text),
        others,
      ) ?? null,
    texts: typical.map((row) => texts[row]!),
  };
}
