/** Compares a batch with what the champion has learned: as a whole, and domain by domain where there are several. */
import { sha256 } from '../core/hash.js';
import type { Task } from '../declaration/tasks.js';
import { sampleExamples } from '../store/example-sample.js';
import type { Example, Split } from '../store/examples.js';
import { hasLearned } from '../store/learned.js';
import { withAdjusted } from './adjust.js';
import type { Batch, BatchText } from './batches.js';
import { type Asked, type AskedChampion, askForScores, type Encoded, encodeExamples } from './champion-asked.js';
import { compareLabels } from './compare-labels.js';
import { type AskedTexts, compareScope, type Scope } from './compare-scope.js';
import { type BatchDrift, fewestTexts, significance } from './drift-check.js';
import { learnedSums } from './head-features.js';

/** Larger samples of learned examples, and of held-out ones, gain little: the batch has fewer texts. */
const [mostReference, mostHeld] = [1000, 2000];
/** Of many domains the largest are compared by themselves: each test makes every other one less powerful. */
const mostDomains = 12;

export interface Comparing {
  readonly task: Task;
  readonly batch: Batch;
  readonly signal: AbortSignal;
  readonly now: Date;
}

export async function compareBatch(champion: AskedChampion, comparing: Comparing): Promise<BatchDrift> {
  const { task, batch, signal, now } = comparing;
  const { adapter, version } = champion;
  const fresh = await askBatch(champion, comparing);
  const [reference, held] = [
    await sampleOf(champion, comparing, { split: 'train', most: mostReference }),
    await sampleOf(champion, comparing, { split: 'holdout', most: mostHeld }),
  ];
  const domains = domainsOf(champion, comparing);
  const learned = learnedSums(champion.trained, champion.manifest, task.name);
  const common = { task: task.name, batch: batch.name };
  const askedHeld = { ...held, ...(await askForScores(champion, task.name, held)) };
  const whole: Scope = {
    ...{ ...common, domain: null, against: 'everything learned', decides: domains.length === 0, texts: batch.texts },
    ...{ fresh, reference: reference.vectors, learned, held: askedHeld },
  };
  const checks = [await compareScope(champion, whole)];
  for (const { domain, isLearned } of domains) {
    if (signal.aborted) break;
    const own = await domainScope(champion, comparing, { whole, domain, isLearned });
    checks.push(await compareScope(champion, own));
  }
  const scopes = withAdjusted(checks);
  return {
    ...{ adapter, version, task: task.name, batch: batch.name, texts: batch.texts },
    ...(batch.number !== undefined && { number: batch.number }),
    ...(batch.arrivals && { arrivals: batch.arrivals }),
    scopes,
    labels: await compareLabels(champion, { task, whole, held: held.rows, observed: batch.labels }),
    drifted: scopes.some(({ decides, p }) => decides && p !== null && p <= significance),
    at: now.toISOString(),
  };
}

async function askBatch(champion: AskedChampion, { task, batch, signal }: Comparing): Promise<BatchAsked> {
  const encoded = await batch.encode(champion, signal);
  return { ...encoded, ...(await askForScores(champion, task.name, encoded)) };
}

interface BatchAsked extends Encoded<BatchText>, Asked {}

interface Sampled {
  readonly split: Split;
  readonly most: number;
  readonly domain?: string;
}

/** Examples from the time that the champion has learned, each equally likely to be drawn; the same for the same batch. */
async function sampleOf(
  champion: AskedChampion,
  { task, batch, signal }: Comparing,
  sampled: Sampled,
): Promise<Encoded<Example>> {
  const { store, adapter, version, seed, learned } = champion;
  const examples = await sampleExamples(store, {
    ...sampled,
    ...{ adapter, task: task.name, throughArrival: learned.through.get(task.name) ?? 0 },
    from: sha256(JSON.stringify([seed, 'drift', version, task.name, batch.name, sampled.domain ?? '', sampled.split])),
  });
  const known = examples.filter((example) => example.split === 'holdout' || hasLearned(learned, example));
  return encodeExamples(champion, known, signal);
}

/** The domains of a batch that are compared by themselves; none if that would only repeat the whole. */
function domainsOf({ manifest }: AskedChampion, { task, batch }: Comparing): { domain: string; isLearned: boolean }[] {
  const learned = new Set(manifest.domains.filter((own) => own.task === task.name).map(({ domain }) => domain));
  const isSeveral = batch.domains.size > 1;
  return [...batch.domains]
    .filter(([domain, count]) => count >= fewestTexts && (isSeveral || (learned.size > 1 && learned.has(domain))))
    .sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1))
    .slice(0, mostDomains)
    .map(([domain]) => ({ domain, isLearned: learned.has(domain) }));
}

/** A domain that the champion has learned is compared with its own examples, another one with everything. */
async function domainScope(
  champion: AskedChampion,
  comparing: Comparing,
  { whole, domain, isLearned }: { whole: Scope; domain: string; isLearned: boolean },
): Promise<Scope> {
  const own = rowsWhere(champion, whole.fresh as BatchAsked, (row) => row.domain === domain);
  const texts = comparing.batch.domains.get(domain)!;
  const common = { ...whole, domain, decides: true, texts, fresh: own };
  if (!isLearned) return common;
  const reference = await sampleOf(champion, comparing, { split: 'train', most: mostReference, domain });
  if (reference.rows.length < fewestTexts) return common;
  const held = await sampleOf(champion, comparing, { split: 'holdout', most: mostHeld, domain });
  return {
    ...common,
    ...{ against: 'the same domain', reference: reference.vectors, learned: undefined },
    held: { ...held, ...(await askForScores(champion, comparing.task.name, held)) },
  };
}

function rowsWhere(
  { encoder: { dimension } }: AskedChampion,
  asked: BatchAsked,
  isWanted: (row: BatchText) => boolean,
): AskedTexts {
  const places = [...asked.rows.keys()].filter((place) => isWanted(asked.rows[place]!));
  const width = asked.scores.length / asked.rows.length;
  const vectors = new Float32Array(places.length * dimension);
  const scores = new Float64Array(places.length * width);
  for (const [into, from] of places.entries()) {
    vectors.set(asked.vectors.subarray(from * dimension, (from + 1) * dimension), into * dimension);
    scores.set(asked.scores.subarray(from * width, (from + 1) * width), into * width);
  }
  const pick = <Item>(items: readonly Item[]) => places.map((place) => items[place]!);
  return { rows: pick(asked.rows), vectors, scores, answers: pick(asked.answers), reasons: pick(asked.reasons) };
}
