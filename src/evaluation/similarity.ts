/** Cosine similarity, and what stands nearest by it. Adapted embeddings have length 1, so that a cosine is a dot product. */

/** Of two vectors of length 1: their cosine. Four partial sums, in an order that is always the same. */
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

/**
 * The cosines of one vector with each of a pool, four at a time: what is read of the vector serves all four, which takes half the time.
 * @returns [pool.length]
 */
export function similaritiesTo(vector: Float32Array, pool: readonly Float32Array[]): Float64Array {
  const similarities = new Float64Array(pool.length);
  const whole = pool.length - (pool.length % 4);
  for (let start = 0; start < whole; start += 4) {
    const [a, b, c, d] = [pool[start]!, pool[start + 1]!, pool[start + 2]!, pool[start + 3]!];
    let [first, second, third, fourth] = [0, 0, 0, 0];
    for (let index = 0; index < vector.length; index++) {
      const value = vector[index]!;
      first += value * a[index]!;
      second += value * b[index]!;
      third += value * c[index]!;
      fourth += value * d[index]!;
    }
    similarities[start] = first;
    similarities[start + 1] = second;
    similarities[start + 2] = third;
    similarities[start + 3] = fourth;
  }
  // In the same order of summation, so that equal vectors are equally similar wherever they stand.
  for (let at = whole; at < pool.length; at++) {
    const other = pool[at]!;
    let sum = 0;
    for (let index = 0; index < vector.length; index++) sum += vector[index]! * other[index]!;
    similarities[at] = sum;
  }
  return similarities;
}

export interface Neighbour {
  readonly index: number;
  readonly similarity: number;
}

/**
 * The `count` vectors of `pool` that are most similar to `vector`, best first; of equals the earlier one comes first.
 * Time: pool x dimension.
 */
export function nearest(vector: Float32Array, pool: readonly Float32Array[], count: number): Neighbour[] {
  const found: Neighbour[] = [];
  const similarities = similaritiesTo(vector, pool);
  for (let index = 0; index < pool.length; index++) {
    const similarity = similarities[index]!;
    if (found.length === count && similarity <= found[count - 1]!.similarity) continue;
    if (found.length === count) found.pop();
    let place = found.length;
    while (place > 0 && found[place - 1]!.similarity < similarity) place--;
    found.splice(place, 0, { index, similarity });
  }
  return found;
}
