/**
 * The replay store at size: farthest-first traversal (the policy k-centre) over made vectors that lie in clusters as
 * texts do, beside a loop in JavaScript that compares all rows with one centre after another. The loop is timed for a
 * few centres, and its time for all of them is reckoned from that. CPU seconds are those of all threads: on a shared machine
 * they say more than the clock.
 *
 *   npm run bench:store -- [--vectors 100000] [--centres 2000] [--dimension 512] [--json]
 */
import { parseArgs } from 'node:util';
import { type Random, seededRandom } from '../src/core/random.js';
import { dot } from '../src/core/vectors.js';
import { farthestFirst } from '../src/replay/farthest-first.js';

const { values: options } = parseArgs({
  options: {
    vectors: { type: 'string', default: '100000' },
    centres: { type: 'string', default: '2000' },
    dimension: { type: 'string', default: '512' },
    json: { type: 'boolean', default: false },
  },
});

/** About as many as labels of a large adapter. */
const clusters = 200;
/** Centres that the loop is timed for. */
const timedCentres = 20;

const count = Number(options.vectors);
const dimension = Number(options.dimension);
const vectors = clusteredVectors(count, dimension, seededRandom(7, 'bench-store'));
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const [start, cpuBefore] = [performance.now(), cpuSeconds()];
const centres = await farthestFirst(vectors, Number(options.centres));
const seconds = (performance.now() - start) / 1000;
const traversalCpu = cpuSeconds() - cpuBefore;
const loopCpu = (secondsOfLoop() / timedCentres) * centres.length;
const peakRssMb = process.resourceUsage().maxRSS / 1024;
const result = { vectors: count, dimension, centres: centres.length, seconds, traversalCpu, loopCpu, peakRssMb };
process.stdout.write(
  options.json
    ? `${JSON.stringify(result)}\n`
    : `k-centre: ${centres.length} of ${count} vectors of ${dimension} columns in ${seconds.toFixed(1)} s, ${traversalCpu.toFixed(1)} CPU seconds (the loop about ${loopCpu.toFixed(0)}), peak ${peakRssMb.toFixed(0)} MB\n`,
);

function secondsOfLoop(): number {
  const nearness = new Float32Array(count).fill(-1);
  const begin = cpuSeconds();
  for (const centre of centres.slice(0, timedCentres))
    for (const [row, vector] of vectors.entries())
      nearness[row] = Math.max(nearness[row]!, dot(vector, vectors[centre]!));
  return cpuSeconds() - begin;
}

function clusteredVectors(rows: number, columns: number, random: Random): Float32Array[] {
  const normal = () => Float32Array.from({ length: columns }, () => random.normal());
  const centresOfClusters = Array.from({ length: clusters }, normal);
  return Array.from({ length: rows }, () => {
    const centre = centresOfClusters[random.integer(clusters)]!;
    return normal().map((value, column) => value + centre[column]!);
  });
}
