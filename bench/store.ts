/**
 * The replay store at size. So far: farthest-first traversal (the policy k-centre) over made vectors that lie in
 * clusters as texts do, beside one pass of the same products, which is what the traversal cannot do without.
 *
 *   npm run bench -- bench/store.ts [--vectors 100000] [--centres 2000] [--dimension 512] [--json]
 */
import { parseArgs } from 'node:util';
import { type Random, seededRandom } from '../src/core/random.js';
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

const count = Number(options.vectors);
const dimension = Number(options.dimension);
const vectors = clusteredVectors(count, dimension, seededRandom(7, 'bench-store'));
const start = performance.now();
const centres = await farthestFirst(vectors, Number(options.centres));
const seconds = (performance.now() - start) / 1000;
const peakRssMb = process.resourceUsage().maxRSS / 1024;
const result = { vectors: count, dimension, centres: centres.length, seconds, peakRssMb };
process.stdout.write(
  options.json
    ? `${JSON.stringify(result)}\n`
    : `k-centre: ${centres.length} of ${count} vectors of ${dimension} columns in ${seconds.toFixed(1)} s, peak ${peakRssMb.toFixed(0)} MB\n`,
);

function clusteredVectors(rows: number, columns: number, random: Random): Float32Array[] {
  const normal = () => Float32Array.from({ length: columns }, () => random.normal());
  const centresOfClusters = Array.from({ length: clusters }, normal);
  return Array.from({ length: rows }, () => {
    const centre = centresOfClusters[random.integer(clusters)]!;
    return normal().map((value, column) => value + centre[column]!);
  });
}
