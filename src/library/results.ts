/**
 * What each command prints with --json, by its name, and what the library's method of that name gives. Numbers that are
 * no numbers are null in JSON, and keys without a value are left out.
 */
import type { ErrorCode, ErrorKind, Place } from '../core/errors.js';
import type { Verification } from '../decisions/verify.js';
import type { Queued } from '../drift/queue-unknown.js';
import type { ErasureVerification } from '../erasure/verify.js';
import type { IntakeReport } from '../intake/intake-report.js';
import type { VersionEvaluation } from '../measuring/evaluate-version.js';
import type { SuiteValidation } from '../measuring/validate-suite.js';
import type { Prediction } from '../serving/champion.js';
import type { Candidate } from '../store/candidates.js';
import type { Edit } from '../store/edits.js';
import type { QueryResult } from '../store/read-only-query.js';
import type { NewCheck } from '../store/schedule.js';
import type { Bakeoff } from '../study/bakeoff.js';
import type { Comparison } from '../study/comparison.js';
import type { Update } from '../update/run-update.js';
import type { Backup } from '../upkeep/backup.js';
import type { Examination } from '../upkeep/doctor.js';
import type { Pruning } from '../upkeep/prune.js';
import type { Restored } from '../upkeep/restore.js';
import type { BufferReason, BufferSheet } from './buffer.js';
import type { BufferDiff } from './buffer-diff.js';
import type { BufferStats } from './buffer-stats.js';
import type { Approved, CandidateSheet, Rejected, RolledBack } from './candidates.js';
import type { StoreCopy } from './copy-store.js';
import type { CoverageReport } from './coverage.js';
import type { NewWorkspace } from './create-workspace.js';
import type { EditReport } from './curate.js';
import type { DriftReport } from './drift.js';
import type { Embedding } from './embed.js';
import type { ErasurePlan, ErasureReport, ErasureSummary } from './erase.js';
import type { ExampleRow, ListedExample } from './examples.js';
import type { ExportedVersion } from './export.js';
import type { BufferRow, ExportedRows } from './export-rows.js';
import type { ImportedSuite } from './import-suite.js';
import type { LabelSummary } from './labels.js';
import type { NearConflicts } from './near-conflicts.js';
import type { NearDuplicates } from './near-duplicates.js';
import type { OutlierListing } from './outliers.js';
import type { Reindexed } from './reindex-store.js';
import type { Reselection } from './reselect.js';
import type { Restoration } from './restore-snapshot.js';
import type { ScheduleSession, ScheduleStatus } from './schedule.js';
import type { SimilarListing } from './similar.js';
import type { SnapshotDiff } from './snapshot-diff.js';
import type { SnapshotSheet, SnapshotSummary } from './snapshots.js';

import type { WorkspaceStatus } from './status.js';
import type { SuiteSheet } from './suite-sheet.js';
import type { SuiteHistory, SuiteListing } from './suites.js';
import type { SuspectListing } from './suspects.js';
import type { DroppedTexts, NamedTexts, UnknownListing } from './unknown.js';

/**
 * Version of these shapes. A key may be added within a version; the version is raised where a key goes, is renamed, or
 * means something else.
 */
export const resultVersion = 1;

export interface Results {
  init: NewWorkspace;
  ingest: IntakeReport;
  update: Update;
  compare: Comparison;
  'candidates list': readonly Candidate[];
  'candidates show': CandidateSheet;
  'candidates verify': Verification;
  'candidates approve': Approved;
  'candidates reject': Rejected;
  'eval list': SuiteListing;
  'eval show': SuiteSheet;
  'eval run': VersionEvaluation;
  'eval history': SuiteHistory;
  'eval validate': readonly SuiteValidation[];
  'eval import': ImportedSuite;
  rollback: RolledBack;
  'store copy': StoreCopy;
  'store reindex': Reindexed;
  'buffer stats': BufferStats;
  'buffer list': readonly ListedExample[];
  /** The numbers of the edits that the session made and did not take back. */
  'buffer browse': { readonly adapter: string; readonly edits: readonly number[] };
  'buffer show': BufferSheet;
  'buffer why': BufferReason;
  'buffer pin': EditReport;
  'buffer unpin': EditReport;
  'buffer quarantine': EditReport;
  'buffer release': EditReport;
  'buffer weigh': EditReport;
  'buffer note': EditReport;
  'buffer relabel': EditReport;
  'buffer undo': EditReport;
  'buffer edits': readonly Edit[];
  'buffer duplicates': NearDuplicates;
  'buffer conflicts': NearConflicts;
  'buffer suspects': SuspectListing;
  'buffer similar': SimilarListing;
  'buffer outliers': OutlierListing;
  'buffer coverage': CoverageReport;
  'buffer reselect': Reselection;
  'buffer bakeoff': Bakeoff;
  'buffer snapshot list': readonly SnapshotSummary[];
  'buffer snapshot show': SnapshotSheet;
  'buffer snapshot diff': SnapshotDiff;
  'buffer snapshot restore': Restoration;
  'erase examples': ErasurePlan | ErasureReport;
  'erase resume': ErasureReport;
  'erase list': readonly ErasureSummary[];
  /** What does not hold is the `result` of ERASURE_INCOMPLETE. */
  'erase verify': ErasureVerification;
  'labels list': readonly LabelSummary[];
  'labels rename': EditReport;
  'labels merge': EditReport;
  'labels split': EditReport;
  'labels retire': EditReport;
  'buffer diff': BufferDiff;
  /** Without a file one row a line. */
  'buffer export': BufferRow | ExportedRows;
  'buffer sql': QueryResult;
  'examples list': readonly ListedExample[];
  /** Without a file one row a line. */
  'examples export': ExampleRow | ExportedRows;
  drift: DriftReport;
  'unknown list': UnknownListing;
  'unknown add': readonly Queued[];
  'unknown name': NamedTexts;
  'unknown drop': DroppedTexts;
  /** One a line. */
  /** Of one text: one a task where the adapter has several; of lines one a line. */
  predict: Prediction | readonly Prediction[];
  /** One a line. */
  embed: Embedding;
  export: ExportedVersion;
  /** With --once the updates that were started. */
  'schedule start': ScheduleSession | readonly NewCheck[];
  'schedule status': readonly ScheduleStatus[];
  status: WorkspaceStatus;
  backup: Backup;
  restore: Restored;
  /** With an error among the findings it is the `result` of WORKSPACE_DAMAGED. */
  doctor: Examination;
  prune: Pruning;
}

/** What a command that fails prints with --json. */
export interface Failed {
  readonly error: {
    readonly code: ErrorCode;
    readonly kind: ErrorKind;
    readonly message: string;
    readonly at: Place | null;
    /** What to do, with the flags of the command line. */
    readonly hint: string;
    /** Parameters that the hint asks for, as the library names them; absent where there are none. */
    readonly parameters?: readonly string[];
    /** What the first of them may be. */
    readonly choices?: readonly (string | number)[];
  };
  /** What was found or done before it failed, where that is worth telling. */
  readonly result?: unknown;
}
