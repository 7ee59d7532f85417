/** All tables with their primary keys; each follows the tables that its rows refer to. */
import type { Schema } from './schema.js';

export interface Table {
  readonly name: keyof Schema;
  /** Columns of the primary key, in the order in which rows are read. */
  readonly key: readonly string[];
}

const of = <Name extends keyof Schema>(name: Name, ...key: (keyof Schema[Name] & string)[]): Table => ({ name, key });

export const tables: readonly Table[] = [
  of('adapters', 'name'),
  of('arrivals', 'adapter'),
  of('answer_forms', 'adapter', 'task'),
  of('strata', 'adapter', 'task', 'label', 'domain'),
  of('examples', 'id'),
  of('edits', 'id'),
  of('revisions', 'adapter', 'number'),
  of('curation', 'example_id'),
  of('renames', 'edit_id', 'task', 'label_from'),
  of('erasures', 'id'),
  of('erasure_examples', 'erasure_id', 'example_id'),
  of('tainted_versions', 'adapter', 'version'),
  of('near_bands', 'example_id', 'band'),
  of('near_marks', 'adapter', 'task'),
  of('near_links', 'example_id'),
  of('learned', 'adapter', 'version', 'task'),
  of('left_out', 'adapter', 'version', 'example_id'),
  of('snapshots', 'adapter', 'version'),
  of('snapshot_members', 'adapter', 'version', 'example_id'),
  of('unreadable', 'fingerprint', 'hash'),
  of('embeddings', 'fingerprint', 'hash'),
  of('signature_blocks', 'adapter', 'fingerprint', 'through_arrival'),
  of('buffer', 'adapter', 'example_id'),
  of('runs', 'id'),
  of('candidates', 'id'),
  of('contenders', 'run_id', 'strategy'),
  of('eval_suites', 'run_id', 'suite'),
  of('eval_results', 'run_id', 'contender', 'suite', 'case_id'),
  of('domain_accuracies', 'adapter', 'version', 'task', 'domain'),
  of('version_scores', 'adapter', 'version', 'suite', 'content_hash', 'cases'),
  of('decisions', 'id'),
  of('schedule_checks', 'id'),
  of('drift_checks', 'adapter', 'version', 'task', 'batch', 'domain'),
  of('unknown_texts', 'adapter', 'task', 'hash'),
  of('audit', 'id'),
];
