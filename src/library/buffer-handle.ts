/** The replay buffer of an adapter of an open workspace. Each method is a command. */

import type { Edit } from '../store/edits.js';
import type { QueryResult } from '../store/read-only-query.js';
import type { Bakeoff } from '../study/bakeoff.js';
import { type BakeoffSettings, bakeOffOn } from './bakeoff.js';
import { type BufferReason, type BufferSheet, explainMembership, listBuffered, readBufferSheet } from './buffer.js';
import { type BufferDiff, compareBuffers } from './buffer-diff.js';
import { querySql, type SqlSettings } from './buffer-sql.js';
import { type BufferStats, readBufferStats, type StatsQuery } from './buffer-stats.js';
import { type CoverageQuery, type CoverageReport, reportCoverage } from './coverage.js';
import { type CurationRequest, curate, type EditReport, type EditSettings, readEdits, undo } from './curate.js';
import type { ExampleQuery, PageQuery } from './example-query.js';
import type { ListedExample } from './examples.js';
import { type ExportedRows, type ExportFile, exportToFile, tableOfBuffer } from './export-rows.js';
import { findConflicts, type NearConflicts } from './near-conflicts.js';
import { findDuplicates, type NearDuplicates } from './near-duplicates.js';
import type { NearSettings } from './near-settings.js';
import type { OpenWorkspace } from './open-workspace.js';
import { listOutliers, type OutlierListing, type OutlierQuery } from './outliers.js';
import { type Reselection, type ReselectSettings, reselectBuffer } from './reselect.js';

import { type Restoration, type RestoreSettings, restoreSnapshot } from './restore-snapshot.js';
import { listSimilar, type SimilarListing, type SimilarQuery } from './similar.js';
import type { Call } from './site.js';
import { compareSnapshots, type SnapshotDiff } from './snapshot-diff.js';
import { readSnapshot, readSnapshots, type SnapshotSheet, type SnapshotSummary } from './snapshots.js';
import { listSuspects, type SuspectListing, type SuspectQuery } from './suspects.js';

export class BufferHandle {
  readonly #opened: OpenWorkspace;
  readonly #adapter: string;

  constructor(opened: OpenWorkspace, adapter: string) {
    this.#opened = opened;
    this.#adapter = adapter;
  }

  /** How full it is, cell by cell or `by` a property, and what is stored beside it. */
  stats(query: StatsQuery = {}): Promise<BufferStats> {
    return this.#opened.run({}, (site) => readBufferStats(site, this.#adapter, query));
  }

  /** Members, unless the query asks for another state. */
  list(query: ExampleQuery & PageQuery = {}): Promise<ListedExample[]> {
    return this.#opened.run({}, (site) => listBuffered(site, this.#adapter, query));
  }

  /** Writes members to a file: JSON lines, CSV or Parquet. */
  export({ file, format, ...query }: ExportFile & ExampleQuery & Call): Promise<ExportedRows> {
    return this.#opened.run(query, async (site) =>
      exportToFile(await tableOfBuffer(site, this.#adapter, query), { file, format }),
    );
  }

  /** Which members came and went between the updates of two runs. */
  diff(from: number, to: number): Promise<BufferDiff> {
    return this.#opened.run({}, (site) => compareBuffers(site, this.#adapter, [from, to]));
  }

  /** One query of the whole database that only reads. */
  sql(query: string, settings: SqlSettings & Pick<Call, 'signal'> = {}): Promise<QueryResult> {
    return this.#opened.run(settings, (site) => querySql(site, query, settings));
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
   * Groups of similar texts among all stored examples, whatever intake declares. It reads every text once.
   * @example const { groups } = await triage.buffer.duplicates({ threshold: 0.9 });
   */
  duplicates(settings: NearSettings & Call = {}): Promise<NearDuplicates> {
    return this.#opened.run(settings, (site) => findDuplicates(site, this.#adapter, settings));
  }

  /** Similar texts with different labels among all stored examples. It reads every text once. */
  conflicts(settings: NearSettings & Call = {}): Promise<NearConflicts> {
    return this.#opened.run(settings, (site) => findConflicts(site, this.#adapter, settings));
  }

  /**
   * Learned examples whose labels are probably wrong, the most doubtful first.
   * @example const { suspects } = await triage.buffer.suspects({ limit: 50 });
   */
  suspects(query: SuspectQuery & Call = {}): Promise<SuspectListing> {
    return this.#opened.run(query, (site) => listSuspects(site, this.#adapter, query));
  }

  /**
   * The stored examples nearest to an example or a text, by the cosine of their vectors.
   * @example const { matches } = await triage.buffer.similar({ to: 'where is my parcel', label: 'refund' });
   */
  similar(query: SimilarQuery & Call): Promise<SimilarListing> {
    return this.#opened.run(query, (site) => listSimilar(site, this.#adapter, query));
  }

  /** Training examples far from everything of their label, the farthest first. */
  outliers(query: OutlierQuery & Call = {}): Promise<OutlierListing> {
    return this.#opened.run(query, (site) => listOutliers(site, this.#adapter, query));
  }

  /** Which regions of what is stored have a member of the buffer, and a map of them. */
  coverage(query: CoverageQuery & Call = {}): Promise<CoverageReport> {
    return this.#opened.run(query, (site) => reportCoverage(site, this.#adapter, query));
  }

  /**
   * Chooses the champion's members anew, under the declared policy or another one; with `dryRun` it only tells who would
   * come and go.
   * @example const { changes } = await triage.buffer.reselect({ policy: 'k-centre', dryRun: true });
   */
  reselect(settings: ReselectSettings & Call): Promise<Reselection> {
    return this.#opened.run(settings, (site) => reselectBuffer(site, this.#adapter, settings));
  }

  /** The snapshot of each version: the members when it was trained, and the hash of what its update trained on. */
  snapshots(): Promise<SnapshotSummary[]> {
    return this.#opened.run({}, (site) => readSnapshots(site, this.#adapter));
  }

  /** The members of one, and whether the store still has what its version was trained on. */
  snapshot(version: number): Promise<SnapshotSheet> {
    return this.#opened.run({}, (site) => readSnapshot(site, this.#adapter, version));
  }

  /** Which members came, went or changed between the snapshots of two versions. */
  diffSnapshots(from: number, to: number): Promise<SnapshotDiff> {
    return this.#opened.run({}, (site) => compareSnapshots(site, this.#adapter, [from, to]));
  }

  /**
   * Makes the members of a snapshot those of the buffer again; quarantined ones stay out, and pinned ones stay in.
   * @example const { in: come, out } = await triage.buffer.restoreSnapshot(1, { dryRun: true });
   */
  restoreSnapshot(version: number, settings: RestoreSettings & Call): Promise<Restoration> {
    return this.#opened.run(settings, (site) => restoreSnapshot(site, this.#adapter, version, settings));
  }

  /** Plays replay policies on the adapter's own stream, at several budgets. Nothing is proposed. */
  bakeoff(settings: BakeoffSettings & Call = {}): Promise<Bakeoff> {
    return this.#opened.run(settings, (site) => bakeOffOn(site, this.#adapter, settings));
  }

  /**
   * Curates examples: pins, quarantines, weighs, notes or relabels them, or takes that back. The next update corrects
   * what the champion has learned of them.
   * @example
   * await triage.buffer.curate({ act: 'quarantine', of: { ids: [7, 9] }, reason: 'copied from a test page' });
   * await triage.buffer.curate({ act: 'weigh', weight: 2, of: { source: 'experts' }, dryRun: true });
   */
  curate(curation: CurationRequest & EditSettings & Call): Promise<EditReport> {
    const { reason, dryRun } = curation;
    return this.#opened.run(curation, (site) => curate(site, this.#adapter, curation, { reason, dryRun }));
  }

  /** Takes an edit back, if nothing has changed since. */
  undo(edit: number, settings: EditSettings & Call): Promise<EditReport> {
    return this.#opened.run(settings, (site) => undo(site, this.#adapter, edit, settings));
  }

  /** The last edits, the newest first. */
  edits(query: { readonly limit?: number | undefined } = {}): Promise<Edit[]> {
    return this.#opened.run({}, (site) => readEdits(site, this.#adapter, query));
  }
}
