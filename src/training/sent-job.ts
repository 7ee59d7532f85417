/**
 * A job as it is sent to a worker thread: of packed batches without the vectors in full, which the thread writes out if
 * its strategy reads them. Packed rows are in shared memory, so that no thread copies them.
 */
import type { PackedRows } from '../encoder/packed-rows.js';
import type { LabelledVectors, TrainingJob } from './job.js';
import { labelsOf, packedBatch, type RowLabels } from './rows.js';

const batchNames = ['fresh', 'replayed', 'learned', 'withdrawn'] as const;
type BatchName = (typeof batchNames)[number];

type SentBatch = RowLabels & ({ readonly vectors: Float32Array } | { readonly packed: PackedRows });

export type SentJob = Omit<TrainingJob, BatchName> & {
  readonly batches: Readonly<Partial<Record<BatchName, SentBatch>>>;
};

export function sendable({ fresh, replayed, learned, withdrawn, ...others }: TrainingJob): SentJob {
  const batches: Partial<Record<BatchName, SentBatch>> = { fresh: sent(fresh), replayed: sent(replayed) };
  if (learned) batches.learned = sent(learned);
  if (withdrawn) batches.withdrawn = sent(withdrawn);
  return { ...others, batches };
}

function sent(batch: LabelledVectors): SentBatch {
  return batch.packed ? { packed: batch.packed, ...labelsOf(batch) } : batch;
}

export function received({ batches, ...others }: SentJob): TrainingJob {
  const { fresh, replayed, learned, withdrawn } = batches;
  return {
    ...others,
    fresh: unpacked(fresh!),
    replayed: unpacked(replayed!),
    ...(learned && { learned: unpacked(learned) }),
    ...(withdrawn && { withdrawn: unpacked(withdrawn) }),
  };
}

const unpacked = (batch: SentBatch): LabelledVectors => ('packed' in batch ? packedBatch(batch.packed, batch) : batch);
