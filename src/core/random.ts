/**
 * Seeded randomness. Every random draw in Espalier comes from here, so that a seed gives the same bytes on every
 * machine.
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
  /** Fills `into` with the results of repeated calls of `integer`, in a third of their time. */
  integers(bound: number, into: Int32Array): void;
}

/**
 * A stream that depends on all of `parts`: `seededRandom(7, 'holdout', 'intent')`. Generator: sfc32 (Doty-Humphrey,
 * PractRand).
 */
export function seededRandom(...parts: readonly (string | number)[]): Random {
  return new SmallFastCounting(createHash('sha256').update(JSON.stringify(parts)).digest());
}

class SmallFastCounting implements Random {
  /** Three words and a counter. */
  readonly #state: Int32Array;
  #spare: number | undefined;

  /** @param seed at least 12 bytes */
  constructor(seed: Buffer) {
    this.#state = Int32Array.of(seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8), 1);
    for (let round = 0; round < 12; round++) this.#next();
  }

  uniform(): number {
    return this.#next() / 4294967296;
  }

  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  integers(bound: number, into: Int32Array): void {
    // The same as `#next`, with local variables that stay in registers.
    let [a, b, c, counter] = this.#state as unknown as [number, number, number, number];
    const share = bound / 4294967296;
    for (let index = 0; index < into.length; index++) {
      const sum = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      into[index] = (sum >>> 0) * share;
    }
    this.#state.set([a, b, c, counter]);
  }

  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  #next(): number {
    const state = this.#state;
    const [a, b, c, counter] = [state[0]!, state[1]!, state[2]!, state[3]!];
    const sum = (((a + b) | 0) + counter) | 0;
    state[3] = counter + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }
}

/** Draws one item, all with equal probability. */
export function pickOne<T>(items: readonly T[], random: Random): T {
  return items[random.integer(items.length)]!;
}

/** Draws an index with probability proportional to its weight; not all weights are 0. */
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

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [copy[last], copy[other]] = [copy[other]!, copy[last]!];
  }
  return copy;
}

/**
 * A uniform number in [0, 1) that depends only on `key` and `seed`, not on earlier calls. Keeping the k smallest gives
 * a uniform sample without replacement (bottom-k sampling).
 */
export function uniformOf(seed: number, key: string): number {
  return createHash('sha256').update(`${seed}\u0000${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
}
