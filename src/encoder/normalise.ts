/**
 * Scales `vector[start, start + length)` in place to the Euclidean length `target`. A vector of zeros has no direction
 * and stays unchanged.
 */
export function normalise(vector: Float32Array, target = 1, start = 0, length = vector.length - start): void {
  const norm = normOf(vector, start, length);
  if (norm === 0) return;
  const scale = target / norm;
  for (let i = start; i < start + length; i++) vector[i]! *= scale;
}

/**
 * Euclidean length, summed in float64, so that squares neither overflow nor underflow. NaN or infinite when an element
 * is.
 */
export function normOf(vector: Float32Array, start = 0, length = vector.length - start): number {
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}
