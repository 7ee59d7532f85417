/**
 * Vectors as the inspections compare them: the mean of a sample is subtracted, and each is scaled to length 1. Without
 * the mean, vectors of most encoders lie in a narrow cone, where all cosines are nearly equal.
 */

/** [width] mean of [n, stride] rows, over their first `width` columns; zeros of no rows. */
export function meanOf(vectors: Float32Array, width: number, stride = width): Float32Array {
  const sums = new Float64Array(width);
  for (let start = 0; start < vectors.length; start += stride)
    for (let index = 0; index < width; index++) sums[index]! += vectors[start + index]!;
  const count = Math.max(1, vectors.length / stride);
  return Float32Array.from(sums, (sum) => sum / count);
}

/**
 * The first columns of [n, stride] rows -> [n, width] float32, each of length 1; a row that equals the mean becomes 0.
 */
export function centred(vectors: Float32Array, mean: Float32Array, stride = mean.length): Float32Array {
  const width = mean.length;
  const result = new Float32Array((vectors.length / stride) * width);
  for (let to = 0, from = 0; to < result.length; to += width, from += stride) {
    let squares = 0;
    for (let index = 0; index < width; index++) {
      const value = vectors[from + index]! - mean[index]!;
      result[to + index] = value;
      squares += value * value;
    }
    // Rows that differ from the mean by rounding alone have no direction.
    const factor = squares < 1e-12 ? 0 : 1 / Math.sqrt(squares);
    for (let index = 0; index < width; index++) result[to + index]! *= factor;
  }
  return result;
}
