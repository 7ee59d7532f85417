/** One adapter of an open workspace. Each method is a command; its result is what the command prints with --json. */

import type { AdapterDeclaration } from '../declaration/declaration.js';
import { readDeclaration } from '../declaration/workspace.js';
import type { IntakeReport } from '../intake/intake-report.js';
import type { VersionEvaluation } from '../measuring/evaluate-version.js';
import type { Asking, Prediction } from '../serving/champion.js';
import { questionOf } from '../serving/questions.js';
import type { DomainAccuracy } from '../store/domain-accuracies.js';
import type { Comparison } from '../study/comparison.js';
import type { Update } from '../update/run-update.js';
import { readAccuracies } from './accuracies.js';
import { BufferHandle } from './buffer-handle.js';
import { type CandidateQuery, listProposed, type RollbackSettings, type RolledBack, rollBackTo } from './candidates.js';
import type { ExampleChoice } from './chosen-examples.js';
import { type CompareSettings, compareOn } from './compare.js';
import type { EditSettings } from './curate.js';
import { type DriftReport, type DriftSettings, measureDrift } from './drift.js';
import { type Embedding, embedQuestions, openEncoderOf } from './embed.js';
import { type ErasurePlan, type ErasureReport, erase } from './erase.js';
import { type EvaluateSettings, evaluateAdapter } from './evaluate.js';
import type { ExampleQuery, PageQuery } from './example-query.js';
import type { ListedExample } from './examples.js';
import { type ExampleRow, listStored } from './examples.js';
import { type ExportedVersion, type ExportSettings, exportVersion } from './export.js';
import { type ExportedRows, type ExportFile, exportExamples, exportToFile, tableOfExamples } from './export-rows.js';
import { type IngestSettings, ingestFrom, type Rows, sourceOf } from './ingest.js';
import { LabelsHandle } from './labels-handle.js';
import type { OpenWorkspace } from './open-workspace.js';
import { ServedChampion } from './served-champion.js';
import type { Call } from './site.js';
import { UnknownHandle } from './unknown-handle.js';
import { type UpdateSettings, updateAdapter } from './update.js';

export class AdapterHandle {
  readonly name: string;
  readonly #opened: OpenWorkspace;
  /** The replay buffer. */
  readonly buffer: BufferHandle;
  readonly labels: LabelsHandle;
  /** The queue of texts that the champion does not know. */
  readonly unknown: UnknownHandle;

  constructor(opened: OpenWorkspace, name: string) {
    this.#opened = opened;
    this.name = name;
    this.buffer = new BufferHandle(opened, name);
    this.labels = new LabelsHandle(opened, name);
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

  /** A page of everything that was taken in, with its place in the buffer. */
  listExamples(query: ExampleQuery & PageQuery = {}): Promise<ListedExample[]> {
    return this.#opened.run({}, (site) => listStored(site, this.name, query));
  }

  /**
   * Writes them to a file: JSON lines, CSV or Parquet.
   * @example await triage.exportExamples({ file: 'refunds.csv', label: 'refund' });
   */
  exportExamples({ file, format, ...query }: ExportFile & ExampleQuery & Call): Promise<ExportedRows> {
    return this.#opened.run(query, async (site) =>
      exportToFile(await tableOfExamples(site, this.name, query), { file, format }),
    );
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

  /**
   * Erases examples from everything that is kept, and trains a candidate without them; with `dryRun` it only tells what
   * would go.
   * @example await triage.erase({ of: { where: ['source=form-7'] }, reason: 'the sender asks for it' });
   */
  erase(settings: { readonly of: ExampleChoice } & EditSettings & Call): Promise<ErasurePlan | ErasureReport> {
    return this.#opened.run(settings, (site) => erase(site, this.name, settings));
  }

  /** Writes a version for other programs. */
  export(settings: ExportSettings): Promise<ExportedVersion> {
    return this.#opened.run({}, (site) => exportVersion(site, this.name, settings));
  }
}
