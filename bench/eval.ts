/**
 * What an evaluation takes once its texts are embedded: champion and candidate, both closed-form heads of width 4096
 * with 150 classes, are scored on twenty suites (the ten largest that ship, each twice), and judged with 10,000
 * bootstrap draws; then on half of the cases, to show how it grows.
 *
 *   npm run bench:eval -- [--json]
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { gatePolicy } from '../src/declaration/gate-policy.js';
import { packageRoot } from '../src/declaration/workspace.js';
import { askedCases, scoreSuite } from '../src/evaluation/score-suite.js';
import { listSuites, readSuites, type Suite, textsOf } from '../src/evaluation/suites.js';
import { judgeSuites } from '../src/gate/gate.js';
import type { PairedSuite } from '../src/gate/paired.js';
import { type AdapterSession, openAdapter } from '../src/versions/adapter-session.js';
import { runApart } from './apart.js';
import type { EvalReply, EvalRequest } from './eval-prepare.js';

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
const [limitSeconds, limitCases] = [5, 10_000];
const classes = Array.from({ length: 150 }, (_, index) => ({ task: 'label', label: `class ${index}` }));

const evals = [join(packageRoot, 'evals')];
const largest = (await readSuites(evals, [...(await listSuites(evals)).keys()]))
  .filter(({ kind }) => kind !== 'classification')
  .sort((a, b) => askedCases(b).length - askedCases(a).length)
  .slice(0, 10);

const folder = await mkdtemp(join(tmpdir(), 'espalier-eval-'));
try {
  const heads = ['champion', 'candidate'];
  const [suites, labels] = [largest.map(({ name }) => name), classes.map(({ label }) => label)];
  const request: EvalRequest = { folder, suites, heads, classes: labels };
  // Texts and training stay out of this process: its peak is that of an evaluation.
  const { dimension } = await runApart<EvalReply>('./eval-prepare.ts', request, 'what is evaluated');
  const [champion, candidate] = await Promise.all(
    heads.map((name) => openAdapter(join(folder, `${name}.onnx`), classes, { threads: availableParallelism() })),
  );
  const rows = [await measure(1), await measure(2)];
  await champion!.close();
  await candidate!.close();
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);

  async function measure(copies: number): Promise<EvalRow> {
    const start = performance.now();
    const paired: PairedSuite[] = [];
    for (let copy = 0; copy < copies; copy++) {
      for (const suite of largest) {
        const vectors = await readVectors(suite);
        const score = async (adapter: AdapterSession) =>
          scoreSuite(suite, await adapter.run(vectors, dimension), 'label');
        const [was, is] = [await score(champion!), await score(candidate!)];
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
      ...{
        suites: paired.length,
        cases,
        texts: copies * largest.reduce((sum, suite) => sum + textsOf(suite).length, 0),
      },
      ...{ scoringSeconds: (scored - start) / 1000, judgingSeconds: (end - scored) / 1000, seconds },
      ofLimit: seconds / ((limitSeconds * cases) / limitCases),
      peakRssMb: process.resourceUsage().maxRSS / 1024,
    };
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function readVectors({ name }: Suite): Promise<Float32Array> {
  return new Float32Array((await readFile(join(folder, `${name}.f32`))).buffer);
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
