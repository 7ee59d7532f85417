/**
 * Every suite that ships, on the embedded encoder's real vectors: an adapter whose bottleneck collapses the embedding
 * on to a few directions must show in each of them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { defaultCacheFolder } from '#espalier/declaration/workspace.js';
import { embeddedModel } from '#espalier/encoder/declaration.js';
import { openEncoder } from '#espalier/encoder/encoder.js';
import { metricNamed, metricValue } from '#espalier/evaluation/metrics.js';
import { requireNumbers, scoreSuite } from '#espalier/evaluation/score-suite.js';
import { listSuites, readSuites, type Suite, textsOf } from '#espalier/evaluation/suites.js';
import { headGraph } from '#espalier/training/heads/head-graph.js';
import type { Head } from '#espalier/training/job.js';
import { strategyNamed } from '#espalier/training/strategies.js';
import { type AdapterSession, openAdapter } from '#espalier/versions/adapter-session.js';
import { settingsWith } from '../support/declaration.js';
import { jobOf, quiet } from '../support/problem.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const shipped = fileURLToPath(new URL('../../evals', import.meta.url));
const data = fileURLToPath(new URL('../../adapters/support-triage/data', import.meta.url));
const folder = temporaryFolder();
const task = 'intent';

const encoder = await openEncoder(
  { model: embeddedModel, pooling: ['output:sentence_embedding', 'mean'], prompt: '', dtype: 'fp32', normalise: true },
  { cacheFolder: defaultCacheFolder(process.env) },
);
const { dimension } = encoder;
const suites = await readSuites([shipped], [...(await listSuites([shipped])).keys()]);
const texts = suites.map(textsOf);
const encoded = await encoder.encode(texts.flat());
const samples = ['1-billing', '2-account', '3-shipping', '4-returns'].flatMap((file) =>
  readFileSync(join(data, `${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; label: string }),
);
const labels = [...new Set(samples.map(({ label }) => label))];
const classes = labels.map((label) => ({ task, label }));
const fresh = {
  vectors: await encoder.encode(samples.map(({ text }) => text)),
  targets: Int32Array.from(samples, ({ label }) => labels.indexOf(label)),
  ids: Int32Array.from(samples, (_, index) => index),
};
await encoder.close();

const { head: linear } = await strategyNamed('finetune').train(
  jobOf('finetune', labels.length, { dimension, fresh, settings: settingsWith({ epochs: 8 }) }),
  quiet,
);

const rank = 4;

/** The linear head behind a bottleneck, whose share of the embedding grows with `strength`: at 0 there is none. */
function bottleneckOf(strength: number): Head {
  const random = seededRandom('bottleneck');
  const draw = (length: number, scale: number) => Float32Array.from({ length }, () => scale * random.normal());
  const tensors = {
    ...linear.tensors,
    down: { dims: [dimension, rank], data: draw(dimension * rank, 1 / Math.sqrt(dimension)) },
    up: { dims: [rank, dimension], data: draw(rank * dimension, strength) },
  };
  return { kind: 'bottleneck', shape: { ...linear.shape, rank }, tensors };
}

function open(head: Head, name: string): Promise<AdapterSession> {
  const file = join(folder, `${name}.onnx`);
  writeFileSync(file, headGraph(head).encode());
  return openAdapter(file, classes);
}

const [healthy, damaged] = [await open(bottleneckOf(0), 'healthy'), await open(bottleneckOf(50), 'damaged')];
afterAll(() => Promise.all([healthy.close(), damaged.close()]));

/** Where the vectors of each suite begin. */
const starts = texts.map((_, index) => texts.slice(0, index).reduce((sum, own) => sum + own.length, 0));

async function measure(adapter: AdapterSession, suite: Suite): Promise<number> {
  const index = suites.indexOf(suite);
  const start = starts[index]! * dimension;
  const outputs = await adapter.run(encoded.subarray(start, start + texts[index]!.length * dimension), dimension);
  const scored = requireNumbers(suite.name, await scoreSuite(suite, outputs, task));
  return metricValue(
    metricNamed(suite.metric),
    scored.map(({ score }) => score),
    scored.map(({ gold }) => gold),
  );
}

describe('an adapter that collapses the embedding', () => {
  it.each(suites.map((suite) => [suite.name, suite] as const))(
    'shows in %s, and without it the suite has room either way',
    async (_, suite) => {
      const [whole, spoilt] = [await measure(healthy, suite), await measure(damaged, suite)];
      const scale = suite.ceiling - suite.chance;
      // Neither guessing nor perfect: a suite at an end of its scale measures one direction only.
      expect((whole - suite.chance) / scale).toBeGreaterThan(0.15);
      expect((whole - suite.chance) / scale).toBeLessThan(0.98);
      expect(spoilt).toBeLessThan(whole - 0.1 * scale);
    },
  );
});
