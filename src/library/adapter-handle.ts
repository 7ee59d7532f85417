/** One adapter of an open workspace. Each method is a command; its result is what the command prints with --json. */

import type { AdapterDeclaration } from '../declaration/declaration.js';
import { readDeclaration } from '../declaration/workspace.js';
import type { Queued } from '../drift/queue-unknown.js';
import type { IntakeReport } from '../intake/intake-report.js';
import type { VersionEvaluation } from '../measuring/evaluate-version.js';
import type { Asking, Prediction } from '../serving/champion.js';
import { questionOf } from '../serving/questions.js';
import type { BufferedExample } from '../store/buffer.js';
import type { DomainAccuracy } from '../store/domain-accuracies.js';
import type { Bakeoff } from '../study/bakeoff.js';
import type { Comparison } from '../study/comparison.js';
import type { Update } from '../update/run-update.js';
import { readAccuracies } from './accuracies.js';
import { type BakeoffSettings, bakeOffOn } from './bakeoff.js';
import {
  type BufferQuery,
  type BufferReason,
  type BufferSheet,
  type BufferStats,
  explainMembership,
  listBuffered,
  readBufferSheet,
  readBufferStats,
} from './buffer.js';
import { type CandidateQuery, listProposed, type RollbackSettings, type RolledBack, rollBackTo } from './candidates.js';
import { type CompareSettings, compareOn } from './compare.js';
import { type DriftReport, type DriftSettings, measureDrift } from './drift.js';
import { type Embedding, embedQuestions, openEncoderOf } from './embed.js';
import { type EvaluateSettings, evaluateAdapter } from './evaluate.js';
import { type ExampleQuery, type ExampleRow, exportExamples } from './examples.js';
import { type ExportedVersion, type ExportSettings, exportVersion } from './export.js';
import { type IngestSettings, ingestFrom, type Rows, sourceOf } from './ingest.js';
import type { OpenWorkspace } from './open-workspace.js';
import { type Reselection, type ReselectSettings, reselectBuffer } from './reselect.js';
import { ServedChampion } from './served-champion.js';
import type { Call } from './site.js';
import {
  addUnknownTexts,
  type DroppedTexts,
  dropUnknownTexts,
  listUnknownTexts,
  type NamedTexts,
  type NameSettings,
  nameUnknownTexts,
  type UnknownChoice,
  type UnknownListing,
  type UnknownQuery,
} from './unknown.js';
import { type UpdateSettings, updateAdapter } from './update.js';

export class AdapterHandle {
  readonly name: string;
  readonly #opened: OpenWorkspace;
  /** The replay buffer. */
  readonly buffer: BufferHandle;
  /** The queue of texts that the champion does not know. */
  readonly unknown: UnknownHandle;

  constructor(opened: OpenWorkspace, name: string) {
    this.#opened = opened;
    this.name = name;
    this.buffer = new BufferHandle(opened, name);
    this.unknown = new UnknownHandle(opened, name);
  }

  /** What adapter.yaml says now. */
  declaration(): Promise<AdapterDeclaration> {
    return this.#opened.withConfig(() => readDeclaration(this.#opened.workspace, this.name));
  }

  /**
   * Takes labelled examples in, all or none: the paths of files, or rows as objects. Texts of eval suites are refused.
   * @example await triage.ingest([{ text: 'where is my parcel', label: 'shipping' }], { domain: 'week-3' });
   */
  ingest(rows: string | readonly string[] | Rows, settings: IngestSettings & Call): Promise<IntakeReport> {
    return this.#opened.run(settings, (site) => ingestFrom(site, this.name, sourceOf(rows), settings));
  }

  /** Trains a candidate from what is new, and judges it. Nothing serves before a person approves it. */
  update(settings: UpdateSettings & Call = {}): Promise<Update> {
    return this.#opened.run(settings, (site) => updateAdapter(site, this.name, settings));
  }

  candidates(query: Omit<CandidateQuery, 'adapter'> = {}) {
    return this.#opened.run({}, (site) => listProposed(site, { ...query, adapter: this.name }));
  }

  /** Lets an earlier version serve again. */
  rollback(settings: RollbackSettings & Call): Promise<RolledBack> {
    return this.#opened.run(settings, (site) => rollBackTo(site, this.name, settings));
  }

  /**
   * Opens the champion to ask it many times; whoever opens it closes it.
   * @param options `follow`: a new champion answers from the moment on that it is approved
   */
  champion(options: { readonly follow?: boolean | undefined } = {}): Promise<ServedChampion> {
    return this.#opened.run({}, (site) => ServedChampion.open(site, this.name, options));
  }

  /** Asks the champion once. */
  async predict(texts: readonly string[], asking: Asking = {}): Promise<Prediction[]> {
    const champion = await this.champion();
    try {
      return await champion.predict(texts, asking);
    } finally {
      await champion.close();
    }
  }

  /** The vectors that the adapter reads. */
  embed(texts: readonly string[], options: { readonly dense?: boolean | undefined } = {}): Promise<Embedding[]> {
    return this.#opened.run({}, async (site) =>
      embedQuestions(await openEncoderOf(site, this.name), texts.map(questionOf), options),
    );
  }

  /** Every example that was taken in, in order of arrival, in rows that `ingest` reads again. */
  examples(query: ExampleQuery & Pick<Call, 'signal'> = {}): AsyncGenerator<ExampleRow> {
    return this.#opened.stream(query, (site) => exportExamples(site, this.name, query));
  }

  /**
   * Compares what arrived, batch by batch, with what the champion has learned; each batch once for a version. With
   * `texts` it compares texts without labels, and queues those that the champion does not know.
   * @example const { batches } = await triage.drift({ texts: ['where is my drone'] });
   */
  drift(settings: DriftSettings & Call = {}): Promise<DriftReport> {
    return this.#opened.run(settings, (site) => measureDrift(site, this.name, settings));
  }

  /** How each version that became champion answered what is held out of each domain. */
  accuracies(): Promise<DomainAccuracy[]> {
    return this.#opened.run({}, (site) => readAccuracies(site, this.name));
  }

  /** Plays strategies on the adapter's own stream. Nothing is proposed. */
  compare(settings: CompareSettings & Call = {}): Promise<Comparison> {
    return this.#opened.run(settings, (site) => compareOn(site, this.name, settings));
  }

  /** Scores one version on suites and holdouts, apart from any update. */
  evaluate(settings: EvaluateSettings & Call = {}): Promise<VersionEvaluation> {
    return this.#opened.run(settings, (site) => evaluateAdapter(site, this.name, settings));
  }

  /** Writes a version for other programs. */
  export(settings: ExportSettings): Promise<ExportedVersion> {
    return this.#opened.run({}, (site) => exportVersion(site, this.name, settings));
  }
}

export class BufferHandle {
  readonly #opened: OpenWorkspace;
  readonly #adapter: string;

  constructor(opened: OpenWorkspace, adapter: string) {
    this.#opened = opened;
    this.#adapter = adapter;
  }

  /** How full it is, cell by cell. */
  stats({ task }: { readonly task?: string | undefined } = {}): Promise<BufferStats> {
    return this.#opened.run({}, (site) => readBufferStats(site, this.#adapter, task));
  }

  list(query: BufferQuery = {}): Promise<BufferedExample[]> {
    return this.#opened.run({}, (site) => listBuffered(site, this.#adapter, query));
  }

  show(id: number): Promise<BufferSheet> {
    return this.#opened.run({}, (site) => readBufferSheet(site, this.#adapter, id));
  }

  /** Which rule let an example in, or put it out. */
  async why(id: number): Promise<BufferReason> {
    const { sheet: _, ...reason } = await this.#opened.run({}, (site) => explainMembership(site, this.#adapter, id));
    return reason;
  }

  /**
   * Chooses the champion's members anew, under the declared policy or another one; with `dryRun` it only tells who would
   * come and go.
   * @example const { changes } = await triage.buffer.reselect({ policy: 'k-centre', dryRun: true });
   */
  reselect(settings: ReselectSettings & Call): Promise<Reselection> {
    return this.#opened.run(settings, (site) => reselectBuffer(site, this.#adapter, settings));
  }

  /** Plays replay policies on the adapter's own stream, at several budgets. Nothing is proposed. */
  bakeoff(settings: BakeoffSettings & Call = {}): Promise<Bakeoff> {
    return this.#opened.run(settings, (site) => bakeOffOn(site, this.#adapter, settings));
  }
}

export class UnknownHandle {
  readonly #opened: OpenWorkspace;
  readonly #adapter: string;

  constructor(opened: OpenWorkspace, adapter: string) {
    this.#opened = opened;
    this.#adapter = adapter;
  }

  /** Queues those of the texts that the champion would not answer. */
  add(texts: readonly string[], settings: UnknownQuery & Call = {}): Promise<readonly Queued[]> {
    return this.#opened.run(settings, (site) => addUnknownTexts(site, this.#adapter, { ...settings, texts }));
  }

  /** The queue in clusters, each with a proposed name. */
  list(query: UnknownQuery & Call = {}): Promise<UnknownListing> {
    return this.#opened.run(query, (site) => listUnknownTexts(site, this.#adapter, query));
  }

  /**
   * Takes texts of the queue in as examples.
   * @example await triage.unknown.name({ clusters: ['3f9a2c'], label: 'drone_delivery' });
   */
  name(settings: NameSettings & Call): Promise<NamedTexts> {
    return this.#opened.run(settings, (site) => nameUnknownTexts(site, this.#adapter, settings));
  }

  /** Removes texts from the queue. */
  drop(settings: UnknownChoice & { readonly reason?: string | undefined } & Call): Promise<DroppedTexts> {
    return this.#opened.run(settings, (site) => dropUnknownTexts(site, this.#adapter, settings));
  }
}
