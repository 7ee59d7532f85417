/** Measures the time an adapter needs to answer. */
import type { AdapterSession } from './adapter-session.js';

const [warmUps, repetitions] = [5, 51];

/** Median time from one vector to its answer, on this machine under its present load. */
export async function millisecondsToAnswer(adapter: AdapterSession, dimension: number): Promise<number> {
  const vector = new Float32Array(dimension).fill(1 / Math.sqrt(dimension));
  for (let count = 0; count < warmUps; count++) await adapter.run(vector, dimension);
  const times: number[] = [];
  for (let count = 0; count < repetitions; count++) {
    const start = performance.now();
    await adapter.run(vector, dimension);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[(repetitions - 1) / 2]!;
}
