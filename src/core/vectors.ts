/** Arithmetic of vectors. */

/** Dot product; for two vectors of length 1, their cosine. It uses four partial sums in a fixed order. */
export function dot(a: Float32Array, b: Float32Array): number {
  const whole = a.length - (a.length % 4);
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let index = 0; index < whole; index += 4) {
    first += a[index]! * b[index]!;
    second += a[index + 1]! * b[index + 1]!;
    third += a[index + 2]! * b[index + 2]!;
    fourth += a[index + 3]! * b[index + 3]!;
  }
  for (let index = whole; index < a.length; index++) first += a[index]! * b[index]!;
  return first + second + (third + fourth);
}

/** The vector scaled to length 1; a vector of zeros is returned unchanged. */
export function unitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
