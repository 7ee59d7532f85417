/**
 * How well the clusters of the queue of unknown texts fit the intents behind them, by the similarity down to which they
 * are joined: texts of 15 intents of CLINC150 that are not learned, centred on the mean of the others.
 *
 *   npm run bench -- bench/unknown-clusters.ts --data DIR [--split val] [--seeds 1,2,3] [--similarities 0.2,0.3,0.4,0.5]
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { seededRandom, shuffled } from '../src/core/random.js';
import { unitLength } from '../src/core/vectors.js';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { clusterByLinkage } from '../src/drift/statistics/average-linkage.js';
import { proposeName } from '../src/drift/statistics/characteristic-words.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { fitStandardisation, standardise } from '../src/training/standardise.js';
import { encodeKept, readSplit } from './shots-data.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    split: { type: 'string', default: 'test' },
    seeds: { type: 'string', default: '1,2,3' },
    similarities: { type: 'string', default: '0.2,0.3,0.4,0.5,0.6' },
    vectors: { type: 'string' },
  },
});
const set = 'clinc150';
const hidden = 15;
if (!options.data) throw new EspalierError('USAGE', 'it needs --data DIR');
const asked = await readSplit(options.data, set, options.split as 'val' | 'test');
if (!asked) throw new EspalierError('DATA_FOLDER_INVALID', `${options.data} does not hold ${set}.${options.split}`);
const encoder = await openEncoder(
  { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true },
  { cacheFolder: defaultCacheFolder(process.env) },
);
const vectors = await encodeKept(encoder, asked, options.vectors);
await encoder.close();
const { dense, dimension } = encoder;
const labels = [...new Set(asked.map(({ label }) => label))].sort();
const table = new Table({
  head: ['seed', 'similarity', 'texts', 'clusters of 3 or more', 'texts in them %', 'of one intent %', 'intents found'],
  style: { head: [], border: [] },
});
for (const seed of options.seeds.split(',')) measure(Number(seed));
process.stdout.write(`${table.toString()}\n`);

function measure(seed: number): void {
  const names = new Set(shuffled(labels, seededRandom('unknown-clusters', seed)).slice(0, hidden));
  const [unknown, known] = [rowsWhere((label) => names.has(label)), rowsWhere((label) => !names.has(label))];
  const standardisation = fitStandardisation(vectorsOf(known), dense, dimension);
  const centred = standardise(vectorsOf(unknown), standardisation, dimension);
  const units = unknown.map((_, place) => unitLength(centred.subarray(place * dense, (place + 1) * dense)));
  for (const similarity of options.similarities.split(',').map(Number)) {
    const clusters = new Map<number, number[]>();
    for (const [place, cluster] of clusterByLinkage(units, similarity).entries())
      clusters.set(cluster, [...(clusters.get(cluster) ?? []), unknown[place]!]);
    const large = [...clusters.values()].filter(({ length }) => length >= 3);
    const commonest = large.map((rows) => commonestOf(rows));
    const inThem = large.reduce((sum, { length }) => sum + length, 0);
    const right = commonest.reduce((sum, { count }) => sum + count, 0);
    table.push([
      ...[String(seed), String(similarity), String(unknown.length), String(large.length)],
      ...[((100 * inThem) / unknown.length).toFixed(1), ((100 * right) / inThem).toFixed(1)],
      `${new Set(commonest.map(({ label }) => label)).size} of ${hidden}`,
    ]);
    if (similarity === 0.4 && seed === 1) showNames(large, known);
  }
}

/** The names that are proposed for the largest clusters, beside the intents that most of their texts have. */
function showNames(clusters: readonly (readonly number[])[], known: readonly number[]): void {
  const textsOf = (rows: readonly number[]) => rows.map((row) => asked![row]!.text);
  const background = textsOf(known.slice(0, 1000));
  for (const rows of [...clusters].sort((a, b) => b.length - a.length).slice(0, 12))
    process.stderr.write(`${rows.length} ${commonestOf(rows).label}: ${proposeName(textsOf(rows), background)}\n`);
}

function commonestOf(rows: readonly number[]): { label: string; count: number } {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(asked![row]!.label, (counts.get(asked![row]!.label) ?? 0) + 1);
  const [label, count] = [...counts].sort(([, a], [, b]) => b - a)[0]!;
  return { label, count };
}

function rowsWhere(isWanted: (label: string) => boolean): number[] {
  return [...asked!.keys()].filter((row) => isWanted(asked![row]!.label));
}

function vectorsOf(rows: readonly number[]): Float32Array {
  const taken = new Float32Array(rows.length * dimension);
  for (const [place, row] of rows.entries())
    taken.set(vectors.subarray(row * dimension, (row + 1) * dimension), place * dimension);
  return taken;
}
