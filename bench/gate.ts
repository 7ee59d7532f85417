/**
 * How often the gate errs: simulated updates over 20 suites whose truth is known, judged by Espalier's gate and by the two usual rules.
 *
 *   npm run bench:gate -- [--trials 1000] [--suites 20] [--flips 0.02] [--seed 7] [--json]
 *
 * Of each case a share `flips` turns at random, as often either way; one suite besides loses `trueLoss`. A trial is one update. Besides such
 * `independent` answers there are `clustered` ones and `graded` scores (gate-designs.ts), judged by the bootstrap: at 300 cases, a tenth and a
 * twentieth of the trials.
 *   falseBlock    refused although nothing got worse (where trueLoss is 0)
 *   falsePass     passed although one suite got worse by trueLoss
 *   inconclusive  neither; not a pass
 * The usual rules: `point threshold` refuses a suite that scores 3 points less, `unpaired z-test` one whose two accuracies differ at 95 %. What
 * rules let through compares only at equal power, so each stands there once more, `tuned`: with its threshold moved (Espalier's: what each
 * suite must exclude) until 95 % of the unchanged updates pass. What lies on a tuned threshold passes with the probability that makes it so.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type GatePolicy, gatePolicy } from '../src/core/gate-policy.js';
import { seededRandom } from '../src/core/random.js';
import { judgeSuites } from '../src/gate/gate.js';
import type { PairedSuite } from '../src/gate/paired.js';
import { verdictOf } from '../src/gate/report.js';
import type { Verdict } from '../src/store/candidates.js';
import { clustered, type Design, drawSuite, graded, independent } from './gate-designs.js';

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
    trials: { type: 'string', default: '1000' },
    suites: { type: 'string', default: '20' },
    flips: { type: 'string', default: '0.02' },
    seed: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});
const [trials, suiteCount, flipRate, seed] = [options.trials, options.suites, options.flips, options.seed].map(Number) as [
  number,
  number,
  number,
  number,
];

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
  { name: 'point threshold', threshold: -margin, statistic: ({ champion, candidate }) => meanOf(candidate) - meanOf(champion!) },
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

const rows: GateRow[] = [];
for (const setting of settings) {
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
process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);

/** Espalier's verdicts, and the worst suite's statistic by rule (Espalier's lower bound first), of each simulated update. */
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
    for (const [index, value] of [lower, ...usualRules.map(({ statistic }) => Math.min(...suites.map(statistic)))].entries())
      worst[index]!.push(value);
  }
  return { verdicts, worst };
}

/** The verdict, and the least lower bound of a suite. */
function judgeByGate(suites: readonly PairedSuite[], policy: GatePolicy): { verdict: Verdict; lower: number } {
  const judged = judgeSuites(suites, policy, seed);
  const alone = judged.filter(({ scope }) => scope === 'suite');
  return { verdict: verdictOf(judged.flatMap(({ findings }) => findings)), lower: Math.min(...alone.map(({ lower }) => lower!)) };
}

/** The share of values that pass under the threshold under which 95 % of `unchanged` do. */
function tune(unchanged: readonly number[]): (values: readonly number[]) => number {
  const threshold = [...unchanged].sort((a, b) => a - b)[Math.floor((1 - tunedPower) * unchanged.length)]!;
  const above = (values: readonly number[]) => values.filter((value) => value > threshold).length / values.length;
  const on = (values: readonly number[]) => values.filter((value) => value === threshold).length / values.length;
  const chance = (tunedPower - above(unchanged)) / on(unchanged);
  return (values) => above(values) + chance * on(values);
}

function rowOf({ design, n, trials: count }: Setting, of: Pick<GateRow, 'rule' | 'trueLoss'>, pass: number, fail: number): GateRow {
  const isWorse = of.trueLoss > 0;
  return {
    ...{ design: design.name, rule: of.rule, n, trueLoss: of.trueLoss },
    falseBlock: isWorse ? null : fail,
    falsePass: isWorse ? pass : null,
    inconclusive: Math.max(0, 1 - pass - fail),
    ...{ pass, trials: count },
  };
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
    table.push([design, rule, n, row.trials, percent(row.falseBlock!), percent(row.inconclusive), percent(row.pass), ...passed]);
  }
  return `${table.toString()}\n% of the updates; ${suiteCount} suites, ${100 * flipRate} % of the answers flip at random`;
}
