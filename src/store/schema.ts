/**
 * The tables of replay-store/migrations, as Kysely sees them. Times are ISO 8601 strings; `Json` columns hold JSON
 * text.
 */
import type { Generated } from 'kysely';
import type { SchemaOfChanges } from './schema-of-changes.js';

type Json = string;

export interface Schema extends SchemaOfChanges {
  adapters: { name: string; champion_version: number | null; created_at: string };
  arrivals: { adapter: string; last: number; revision: Generated<number> };
  examples: {
    id: Generated<number>;
    arrival: number;
    adapter: string;
    task: string;
    text: string;
    hash: string;
    twin: string;
    label: string;
    domain: string;
    source: string;
    received_at: string;
    split: 'train' | 'holdout';
    provenance: Json;
    seal: number;
  };
  learned: {
    adapter: string;
    version: number;
    task: string;
    through_example: number;
    through_revision: number;
    seal: number | null;
  };
  left_out: { adapter: string; version: number; example_id: number; reason: 'leaked' | 'unreadable' | 'quarantined' };
  near_bands: { example_id: number; band: number };
  near_marks: { adapter: string; task: string; through_arrival: number };
  near_links: { example_id: number; near_id: number; similarity: number };
  snapshots: {
    adapter: string;
    version: number;
    members: number;
    buffer_hash: string;
    trained_examples: number;
    trained_hash: string;
    seal: number;
  };
  snapshot_members: { adapter: string; version: number; example_id: number };
  unreadable: { fingerprint: string; hash: string; reason: string };
  strata: { adapter: string; task: string; label: string; domain: string; received: number; held: number };
  embeddings: { fingerprint: string; hash: string; dimension: number; vector: Buffer; checksum: number | null };
  signature_blocks: {
    adapter: string;
    fingerprint: string;
    after_arrival: number;
    through_arrival: number;
    ids: Buffer;
    mean: Buffer;
    signatures: Buffer;
    checksum: number;
  };
  answer_forms: { adapter: string; task: string; multi_label: 0 | 1 };
  buffer: {
    adapter: string;
    example_id: number;
    state: 'member' | 'evicted' | 'declined';
    policy: string;
    score: number;
    reason: string;
    since: string;
    seal: number | null;
  };
  runs: {
    id: Generated<number>;
    adapter: string;
    status: 'running' | 'done' | 'failed';
    stage: string;
    plan: Json;
    outputs: Json;
    trigger: string;
    lease_owner: string;
    lease_until: string;
    fencing_token: number;
    started_at: string;
    ended_at: string | null;
    error: string | null;
    seal: number | null;
  };
  candidates: {
    id: Generated<number>;
    adapter: string;
    version: number;
    run_id: number;
    champion_version: number | null;
    status: 'waiting' | 'approved' | 'rejected';
    verdict: 'pass' | 'fail' | 'inconclusive';
    report: Json;
    created_at: string;
    manifest_hash: string | null;
  };
  contenders: {
    run_id: number;
    strategy: string;
    place: number;
    seconds: number | null;
    bytes_kept: number | null;
    error: Json | null;
    report: Json | null;
    chosen: 0 | 1;
  };
  eval_suites: {
    run_id: number;
    suite: string;
    place: number;
    version: number;
    content_hash: string;
    family: string;
    metric: string;
    chance: number;
    task: string;
    domain: string | null;
    known_to_champion: 0 | 1;
    known_to_anchor: 0 | 1;
    examines: 'answers' | 'encoder';
    left_out: number;
    rules: number | null;
    seals: Json | null;
    seal: number | null;
  };
  eval_results: {
    run_id: number;
    contender: string;
    suite: string;
    case_id: string;
    champion_score: number | null;
    candidate_score: number;
    champion_answer: string | null;
    candidate_answer: string | null;
    gold: number | null;
    anchor_score: number | null;
    champion_confidence: number | null;
    candidate_confidence: number | null;
    tags: Json;
    cluster: string | null;
  };
  domain_accuracies: {
    adapter: string;
    version: number;
    task: string;
    domain: string;
    cases: number;
    accuracy: number;
  };
  version_scores: {
    adapter: string;
    version: number;
    suite: string;
    content_hash: string;
    cases: number;
    suite_version: number;
    metric: string;
    task: string;
    score: number;
    lower: number;
    upper: number;
    at: string;
  };
  decisions: {
    id: Generated<number>;
    adapter: string;
    candidate_id: number | null;
    act: 'approve' | 'override' | 'reject' | 'rollback';
    from_version: number | null;
    to_version: number | null;
    actor: string;
    reason: string;
    at: string;
  };
  schedule_checks: {
    id: Generated<number>;
    adapter: string;
    trigger: string;
    outcome: 'candidate' | 'nothing' | 'failed';
    reason: string;
    run_id: number | null;
    through_example: number;
    at: string;
  };
  drift_checks: {
    adapter: string;
    version: number;
    task: string;
    batch: string;
    domain: string;
    first_arrival: number | null;
    last_arrival: number | null;
    texts: number;
    decides: 0 | 1;
    p: number | null;
    effect: number | null;
    input_p: number | null;
    score_p: number | null;
    novel_share: number | null;
    novel_p: number | null;
    detail: Json;
    at: string;
  };
  unknown_texts: {
    adapter: string;
    task: string;
    hash: string;
    text: string;
    reason: string;
    likeliest: string | null;
    score: number | null;
    version: number;
    first_seen: string;
    last_seen: string;
    times_seen: number;
  };
  audit: {
    id: Generated<number>;
    at: string;
    actor: string;
    via: string | null;
    act: string;
    adapter: string;
    subject: string;
    detail: Json;
    previous: string;
    hash: string;
  };
}
