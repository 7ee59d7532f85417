/**
 * The arrays that a loss draws minibatches from, by name. Head, labels and strategy each provide some; if two had the
 * same name, one would silently be lost.
 */
import type { NativeArray } from './native.js';

export type DataOfLoss = Readonly<Record<string, NativeArray>>;

/**
 * Joins all arrays in one record.
 * @throws Error naming the array that two parts provide, which is a defect of the head or the strategy
 */
export function joinData(...parts: readonly (DataOfLoss | undefined)[]): Record<string, NativeArray> {
  const joined: Record<string, NativeArray> = {};
  for (const part of parts)
    for (const [name, values] of Object.entries(part ?? {})) {
      if (Object.hasOwn(joined, name)) throw new Error(`two parts of a loss both bring data called \`${name}\``);
      joined[name] = values;
    }
  return joined;
}
