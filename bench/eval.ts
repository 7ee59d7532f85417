/**
 * What an evaluation takes once its texts are embedded: champion and candidate, both closed-form heads of width 4096 with 150 classes, are scored on
 * twenty suites (the ten largest that ship, each twice), and judged with 10,000 bootstrap draws; then on half of the cases, to show how it grows.
 *
 *   npm run bench:eval -- [--json]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { parseDeclaration } from '../src/core/declaration.js';
import { gatePolicy } from '../src/core/gate-policy.js';
import { seededRandom } from '../src/core/random.js';
import { defaultCacheFolder, packageRoot } from '../src/core/workspace.js';
import { defaultPooling, embeddedModel } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { openAdapter } from '../src/evaluation/adapter.js';
import { askedCases, scoreSuite } from '../src/evaluation/score-suite.js';
import { listSuites, readSuites, type Suite, textsOf } from '../src/evaluation/suites.js';
import { judgeSuites } from '../src/gate/gate.js';
import type { PairedSuite } from '../src/gate/paired.js';
import { headGraph } from '../src/training/heads/head-graph.js';
import type { Batch, TrainedHead } from '../src/training/job.js';
import { strategyNamed } from '../src/training/strategies.js';

interface EvalRow {
  readonly suites: number;
  /** Asked, on each side. */
  readonly cases: number;
  readonly texts: number;
  readonly scoringSeconds: number;
  readonly judgingSeconds: number;
  readonly seconds: number;
  /** Of the limit of 5 seconds for 10,000 cases. */
  readonly ofLimit: number;
  readonly peakRssMb: number;
}

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const [classCount, trained, limitSeconds, limitCases] = [150, 3000, 5, 10_000];
const classes = Array.from({ length: classCount }, (_, index) => ({ task: 'label', label: `class ${index}` }));

const evals = [join(packageRoot, 'evals')];
const largest = (await readSuites(evals, [...(await listSuites(evals)).keys()]))
  .filter(({ kind }) => kind !== 'classification')
  .sort((a, b) => askedCases(b).length - askedCases(a).length)
  .slice(0, 10);
const declaration = { model: embeddedModel, pooling: defaultPooling(embeddedModel), prompt: '', dtype: 'fp32', normalise: true };
const encoder = await openEncoder(declaration, { cacheFolder: defaultCacheFolder(process.env) });
const { dimension, lexical } = encoder;
const vectors: Float32Array[] = [];
for (const suite of largest) vectors.push(await encoder.encode(textsOf(suite)));
await encoder.close();

const folder = await mkdtemp(join(tmpdir(), 'espalier-eval-'));
try {
  const [champion, candidate] = [await openTrained('champion', 1), await openTrained('candidate', 2)];
  const rows = [await measure(1), await measure(2)];
  await champion.close();
  await candidate.close();
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);

  async function measure(copies: number): Promise<EvalRow> {
    const start = performance.now();
    const paired: PairedSuite[] = [];
    for (let copy = 0; copy < copies; copy++) {
      for (const [index, suite] of largest.entries()) {
        const [was, is] = [await score(champion, suite, index), await score(candidate, suite, index)];
        const { metric, group, chance } = suite;
        paired.push({
          ...{
            name: `${suite.name} ${copy}`,
            metric,
            family: group,
            chance,
            clusters: null,
            role: 'judged',
            leftOut: 0,
            uses: 0,
            anchor: null,
          },
          champion: was.map((one) => one.score),
          candidate: is.map((one) => one.score),
          gold: is.flatMap(({ gold }) => gold ?? []),
        });
      }
    }
    const scored = performance.now();
    judgeSuites(paired, gatePolicy.parse({ margin: 0.05 }), 7);
    const end = performance.now();
    const cases = paired.reduce((sum, one) => sum + one.candidate.length, 0);
    const seconds = (end - start) / 1000;
    return {
      ...{ suites: paired.length, cases, texts: copies * largest.reduce((sum, suite) => sum + textsOf(suite).length, 0) },
      ...{ scoringSeconds: (scored - start) / 1000, judgingSeconds: (end - scored) / 1000, seconds },
      ofLimit: seconds / ((limitSeconds * cases) / limitCases),
      peakRssMb: process.resourceUsage().maxRSS / 1024,
    };
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function score(adapter: Awaited<ReturnType<typeof openAdapter>>, suite: Suite, index: number) {
  return scoreSuite(suite, await adapter.run(vectors[index]!, dimension), 'label');
}

/** A head that has learned something of this size; what, is no matter. */
async function openTrained(name: string, seed: number) {
  const { training } = parseDeclaration('name: bench\ntasks: [{ name: label }]\n', 'adapter.yaml');
  const random = seededRandom(seed);
  const all = vectors.flatMap((own) =>
    Array.from({ length: own.length / dimension }, (_, row) => own.subarray(row * dimension, (row + 1) * dimension)),
  );
  const picked = all.slice(0, trained);
  const fresh: Batch = {
    vectors: Float32Array.from(picked.flatMap((vector) => [...vector])),
    targets: Int32Array.from(picked, () => random.integer(classCount)),
    ids: Int32Array.from(picked.keys()),
  };
  const none: Batch = { vectors: new Float32Array(0), targets: new Int32Array(0), ids: new Int32Array(0) };
  const job = {
    ...{
      strategy: 'analytic',
      settings: training,
      dimension,
      lexical,
      classes: classes.map(({ label }) => label),
      tasks: new Int32Array(classCount),
    },
    ...{ fresh, replayed: none, budget: 750, parent: undefined },
  };
  const { head }: TrainedHead = await strategyNamed('analytic').train(job, () => undefined);
  const file = join(folder, `${name}.onnx`);
  await writeFile(file, headGraph(head).encode());
  return openAdapter(file, classes, availableParallelism());
}

function tableOf(rows: readonly EvalRow[]): string {
  const head = ['suites', 'cases', 'texts', 'scoring s', 'judging s', 'together s', 'of the limit', 'peak MB'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { suites, cases, texts, scoringSeconds, judgingSeconds, seconds, ofLimit, peakRssMb } of rows)
    table.push([
      suites,
      cases,
      texts,
      scoringSeconds.toFixed(2),
      judgingSeconds.toFixed(2),
      seconds.toFixed(2),
      `${(100 * ofLimit).toFixed(0)} %`,
      peakRssMb.toFixed(0),
    ]);
  return table.toString();
}
