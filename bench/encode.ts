/**
 * Texts a second through the embedded encoder with one thread and with one for each core, in turns, and the longest time
 * for which the program's own thread was held up meanwhile. The vectors must be the same bytes.
 *
 *   npm run bench:encode -- [--texts 4000] [--rounds 3] [--json]
 */
import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { sha256 } from '../src/core/hash.js';
import { seededRandom } from '../src/core/random.js';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { defaultPooling } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';

const { values: options } = parseArgs({
  options: {
    texts: { type: 'string', default: '4000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const words = 'late money card order account address delivery chair lamp still where please week my is the'.split(' ');
const random = seededRandom('bench:encode');
const texts = Array.from({ length: Number(options.texts) }, () =>
  Array.from({ length: 4 + random.integer(12) }, () => words[random.integer(words.length)]!).join(' '),
);
const declaration = {
  ...{ model: 'use-lite', pooling: defaultPooling('use-lite'), prompt: '', dtype: 'fp32', normalise: true },
};

interface Measured {
  readonly workers: number;
  readonly textsPerSecond: number;
  readonly longestStallMs: number;
}

async function measure(workers: number): Promise<Measured & { readonly bytes: string }> {
  const encoder = await openEncoder(declaration, { cacheFolder: defaultCacheFolder(process.env), workers });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const start = performance.now();
  const vectors = await encoder.encodeDense(texts);
  const seconds = (performance.now() - start) / 1000;
  delay.disable();
  await encoder.close();
  const bytes = sha256(Buffer.from(vectors.buffer));
  return { workers, textsPerSecond: texts.length / seconds, longestStallMs: delay.max / 1e6, bytes };
}

const found: (Measured & { bytes: string })[] = [];
for (let round = 0; round < Number(options.rounds); round++)
  for (const workers of [1, availableParallelism()]) found.push(await measure(workers));
if (new Set(found.map(({ bytes }) => bytes)).size > 1)
  throw new EspalierError('ENCODER_INVALID', 'the vectors differ with the number of threads');
if (options.json) console.log(JSON.stringify(found, null, 2));
else {
  const table = new Table({ head: ['threads', 'texts/s', 'longest stall, ms'], style: { head: [], border: [] } });
  for (const { workers, textsPerSecond, longestStallMs } of found)
    table.push([workers, textsPerSecond.toFixed(0), longestStallMs.toFixed(0)]);
  console.log(table.toString());
}
