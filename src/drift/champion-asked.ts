/** The champion as drift asks it: its features, its scores, and the texts that it would not answer. */
import { availableParallelism } from 'node:os';
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { encodeCached, warmCache } from '../encoder/cached.js';
import type { Encoder } from '../encoder/encoder.js';
import { openChampionEncoder, type ServingContext } from '../serving/champion.js';
import { type Known, reasonInAnswer, reasonInText } from '../serving/unknown.js';
import { findChampionVersion } from '../store/candidates.js';
import type { Store } from '../store/database.js';
import type { Example } from '../store/examples.js';
import { type LearnedRecord, readLearned } from '../store/learned.js';
import type { TrainedHead } from '../training/job.js';
import { type AdapterSession, type Answer, openVersionAdapter } from '../versions/adapter-session.js';
import type { Manifest } from '../versions/manifest.js';
import { readSoundManifest } from '../versions/sound-version.js';
import { readPieces, readTrained } from '../versions/version-folder.js';
import { openHeadFeatures } from './head-features.js';

export interface AskedChampion {
  readonly adapter: string;
  readonly version: number;
  readonly manifest: Manifest;
  readonly trained: TrainedHead;
  readonly learned: LearnedRecord;
  readonly store: Store;
  readonly encoder: Encoder;
  readonly session: AdapterSession;
  readonly known: Known;
  readonly features: ReturnType<typeof openHeadFeatures>;
  readonly seed: number;
  readonly threads: number;
  close(): Promise<void>;
}

/** Products of larger batches gain nothing from more. */
const mostThreads = 4;

/** @throws NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID */
export async function askChampion(context: ServingContext, declaration: AdapterDeclaration): Promise<AskedChampion> {
  const { store, versions } = context;
  const { name: adapter } = declaration;
  const version = await findChampionVersion(store.queries, adapter);
  if (version === null) throw new EspalierError('NO_CHAMPION', `${adapter} has no champion`);
  const encoder = await openChampionEncoder(context, declaration);
  const manifest = await readSoundManifest(versions, store.queries, { adapter, version });
  const trained = await readTrained(versions, manifest);
  const threads = Math.min(mostThreads, availableParallelism());
  const session = await openVersionAdapter(versions, manifest, threads);
  return {
    ...{ adapter, version, manifest, trained, store, encoder, session, threads },
    learned: await readLearned(store.queries, { adapter, version }),
    known: { encoder, pieces: await readPieces(versions, manifest) },
    features: openHeadFeatures(trained.head, threads),
    seed: declaration.training.seed,
    close: () => session.close(),
  };
}

/** Texts with their vectors; texts that the encoder cannot read are left out. */
export interface Encoded<Row> {
  readonly rows: readonly Row[];
  /** [rows, dimension] float32 */
  readonly vectors: Float32Array;
}

/** Vectors of examples, which the cache keeps. */
export async function encodeExamples(
  { store, encoder }: Pick<AskedChampion, 'store' | 'encoder'>,
  examples: readonly Example[],
  signal: AbortSignal,
): Promise<Encoded<Example>> {
  const { unreadable } = await warmCache(
    store,
    encoder,
    examples.map(({ text }) => text),
    { signal },
  );
  const rows = examples.filter(({ hash }) => !unreadable.has(hash));
  const vectors = await encodeCached(
    store,
    encoder,
    rows.map(({ text }) => text),
    { signal },
  );
  return { rows, vectors };
}

/** Indices of the task's classes among the outputs of the champion, with their labels. */
export function classesOf({ classes }: Pick<Manifest, 'classes'>, task: string): { label: string; column: number }[] {
  return classes.flatMap((own, column) => (own.task === task ? [{ label: own.label, column }] : []));
}

/** The answers of the champion for one task. */
export interface Asked {
  /** [rows, labels] probabilities of the task's classes, row-major. */
  readonly scores: Float64Array;
  readonly answers: readonly Answer[];
  /** For each row why it would not be answered; undefined if it would be. */
  readonly reasons: readonly (string | undefined)[];
}

export async function askForScores(
  { session, encoder, manifest, known }: AskedChampion,
  task: string,
  { rows, vectors }: Encoded<{ readonly text: string }>,
): Promise<Asked> {
  const classes = classesOf(manifest, task);
  const scores = new Float64Array(rows.length * classes.length);
  const outputs = rows.length === 0 ? [] : await session.run(vectors, encoder.dimension);
  const answers = outputs.map((output, row) => {
    for (const [place, { column }] of classes.entries())
      scores[row * classes.length + place] = output.probabilities[column]!;
    return output.answers.get(task)!;
  });
  const reasons = rows.map(
    ({ text }, row) => reasonInText(known, text) ?? reasonInAnswer(manifest, task, answers[row]!),
  );
  return { scores, answers, reasons };
}
