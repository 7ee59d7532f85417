/**
 * The public entry of Espalier: `import { openEspalier } from 'espalier'`. docs/library.md shows it by example.
 *
 * Stable within a major version: what is exported here, `espalier/extend` and `espalier/testing`; the shapes of
 * `Results` (`resultVersion`); codes and kinds of errors; the format of manifest.json; the names of adapter.onnx's
 * inputs and outputs; and that a database of an older version is brought up to date.
 */
export { catalogue, type ErrorCode, type ErrorKind, EspalierError, type Place } from './core/errors.js';
export type { AdapterDeclaration } from './declaration/declaration.js';
export type { Class, Domain, Task } from './declaration/tasks.js';
export type { FieldRow } from './gate/field.js';
export type { Finding, Report, ReportRow } from './gate/report.js';
export type { IntakeReport } from './intake/intake-report.js';
export { AdapterHandle } from './library/adapter-handle.js';
export { BufferHandle } from './library/buffer-handle.js';
export type { CandidateSheet } from './library/candidates.js';
export { createWorkspace } from './library/create-workspace.js';
export type { Embedding } from './library/embed.js';
export { CandidatesHandle, Espalier, type EspalierOptions, openEspalier, ScheduleHandle } from './library/espalier.js';
export type { ExampleQuery, PageQuery } from './library/example-query.js';
export type { ExampleRow } from './library/examples.js';
export type { IngestSettings, Rows } from './library/ingest.js';
export { LabelsHandle } from './library/labels-handle.js';
export { type Failed, type Results, resultVersion } from './library/results.js';
export { ServedChampion } from './library/served-champion.js';
export type { Call, ProgressEvent } from './library/site.js';
export { starterDeclaration } from './library/starter.js';
export type { AdapterStatus, WorkspaceStatus } from './library/status.js';
export { isInvalid } from './library/suites.js';
export { type NewSuite, SuitesHandle } from './library/suites-handle.js';
export { UnknownHandle } from './library/unknown-handle.js';
export { restoreBackup } from './library/upkeep.js';
export { comparisonPage } from './pages/comparison/page.js';
export { renderReportPage } from './pages/report/page.js';
export type { Asking, Prediction } from './serving/champion.js';
export type { Candidate, Decision, Verdict } from './store/candidates.js';
export type { Comparison } from './study/comparison.js';
export type { Decide, Difference, Unfinished } from './update/intentions.js';
export type { Update } from './update/run-update.js';
export type { Manifest } from './versions/manifest.js';
