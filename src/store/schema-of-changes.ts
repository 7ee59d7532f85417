/** The tables of what people change of examples, and what becomes of it; see schema.ts. */
import type { Generated } from 'kysely';

type Json = string;

export interface SchemaOfChanges {
  edits: {
    id: Generated<number>;
    adapter: string;
    act: string;
    summary: string;
    reason: string;
    actor: string;
    at: string;
    examples: number;
    revision: number;
    undoes: number | null;
  };
  revisions: {
    adapter: string;
    number: number;
    edit_id: number;
    example_id: number;
    label_before: string | null;
    label_after: string | null;
    weight_before: number | null;
    weight_after: number | null;
    quarantined_before: 0 | 1 | null;
    quarantined_after: 0 | 1 | null;
    pinned_before: 0 | 1 | null;
    pinned_after: 0 | 1 | null;
    note_before: string | null;
    note_after: string | null;
    seal: number;
  };
  curation: {
    example_id: number;
    adapter: string;
    weight: number;
    quarantined: 0 | 1;
    pinned: 0 | 1;
    note: string | null;
    seal: number;
  };
  erasures: {
    id: Generated<number>;
    adapter: string;
    reason: string;
    actor: string;
    at: string;
    step: 'set apart' | 'trained' | 'removed' | 'done';
    examples: number;
    edit_id: number | null;
    salt: string;
    hashes: Json;
    candidate_id: number | null;
    no_candidate: string | null;
  };
  erasure_examples: { erasure_id: number; example_id: number };
  tainted_versions: { adapter: string; version: number; erasure_id: number };
  renames: { edit_id: number; task: string; label_from: string; label_to: string };
  buffer_cells: {
    adapter: string;
    task: string;
    label: string;
    domain: string;
    source: string;
    state: 'member' | 'evicted' | 'declined';
    day: string;
    examples: number;
    bytes: number;
  };
}
