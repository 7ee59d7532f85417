/**
 * How often the gate errs: simulated updates over 20 suites whose truth is known, judged by Espalier's gate and by the
 * two usual rules.
 *
 *   npm run bench:gate -- [--trials 800] [--suites 20] [--flips 0.02] [--seed 7] [--only
 *   suites,chains,shared,fields,slices] [--factors 1.75] [--json]
 *
 * Of each case a share `flips` turns at random, as often either way; one suite besides loses `trueLoss`. A trial is one
 * update. Besides such `independent` answers there are `clustered` ones and `graded` scores (gate-designs.ts), judged
 * by the bootstrap: at 300 cases, a tenth and a twentieth of the trials.
 *   falseBlock    refused although nothing got worse (where trueLoss is 0)
 *   falsePass     passed although one suite got worse by trueLoss
 *   inconclusive  neither; not a pass
 * The usual rules: `point threshold` refuses a suite that scores 3 points less, `unpaired z-test` one whose two
 * accuracies differ at 95 %. What rules let through compares only at equal power, so each stands there once more,
 * `tuned`: with its threshold moved (Espalier's: what each suite must exclude) until 95 % of the unchanged updates
 * pass. What lies on a tuned threshold passes with the probability that makes it so.
 *
 * Besides: chains of 30 updates that each lose a little, with and without an anchor (gate-chains.ts; a twentieth of the
 * trials), suites that share texts, fields of several contenders, and clusters in a slice (gate-wholes.ts). With --json
 * all rows are flat, in one array.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { seededRandom } from '../src/core/random.js';
import { type GatePolicy, gatePolicy } from '../src/declaration/gate-policy.js';
import { judgeSuites } from '../src/gate/gate.js';
import { usualAnchorFactor } from '../src/gate/limits.js';
import type { PairedSuite } from '../src/gate/paired.js';
import { verdictOf } from '../src/gate/report.js';
import type { Verdict } from '../src/store/candidates.js';
import { type ChainRow, playChains } from './gate-chains.js';
import { clustered, type Design, drawSuite, graded, independent } from './gate-designs.js';
import { type DependenceRow, playClusteredSlices, playFields, playSharedTexts } from './gate-wholes.js';

interface GateRow {
  readonly design: Design['name'];
  readonly rule: string;
  /** Cases a suite. */
  readonly n: number;
  /** Of one suite; 0: nothing got worse. */
  readonly trueLoss: number;
  /** Shares of the trials; null where it cannot occur. */
  readonly falseBlock: number | null;
  readonly falsePass: number | null;
  readonly inconclusive: number;
  readonly pass: number;
  readonly trials: number;
}

const { values: options } = parseArgs({
  options: {
    trials: { type: 'string', default: '800' },
    suites: { type: 'string', default: '20' },
    flips: { type: 'string', default: '0.02' },
    seed: { type: 'string', default: '7' },
    only: { type: 'string', default: 'suites,chains,shared,fields,slices' },
    factors: { type: 'string', default: String(usualAnchorFactor) },
    json: { type: 'boolean', default: false },
  },
});
const [trials, suiteCount, flipRate, seed] = [options.trials, options.suites, options.flips, options.seed].map(
  Number,
) as [number, number, number, number];

interface Setting {
  readonly design: Design;
  readonly n: number;
  /** The loss that each suite of that size must exclude by itself: about what it can show (docs/gate.md). */
  readonly harm: number;
  readonly losses: readonly number[];
  readonly trials: number;
}

const losses = [0, 0.02, 0.05, 0.1] as const;
const settings: readonly Setting[] = [
  { design: independent, n: 100, harm: 0.1, losses, trials },
  { design: independent, n: 300, harm: 0.05, losses, trials },
  { design: independent, n: 1000, harm: 0.03, losses, trials },
  // 300 answers that hang together so tell as much as 100 that do not.
  { design: clustered, n: 300, harm: 0.1, losses: [0, 0.05, 0.1], trials: Math.ceil(trials / 10) },
  { design: graded, n: 300, harm: 0.05, losses: [0, 0.05], trials: Math.ceil(trials / 20) },
];
const margin = 0.03;

interface Rule {
  readonly name: string;
  /** Of one suite: the lower, the worse. */
  readonly statistic: (suite: PairedSuite) => number;
  /** An update is refused where a suite's statistic is lower. */
  readonly threshold: number;
}

const meanOf = (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
const varianceOf = (scores: readonly number[], mean: number) => meanOf(scores.map((score) => (score - mean) ** 2));
const z95 = 1.6448536269514722;

const usualRules: readonly Rule[] = [
  {
    name: 'point threshold',
    threshold: -margin,
    statistic: ({ champion, candidate }) => meanOf(candidate) - meanOf(champion!),
  },
  {
    name: 'unpaired z-test',
    threshold: -z95,
    statistic({ champion, candidate }) {
      const [was, is] = [meanOf(champion!), meanOf(candidate)];
      const variance = (varianceOf(champion!, was) + varianceOf(candidate, is)) / candidate.length;
      return variance === 0 ? 0 : (is - was) / Math.sqrt(variance);
    },
  },
];
const tunedPower = 0.95;

const asked = options.only.split(',');
const rows: GateRow[] = [];
for (const setting of asked.includes('suites') ? settings : []) {
  const played = setting.losses.map((loss) => play(setting, loss));
  for (const [index, name] of ['espalier', ...usualRules.map((rule) => rule.name)].entries()) {
    const tuned = tune(played[0]!.worst[index]!);
    for (const [place, trueLoss] of setting.losses.entries()) {
      const { verdicts: own, worst } = played[place]!;
      const values = worst[index]!;
      const usual = usualRules[index - 1];
      const verdicts = usual ? values.map((value): Verdict => (value < usual.threshold ? 'fail' : 'pass')) : own;
      const share = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length / verdicts.length;
      rows.push(rowOf(setting, { rule: name, trueLoss }, share('pass'), share('fail')));
      const passed = tuned(values);
      rows.push(rowOf(setting, { rule: `${name}, tuned`, trueLoss }, passed, 1 - passed));
    }
  }
}
const chains = asked.includes('chains') ? chainRows() : [];
const dependences = dependenceRows();
if (options.json) process.stdout.write(`${JSON.stringify([...rows, ...chains, ...dependences], null, 2)}\n`);
else {
  const tables = [rows.length > 0 ? [tableOf(rows)] : [], chains.length > 0 ? [tableOfChains(chains)] : []].flat();
  process.stdout.write(
    `${[...tables, ...(dependences.length > 0 ? [tableOfDependences(dependences)] : [])].join('\n\n')}\n`,
  );
}

/**
 * At margins that so many cases can show; without an anchor under one flip model, since it makes no difference there.
 */
function chainRows(): ChainRow[] {
  const factors = options.factors.split(',').map(Number);
  const sizes = [
    { n: 150, margin: 0.05 },
    { n: 300, margin: 0.05 },
    { n: 1000, margin: 0.03 },
  ];
  const withAnchor = (['measured', 'accumulating'] as const).flatMap((flips) =>
    factors.map((factor) => ({ flips, factor })),
  );
  const chainSettings = [{ flips: 'measured' as const, factor: null }, ...withAnchor];
  const each = { trials: Math.ceil(trials / 20), flipRate, seed };
  return chainSettings.flatMap((setting) =>
    sizes.flatMap((size) =>
      [0, 0.003, 0.005, 0.01, 0.02].map((loss) => playChains({ ...setting, ...size }, loss, each)),
    ),
  );
}

function dependenceRows(): DependenceRow[] {
  const some = (share: number) => ({ trials: Math.ceil(trials * share), flipRate, seed });
  return [
    ...(asked.includes('shared') ? playSharedTexts(some(0.25)) : []),
    ...(asked.includes('fields') ? playFields(some(1)) : []),
    ...(asked.includes('slices') ? playClusteredSlices(some(0.25)) : []),
  ];
}

/**
 * Espalier's verdicts, and the worst suite's statistic by rule (Espalier's lower bound first), of each simulated
 * update.
 */
function play({ design, n, harm, trials: count }: Setting, loss: number): { verdicts: Verdict[]; worst: number[][] } {
  const policy = gatePolicy.parse({ margin, groups: { general: { suites: ['general'], margin, harm } } });
  const random = seededRandom(seed, 'gate', ...design.seed, n, loss);
  const verdicts: Verdict[] = [];
  const worst: number[][] = [[], ...usualRules.map(() => [])];
  for (let trial = 0; trial < count; trial++) {
    const suites = Array.from({ length: suiteCount }, (_, index) =>
      drawSuite(`suite ${index}`, design, { cases: n, loss: index === 0 ? loss : 0, flipRate }, random),
    );
    const { verdict, lower } = judgeByGate(suites, policy);
    verdicts.push(verdict);
    for (const [index, value] of [
      lower,
      ...usualRules.map(({ statistic }) => Math.min(...suites.map(statistic))),
    ].entries())
      worst[index]!.push(value);
  }
  return { verdicts, worst };
}

/** The verdict, and the least lower bound of a suite. */
function judgeByGate(suites: readonly PairedSuite[], policy: GatePolicy): { verdict: Verdict; lower: number } {
  const judged = judgeSuites(suites, policy, seed);
  const alone = judged.filter(({ scope }) => scope === 'suite');
  return {
    verdict: verdictOf(judged.flatMap(({ findings }) => findings)),
    lower: Math.min(...alone.map(({ lower }) => lower!)),
  };
}

/** The share of values that pass under the threshold under which 95 % of `unchanged` do. */
function tune(unchanged: readonly number[]): (values: readonly number[]) => number {
  const threshold = [...unchanged].sort((a, b) => a - b)[Math.floor((1 - tunedPower) * unchanged.length)]!;
  const above = (values: readonly number[]) => values.filter((value) => value > threshold).length / values.length;
  const on = (values: readonly number[]) => values.filter((value) => value === threshold).length / values.length;
  const chance = (tunedPower - above(unchanged)) / on(unchanged);
  return (values) => above(values) + chance * on(values);
}

function rowOf(
  { design, n, trials: count }: Setting,
  of: Pick<GateRow, 'rule' | 'trueLoss'>,
  pass: number,
  fail: number,
): GateRow {
  const isWorse = of.trueLoss > 0;
  return {
    ...{ design: design.name, rule: of.rule, n, trueLoss: of.trueLoss },
    falseBlock: isWorse ? null : fail,
    falsePass: isWorse ? pass : null,
    inconclusive: Math.max(0, 1 - pass - fail),
    ...{ pass, trials: count },
  };
}

function percentOf(share: number): string {
  return (100 * share).toFixed(1);
}

function tableOfChains(all: readonly ChainRow[]): string {
  const head = [
    'flips',
    'n',
    'margin',
    'anchor',
    'loss',
    'updates passed',
    'by the anchor',
    'stopped',
    'within anchor',
    'within margin',
    'lost',
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const row of all) {
    const { flips, n, margin: limit, factor, trueLoss } = row;
    const shares = [row.pass, row.passedAnchor, row.stopped, row.withinAnchor, row.withinMargin, row.lost].map(
      percentOf,
    );
    table.push([flips, n, 100 * limit, factor ?? 'none', percentOf(trueLoss), ...shares]);
  }
  return `${table.toString()}\nchains of 30 updates, ${all[0]!.trials} each; % and points`;
}

function tableOfDependences(all: readonly DependenceRow[]): string {
  const table = new Table({
    head: ['design', 'level', 'rule', 'n', 'trials', 'true loss', 'passed'],
    style: { head: [], border: [] },
  });
  for (const row of all)
    table.push([row.design, row.level, row.rule, row.n, row.trials, percentOf(row.trueLoss), percentOf(row.pass)]);
  return `${table.toString()}\nlevel: % of the texts that all suites ask; contenders of a field; cases of a cluster. A loss of the margin should pass in 5 %`;
}

/** A row a rule and size; what passes of updates that truly lose so much. */
function tableOf(all: readonly GateRow[]): string {
  const percent = (share: number | undefined) => (share === undefined ? '' : (100 * share).toFixed(1));
  const shown = losses.filter((loss) => loss > 0);
  const head = ['design', 'rule', 'n', 'trials', 'no loss: blocked', 'unclear', 'passed'];
  const table = new Table({
    head: [...head, ...shown.map((loss) => `${100 * loss} points: passed`)],
    style: { head: [], border: [] },
  });
  for (const row of all.filter(({ trueLoss }) => trueLoss === 0)) {
    const { design, rule, n } = row;
    const same = all.filter((other) => other.design === design && other.rule === rule && other.n === n);
    const passed = shown.map((loss) => percent(same.find(({ trueLoss }) => trueLoss === loss)?.pass));
    table.push([
      design,
      rule,
      n,
      row.trials,
      percent(row.falseBlock!),
      percent(row.inconclusive),
      percent(row.pass),
      ...passed,
    ]);
  }
  return `${table.toString()}\n% of the updates; ${suiteCount} suites, ${100 * flipRate} % of the answers flip at random`;
}
