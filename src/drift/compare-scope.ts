/** Compares the texts of a scope with what the champion has learned: inputs, scores, and the share of unknown texts. */
import { type Random, seededRandom } from '../core/random.js';
import type { Encoder } from '../encoder/encoder.js';
import { type Asked, type AskedChampion, classesOf, type Encoded } from './champion-asked.js';
import {
  fewestTexts,
  type InputTest,
  type Measured,
  type NoveltyTest,
  type ScopeCheck,
  type ScoreTest,
} from './drift-check.js';
import { growthP } from './statistics/fisher-exact.js';
import { type FeatureSums, standardisedDistance, sumFeatures } from './statistics/mean-discrepancy.js';
import { permutationP } from './statistics/permutation.js';
import { testScores } from './statistics/scores-test.js';

/** Texts with their vectors and the champion's answers. */
export interface AskedTexts extends Encoded<{ readonly text: string }>, Asked {}

/** The parts of the champion that a comparison of vectors and scores needs. */
export interface ComparedChampion
  extends Pick<AskedChampion, 'adapter' | 'version' | 'seed' | 'manifest' | 'features' | 'threads'> {
  readonly encoder: Pick<Encoder, 'dimension'>;
}

export interface Scope {
  readonly task: string;
  readonly batch: string;
  readonly domain: string | null;
  readonly against: ScopeCheck['against'];
  readonly decides: boolean;
  readonly texts: number;
  readonly fresh: AskedTexts;
  /** [examples, dimension] Vectors of learned examples. */
  readonly reference: Float32Array;
  /** Sums of the features of everything learned; undefined if the reference stands for it. */
  readonly learned: FeatureSums | undefined;
  readonly held: AskedTexts;
}

/** Random divisions of a permutation test: the smallest p is 0.001. */
const permutations = 999;

/** The check of a scope before p values are adjusted. */
export async function compareScope(champion: ComparedChampion, scope: Scope): Promise<Omit<ScopeCheck, 'p'>> {
  const { domain, against, decides, texts, fresh } = scope;
  return {
    ...{ domain, against, decides, texts, compared: fresh.rows.length },
    inputs: await compareInputs(champion, scope),
    scores: compareScores(champion, scope),
    novelty: compareNovelty(scope),
  };
}

const tooFew = (count: number, of: string) => ({
  reason: `number of ${of}: ${count}; at least ${fewestTexts} are needed`,
});

async function compareInputs(champion: ComparedChampion, scope: Scope): Promise<Measured<InputTest>> {
  const { fresh, reference, learned } = scope;
  const { encoder, features, threads } = champion;
  const [count, old] = [fresh.rows.length, reference.length / encoder.dimension];
  if (count < fewestTexts) return tooFew(count, 'texts');
  if (old < fewestTexts) return tooFew(old, 'learned examples');
  const both = new Float32Array((count + old) * encoder.dimension);
  both.set(fresh.vectors);
  both.set(reference, fresh.vectors.length);
  const mapped = await features.map(both);
  const width = mapped.length / (count + old);
  const random = randomOf(champion, scope, 'permutations');
  const p = await permutationP({ features: mapped, width, fresh: count, permutations, random, threads });
  const sums = learned ?? sumFeatures(mapped.subarray(count * width), width);
  const effect = standardisedDistance(sumFeatures(mapped.subarray(0, count * width), width), sums);
  return { p, effect, reference: old, learned: sums.count };
}

function compareScores(
  { manifest }: Pick<ComparedChampion, 'manifest'>,
  { task, fresh, held }: Scope,
): Measured<ScoreTest> {
  if (fresh.rows.length < fewestTexts) return tooFew(fresh.rows.length, 'texts');
  if (held.rows.length < fewestTexts) return tooFew(held.rows.length, 'held-out examples');
  const classes = classesOf(manifest, task);
  const { p, distance, score } = testScores(fresh.scores, held.scores, classes.length);
  return { p, distance, label: classes[score]!.label, held: held.rows.length };
}

function compareNovelty({ fresh, held }: Scope): Measured<NoveltyTest> {
  if (fresh.rows.length === 0) return tooFew(0, 'texts');
  const unknown = (asked: AskedTexts) => asked.reasons.filter((reason) => reason !== undefined).length;
  const [count, old] = [unknown(fresh), unknown(held)];
  const share = count / fresh.rows.length;
  const isComparable = Math.min(fresh.rows.length, held.rows.length) >= fewestTexts;
  const p = growthP({ count, of: fresh.rows.length }, { count: old, of: held.rows.length });
  const heldShare = isComparable ? old / held.rows.length : null;
  return { count, share, heldShare, held: held.rows.length, p: isComparable ? p : null };
}

export function randomOf(
  { adapter, version, seed }: Pick<AskedChampion, 'adapter' | 'version' | 'seed'>,
  { task, batch, domain }: Pick<Scope, 'task' | 'batch' | 'domain'>,
  use: string,
): Random {
  return seededRandom(seed, 'drift', use, adapter, version, task, batch, domain ?? '');
}
