/** Rounds numbers to half precision (IEEE 754 binary16), the nearest, ties to even. */

/** The numbers as float16 would keep them, in place. Finite numbers of at most 65,504 in size. */
export function roundToHalf(values: Float32Array): Float32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (const [index, value] of values.entries()) {
    // Below 2^-14 halves are multiples of 2^-24; above, they have 10 bits after the first.
    if (Math.abs(value) < 2 ** -14) values[index] = roundEven(value * 2 ** 24) * 2 ** -24;
    else bits[index] = (bits[index]! + 0xfff + ((bits[index]! >>> 13) & 1)) & ~0x1fff;
  }
  return values;
}

function roundEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  return part > 0.5 || (part === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
