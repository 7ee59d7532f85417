/** The champion of an adapter, ready to answer. */

import { EspalierError } from '../core/errors.js';
import { readLabelSet } from '../core/label-sets.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { taskNamed } from '../declaration/tasks.js';
import type { Encoder } from '../encoder/encoder.js';
import { findChampionVersion } from '../store/candidates.js';
import type { Store } from '../store/database.js';
import { requireSameEncoder } from '../update/plan.js';
import { type Answer, type LabelProbability, openVersionAdapter } from '../versions/adapter-session.js';
import type { Manifest } from '../versions/manifest.js';
import { readSoundManifest } from '../versions/sound-version.js';
import { readPieces } from '../versions/version-folder.js';
import type { Versions } from '../versions/versions.js';
import type { Question } from './questions.js';
import { renamedAnswers } from './renamed.js';
import { reasonInAnswer, reasonInText } from './unknown.js';

/**
 * An answer of one task. `label` is null exactly if there is a `reason`, so that a class may itself be called
 * "unknown".
 */
export interface Prediction {
  readonly text: string;
  readonly task: string;
  /** For a multi-label task: the set, as a JSON array. */
  readonly label: string | null;
  /** Set if the text was read, but its answer is not reliable. */
  readonly unknown?: true;
  /** Why there is no label. */
  readonly reason?: string;
  /** For an unknown text: the label that would have been answered. */
  readonly likeliest?: string;
  /**
   * Calibrated probability of the label, or of the likeliest one; for a set, the product over all labels. Absent if the
   * text could not be evaluated.
   */
  readonly confidence?: number;
  /** For a multi-label task: the set as a list. */
  readonly labels?: readonly string[];
  /**
   * For a multi-label task: the probability of each label, the likeliest first. A label is in the set if its
   * probability is at least one half.
   */
  readonly probabilities?: readonly LabelProbability[];
  readonly version: number;
}

export interface Asking {
  readonly task?: string | undefined;
  /** Answers unknown texts, too, with the likeliest label. */
  readonly alwaysAnswer?: boolean | undefined;
}

export interface Champion {
  readonly version: number;
  /**
   * For each question, the answer for the named task, or for each of the adapter's tasks that the champion has learned.
   * @throws TASK_UNKNOWN
   */
  predict(questions: readonly Question[], asking?: Asking): Promise<Prediction[][]>;
  close(): Promise<void>;
}

export interface ServingContext {
  readonly store: Store;
  readonly versions: Versions;
  readonly openEncoder: (declaration: AdapterDeclaration) => Promise<Encoder>;
}

/**
 * Opens the champion with the encoder that it was trained on, even if adapter.yaml declares another one now.
 * @throws NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID
 */
export async function openChampion(context: ServingContext, declaration: AdapterDeclaration): Promise<Champion> {
  const { store, versions } = context;
  const { name } = declaration;
  const version = await findChampionVersion(store.queries, name);
  if (version === null) throw new EspalierError('NO_CHAMPION', `${name} has no champion`);
  const { manifest, encoder } = await openEncoderOf(context, declaration, version);
  const known = { encoder, pieces: await readPieces(versions, manifest) };
  const adapter = await openVersionAdapter(versions, manifest);
  const answersIn = renamedAnswers(declaration.tasks, manifest);
  return {
    version,
    async predict(questions, { task, alwaysAnswer = false } = {}) {
      const tasks = tasksAsked(declaration, manifest, task);
      const texts = questions.flatMap(({ content }) => ('value' in content ? [content.value] : []));
      // Bypasses the cache: questions in passing are not stored.
      const outputs = texts.length === 0 ? [] : await adapter.run(await encoder.encode(texts), encoder.dimension);
      let next = 0;
      return questions.map(({ text, content }) => {
        if ('reason' in content)
          return tasks.map((asked) => ({ text, task: asked, label: null, reason: content.reason, version }));
        const answers = answersIn(outputs[next++]!);
        const inText = alwaysAnswer ? undefined : reasonInText(known, content.value);
        return tasks.map((asked) => {
          const answer = answers.get(asked)!;
          const reason = inText ?? (alwaysAnswer ? undefined : reasonInAnswer(manifest, asked, answer));
          return { text, task: asked, ...(reason === undefined ? given(answer) : withheld(answer, reason)), version };
        });
      });
    },
    close: () => adapter.close(),
  };
}

/**
 * The encoder that the champion uses; without a champion the declared one, on which the first version will be trained.
 * @throws ENCODER_MISMATCH, ADAPTER_INVALID
 */
export async function openChampionEncoder(context: ServingContext, declaration: AdapterDeclaration): Promise<Encoder> {
  const version = await findChampionVersion(context.store.queries, declaration.name);
  return version === null
    ? context.openEncoder(declaration)
    : (await openEncoderOf(context, declaration, version)).encoder;
}

async function openEncoderOf(
  { store, versions, openEncoder }: ServingContext,
  declaration: AdapterDeclaration,
  version: number,
) {
  const { name: adapter } = declaration;
  const manifest = await readSoundManifest(versions, store.queries, { adapter, version });
  const encoder = await openEncoder(withEncoderOf(manifest, declaration));
  requireSameEncoder(manifest.encoder, encoder, { adapter, what: `version ${version}` });
  return { manifest, encoder };
}

/** Versions of Espalier 0.1 do not record how their encoder made a vector. */
export function withEncoderOf(
  { encoder }: Pick<Manifest, 'encoder'>,
  declaration: AdapterDeclaration,
): AdapterDeclaration {
  const { model, recipe } = encoder;
  if (!recipe) return declaration;
  return { ...declaration, encoder: { ...declaration.encoder, ...recipe, model, pooling: [...recipe.pooling] } };
}

function tasksAsked(
  declaration: AdapterDeclaration,
  { classes, version }: Manifest,
  task: string | undefined,
): string[] {
  const learned = new Set(classes.map((one) => one.task));
  const declared = task === undefined ? declaration.tasks : [taskNamed(declaration, task)];
  const asked = declared.map((one) => one.name).filter((one) => learned.has(one));
  if (asked.length > 0) return asked;
  const hint = `It has learned ${[...learned].join(', ')}. Bring examples with \`espalier ingest\`, then \`espalier update\`.`;
  const names = declared.map((one) => one.name).join(', ');
  throw new EspalierError('TASK_UNKNOWN', `version ${version} of ${declaration.name} has not learned ${names}`, {
    hint,
  });
}

function given(answer: Answer) {
  return { ...answer, ...(answer.probabilities && { labels: readLabelSet(answer.label) }) };
}

function withheld({ label, ...answer }: Answer, reason: string) {
  return { label: null, unknown: true as const, reason, likeliest: label, ...answer };
}
