/** Pools token vectors into the vector of a text. */
import type { Tensor } from 'onnxruntime-node';
import { EspalierError } from '../core/errors.js';
import { outputOf, type Pooling, type PoolingKind, poolingKindOf } from '../declaration/recipe.js';
import type { Span } from './batches.js';
import { normalise } from './normalise.js';

export interface PoolingPlan {
  readonly pooling: readonly Pooling[];
  readonly normalise: boolean;
}

/**
 * One vector per row, [rows, sum of the pooled dimensions] float32. When normalised, each pooled part is scaled to
 * length 1/sqrt(parts), so that the parts have equal weight and the whole has length 1.
 *
 * @param spans columns of each row's real tokens: padding is never read
 */
export function poolBatch(
  outputs: Readonly<Record<string, Tensor>>,
  spans: readonly Span[],
  plan: PoolingPlan,
): Float32Array {
  const parts = plan.pooling.map((pooling) => poolOne(outputs[outputOf(pooling)]!, spans, pooling));
  const dimension = parts.reduce((sum, part) => sum + part.dimension, 0);
  const vectors = new Float32Array(spans.length * dimension);
  const partLength = 1 / Math.sqrt(parts.length);
  let column = 0;
  for (const part of parts) {
    for (let row = 0; row < spans.length; row++) {
      const target = row * dimension + column;
      vectors.set(part.rows.subarray(row * part.dimension, (row + 1) * part.dimension), target);
      if (plan.normalise) normalise(vectors, partLength, target, part.dimension);
    }
    column += part.dimension;
  }
  return vectors;
}

interface Pooled {
  /** [rows, dimension] */
  readonly rows: Float32Array;
  readonly dimension: number;
}

function poolOne(output: Tensor, spans: readonly Span[], pooling: Pooling): Pooled {
  const data = float32Of(output);
  const way = poolingKindOf(pooling);
  if (way === 'output') {
    requireRank(output, 2, pooling, '[batch, dim]');
    return { rows: data, dimension: output.dims[1]! };
  }
  requireRank(output, 3, pooling, '[batch, tokens, dim]');
  const [, width, dimension] = output.dims as [number, number, number];
  const rows = new Float32Array(spans.length * dimension);
  for (const [row, span] of spans.entries()) {
    const { start, length } = tokensRead(span, way);
    const target = row * dimension;
    for (let token = start; token < start + length; token++) {
      const source = (row * width + token) * dimension;
      if (way === 'max' && token > start) {
        for (let i = 0; i < dimension; i++) rows[target + i] = Math.max(rows[target + i]!, data[source + i]!);
      } else {
        for (let i = 0; i < dimension; i++) rows[target + i]! += data[source + i]!;
      }
    }
    const divisor = divisorOf(way, length);
    if (divisor > 1) for (let i = 0; i < dimension; i++) rows[target + i]! /= divisor;
  }
  return { rows, dimension };
}

/**
 * The divisor for the sum of `length` token vectors. With `sqrt`, a longer text has a longer vector, as in a random
 * walk.
 */
function divisorOf(way: PoolingKind, length: number): number {
  if (way === 'mean') return length;
  return way === 'sqrt' ? Math.sqrt(length) : 1;
}

function tokensRead({ start, length }: Span, way: PoolingKind): Span {
  if (way === 'cls') return { start, length: Math.min(length, 1) };
  if (way === 'last') return { start: start + Math.max(0, length - 1), length: Math.min(length, 1) };
  return { start, length };
}

function requireRank(output: Tensor, rank: number, pooling: Pooling, shape: string): void {
  if (output.dims.length === rank) return;
  throw new EspalierError(
    'ENCODER_OUTPUT_MISSING',
    `output ${outputOf(pooling)} has the shape [${output.dims.join(', ')}], and ${pooling} needs ${shape}`,
  );
}

function float32Of({ type, data }: Tensor): Float32Array {
  if (type === 'float32') return data as Float32Array;
  if (type === 'float64') return Float32Array.from(data as Float64Array);
  if (type === 'float16') {
    // Before Node 24, 16-bit floats arrive as their bit patterns.
    const { buffer, byteOffset, length } = data as Uint16Array;
    return Float32Array.from(new Uint16Array(buffer, byteOffset, length), halfToFloat);
  }
  throw new EspalierError('ENCODER_OUTPUT_MISSING', `the model's output is ${type}, not floating point`);
}

/** IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
