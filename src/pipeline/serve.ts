/** The champion of an adapter, ready to answer. */
import type { AdapterDeclaration } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { readLabelSet } from '../core/label-sets.js';
import { taskNamed } from '../core/tasks.js';
import { normaliseText } from '../core/text.js';
import { versionFolder, type Workspace } from '../core/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import { type LabelProbability, openVersionAdapter } from '../evaluation/adapter.js';
import { findChampionVersion } from '../store/candidates.js';
import type { Store } from '../store/database.js';
import { requireSameEncoder } from './plan.js';
import { readSoundManifest } from './sound-version.js';

export interface Prediction {
  readonly text: string;
  readonly task: string;
  /** Of a multi-label task: the set, as a JSON array. */
  readonly label: string;
  /** Probability of the label, calibrated; of a set the product over all labels. */
  readonly confidence: number;
  /** Of a multi-label task: the set as a list. */
  readonly labels?: readonly string[];
  /** Of a multi-label task: each label's own, the likeliest first. From a half on a label is in the set. */
  readonly probabilities?: readonly LabelProbability[];
  readonly version: number;
}

export interface Champion {
  readonly version: number;
  /**
   * Text by text, one answer for the named task, or for each of the adapter's tasks that the champion has learned.
   * @throws TASK_UNKNOWN
   */
  predict(texts: readonly string[], task?: string): Promise<Prediction[]>;
  close(): Promise<void>;
}

/** @throws NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID */
export async function openChampion(
  { workspace, store, encoder }: { workspace: Workspace; store: Store; encoder: Encoder },
  declaration: AdapterDeclaration,
): Promise<Champion> {
  const { name } = declaration;
  const version = await findChampionVersion(store.queries, name);
  if (version === null) throw new EspalierError('NO_CHAMPION', `${name} has no champion`);
  const folder = versionFolder(workspace, name, version);
  const manifest = await readSoundManifest(workspace, store.queries, { adapter: name, version });
  requireSameEncoder(manifest.encoder, encoder, { adapter: name, what: `version ${version}` });
  const adapter = await openVersionAdapter(folder, manifest);
  const learned = new Set(manifest.classes.map(({ task }) => task));
  const tasksAsked = (task: string | undefined) => {
    const declared = task === undefined ? declaration.tasks : [taskNamed(declaration, task)];
    const asked = declared.map((one) => one.name).filter((one) => learned.has(one));
    if (asked.length > 0) return asked;
    const hint = `It has learned ${[...learned].join(', ')}. Bring examples with \`espalier ingest\`, then \`espalier update\`.`;
    throw new EspalierError('TASK_UNKNOWN', `version ${version} of ${name} has not learned ${declared.map((one) => one.name).join(', ')}`, {
      hint,
    });
  };
  return {
    version,
    async predict(texts, task) {
      const tasks = tasksAsked(task);
      // Not through the cache: what is asked in passing is nobody's to keep.
      const vectors = await encoder.encode(texts.map(normaliseText));
      const outputs = await adapter.run(vectors, encoder.dimension);
      return outputs.flatMap(({ answers }, index) =>
        tasks.map((asked) => {
          const answer = answers.get(asked)!;
          return {
            text: texts[index]!,
            task: asked,
            ...answer,
            ...(answer.probabilities && { labels: readLabelSet(answer.label) }),
            version,
          };
        }),
      );
    },
    close: () => adapter.close(),
  };
}
