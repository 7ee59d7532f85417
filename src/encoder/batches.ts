/** Groups token lists into padded rectangles of similar lengths. Padding costs as much time as real tokens. */

/** A row's real tokens: columns [start, start + length). */
export interface Span {
  readonly start: number;
  readonly length: number;
}

export interface TextBatch {
  /** Indices into the list of texts. */
  readonly rows: readonly number[];
  /** Columns; at least 1. */
  readonly width: number;
}

export interface BatchLimits {
  readonly rows: number;
  /** Padded tokens, rows x width. A single longer text forms its own batch. */
  readonly tokens: number;
}

export type PaddingSide = 'left' | 'right';

export interface PaddedBatch {
  readonly spans: readonly Span[];
  /** [rows, width], like the two fields below. */
  readonly inputIds: BigInt64Array;
  readonly attentionMask: BigInt64Array;
  /** Position of each token, counted from the first real token; 0 at padding. */
  readonly positionIds: BigInt64Array;
}

/**
 * Plans batches from the shortest text to the longest; equal lengths keep the order of the input, so that the same list
 * always gives the same batches.
 */
export function planBatches(lengths: readonly number[], limits: BatchLimits): TextBatch[] {
  const order = lengths.map((_, index) => index).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const batches: TextBatch[] = [];
  let rows: number[] = [];
  let width = 1;
  for (const index of order) {
    const wider = Math.max(1, lengths[index]!);
    if (rows.length > 0 && (rows.length === limits.rows || (rows.length + 1) * wider > limits.tokens)) {
      batches.push({ rows, width });
      rows = [];
    }
    rows.push(index);
    width = wider;
  }
  if (rows.length > 0) batches.push({ rows, width });
  return batches;
}

export function padBatch(
  tokens: readonly (readonly number[])[],
  width: number,
  side: PaddingSide,
  paddingId: number,
): PaddedBatch {
  const inputIds = new BigInt64Array(tokens.length * width).fill(BigInt(paddingId));
  const attentionMask = new BigInt64Array(tokens.length * width);
  const positionIds = new BigInt64Array(tokens.length * width);
  const spans = tokens.map(({ length }) => ({ start: side === 'left' ? width - length : 0, length }));
  for (const [row, ids] of tokens.entries()) {
    const offset = row * width + spans[row]!.start;
    for (let i = 0; i < ids.length; i++) {
      inputIds[offset + i] = BigInt(ids[i]!);
      attentionMask[offset + i] = 1n;
      positionIds[offset + i] = BigInt(i);
    }
  }
  return { spans, inputIds, attentionMask, positionIds };
}
