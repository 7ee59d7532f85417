/**
 * Scores every suite of evals/ with the embedded encoder's own embedding, without any adapter: the table of
 * docs/suites.md. npx tsx bench/suite-scores.ts
 */
import { fileURLToPath } from 'node:url';
import { defaultCacheFolder } from '../src/declaration/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { metricNamed, metricValue } from '../src/evaluation/metrics.js';
import { askedCases, scoreSuite } from '../src/evaluation/score-suite.js';
import { collectEvalTexts, listSuites, readSuites, textsOf } from '../src/evaluation/suites.js';
import type { AdapterOutput } from '../src/versions/adapter-session.js';

const evals = fileURLToPath(new URL('../evals', import.meta.url));
const declaration = {
  model: embeddedModel,
  pooling: defaultPooling(embeddedModel),
  prompt: '',
  dtype: 'fp32',
  normalise: true,
};
const encoder = await openEncoder(declaration, { cacheFolder: defaultCacheFolder(process.env) });

async function outputsOf(texts: readonly string[]): Promise<AdapterOutput[]> {
  const vectors = await encoder.encodeDense(texts);
  return texts.map((_, row) => {
    const vector = vectors.slice(row * encoder.dense, (row + 1) * encoder.dense);
    const length = Math.hypot(...vector);
    return { answers: new Map(), probabilities: new Float32Array(0), adapted: vector.map((value) => value / length) };
  });
}

const start = performance.now();
await collectEvalTexts([evals]);
console.log(`all texts collected in ${(performance.now() - start).toFixed(0)} ms\n`);

console.log('| suite | kind | asked | metric | chance | frozen | ceiling | ms |\n|---|---|---|---|---|---|---|---|');
for (const suite of await readSuites([evals], [...(await listSuites([evals])).keys()])) {
  const outputs = await outputsOf(textsOf(suite));
  const before = performance.now();
  const scores = await scoreSuite(suite, outputs, '');
  const milliseconds = (performance.now() - before).toFixed(0);
  const value = metricValue(
    metricNamed(suite.metric),
    scores.map(({ score }) => score),
    scores.map(({ gold }) => gold),
  );
  const frozen = suite.kind === 'classification' ? 'by head' : value.toFixed(3);
  const { name, kind, metric, chance, ceiling } = suite;
  console.log(
    `| ${[name, kind, askedCases(suite).length, metric, chance, frozen, ceiling, milliseconds].join(' | ')} |`,
  );
  if (process.argv.includes('--slices')) {
    for (const tag of ['group', 'label', 'length']) {
      const groups = new Set(scores.map(({ tags }) => tags[tag]));
      if (groups.size < 2) continue;
      const of = (group: string | undefined) => scores.filter(({ tags }) => tags[tag] === group);
      console.log(
        tag,
        [...groups]
          .map(
            (group) =>
              `${group} ${of(group).length}: ${(of(group).reduce((sum, { score }) => sum + score, 0) / of(group).length).toFixed(2)}`,
          )
          .join(', '),
      );
    }
  }
}
await encoder.close();
