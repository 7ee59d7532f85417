/**
 * Seeded randomness. Every draw in Espalier comes from here, so that a seed gives the same bytes on every machine.
 */
import { createHash } from 'node:crypto';

/** A stream of draws; the state advances with every call. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Standard normal (Box-Muller, both halves used). */
  normal(): number;
  /** A whole number in [0, bound). */
  integer(bound: number): number;
  /** Fills `into` with what as many calls of `integer` would give, in a third of their time. */
  integers(bound: number, into: Int32Array): void;
}

/**
 * A stream that depends on all of `parts`: `seededRandom(7, 'holdout', 'intent')`. Generator: sfc32 (Doty-Humphrey,
 * PractRand).
 */
export function seededRandom(...parts: readonly (string | number)[]): Random {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  let [a, b, c, counter] = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  let spare: number | undefined;
  const uniform = () => next() / 4294967296;
  return {
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    integers: (bound, into) => {
      // The same as `next`, in variables that stay in registers.
      let [p, q, r, s] = [a, b, c, counter];
      const share = bound / 4294967296;
      for (let index = 0; index < into.length; index++) {
        const sum = (((p + q) | 0) + s) | 0;
        s = (s + 1) | 0;
        p = q ^ (q >>> 9);
        q = (r + (r << 3)) | 0;
        r = (((r << 21) | (r >>> 11)) + sum) | 0;
        into[index] = (sum >>> 0) * share;
      }
      [a, b, c, counter] = [p, q, r, s];
    },
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** One of them, each as likely as the others. */
export function pickOne<T>(items: readonly T[], random: Random): T {
  return items[random.integer(items.length)]!;
}

/** An index, each as likely as its weight is large; not all weights are 0. */
export function pickWeighted(weights: ArrayLike<number>, random: Random): number {
  let total = 0;
  for (let index = 0; index < weights.length; index++) total += weights[index]!;
  let left = random.uniform() * total;
  for (let index = 0; index < weights.length; index++) {
    left -= weights[index]!;
    if (left < 0) return index;
  }
  return weights.length - 1;
}

/** Fisher-Yates over a copy. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [copy[last], copy[other]] = [copy[other]!, copy[last]!];
  }
  return copy;
}

/**
 * A uniform number in [0, 1) that belongs to `key` under `seed`: the same whenever it is asked, and whoever asked
 * before. Keeping the k smallest gives a uniform sample without replacement (bottom-k sampling).
 */
export function uniformOf(seed: number, key: string): number {
  return createHash('sha256').update(`${seed}\u0000${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
}
