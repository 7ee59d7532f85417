/**
 * How often the gate errs: simulated updates over 20 suites whose truth is known, judged by Espalier's gate and by the two usual rules.
 *
 *   npm run bench:gate -- [--trials 1000] [--suites 20] [--flips 0.02] [--seed 7] [--json]
 *
 * Of each case a share `flips` turns at random, as often either way; one suite besides loses `trueLoss`. A trial is one update.
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
import { type Random, seededRandom } from '../src/core/random.js';
import { judgeSuites } from '../src/gate/gate.js';
import type { PairedSuite } from '../src/gate/paired.js';
import { verdictOf } from '../src/gate/report.js';
import { countFlips } from '../src/gate/statistics/flips.js';
import { tangoBounds } from '../src/gate/statistics/tango.js';
import type { Verdict } from '../src/store/candidates.js';

interface GateRow {
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

/** Cases, and the loss that each suite of that size must exclude by itself: about what it can show (docs/gate.md). */
const sizes = [
  { n: 100, harm: 0.1 },
  { n: 300, harm: 0.05 },
  { n: 1000, harm: 0.03 },
] as const;
const losses = [0, 0.02, 0.05, 0.1] as const;
const margin = 0.03;

interface Rule {
  readonly name: string;
  /** Of one suite: the lower, the worse. */
  readonly statistic: (suite: PairedSuite) => number;
  /** An update is refused where a suite's statistic is lower; undefined: Espalier's own verdict. */
  readonly usual: number | undefined;
}

const accuracyOf = (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
const z95 = 1.6448536269514722;

const rules: readonly Rule[] = [
  {
    name: 'espalier',
    usual: undefined,
    statistic: ({ champion, candidate }) => tangoBounds(countFlips(champion!, candidate), { lower: 0.95, upper: 0.95 }).lower,
  },
  { name: 'point threshold', usual: -margin, statistic: ({ champion, candidate }) => accuracyOf(candidate) - accuracyOf(champion!) },
  {
    name: 'unpaired z-test',
    usual: -z95,
    statistic({ champion, candidate }) {
      const [was, is] = [accuracyOf(champion!), accuracyOf(candidate)];
      const variance = (was * (1 - was) + is * (1 - is)) / candidate.length;
      return variance === 0 ? 0 : (is - was) / Math.sqrt(variance);
    },
  },
];
const tunedPower = 0.95;

const rows: GateRow[] = [];
for (const { n, harm } of sizes) {
  const policy = gatePolicy.parse({ margin, groups: { general: { suites: ['general'], margin, harm } } });
  const played = losses.map((loss) => play(n, loss, policy));
  for (const [index, { name, usual }] of rules.entries()) {
    const tuned = tune(played[0]!.worst[index]!);
    for (const [place, trueLoss] of losses.entries()) {
      const { verdicts: own, worst } = played[place]!;
      const verdicts = usual === undefined ? own : worst[index]!.map((value): Verdict => (value < usual ? 'fail' : 'pass'));
      const share = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length / trials;
      rows.push(rowOf({ rule: name, n, trueLoss }, share('pass'), share('fail')));
      const passed = tuned(worst[index]!);
      rows.push(rowOf({ rule: `${name}, tuned`, n, trueLoss }, passed, 1 - passed));
    }
  }
}
process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);

/** Espalier's verdicts, and the worst suite's statistic by rule, of each simulated update. */
function play(n: number, loss: number, policy: GatePolicy): { verdicts: Verdict[]; worst: number[][] } {
  const random = seededRandom(seed, 'gate', n, loss);
  const verdicts: Verdict[] = [];
  const worst: number[][] = rules.map(() => []);
  for (let trial = 0; trial < trials; trial++) {
    const suites = Array.from({ length: suiteCount }, (_, index) => drawSuite(`suite ${index}`, n, index === 0 ? loss : 0, random));
    verdicts.push(judgeByGate(suites, policy));
    for (const [index, { statistic }] of rules.entries()) worst[index]!.push(Math.min(...suites.map(statistic)));
  }
  return { verdicts, worst };
}

/** Champions answer between 60 and 90 % right. */
function drawSuite(name: string, n: number, loss: number, random: Random): PairedSuite {
  const accuracy = 0.6 + 0.3 * random.uniform();
  const champion: number[] = [];
  const candidate: number[] = [];
  for (let index = 0; index < n; index++) {
    const draw = random.uniform();
    const gains = flipRate / 2;
    const loses = flipRate / 2 + loss;
    const before = draw < gains ? 0 : draw < gains + loses ? 1 : Number(random.uniform() < accuracy);
    champion.push(before);
    candidate.push(draw < gains ? 1 : draw < gains + loses ? 0 : before);
  }
  const plain = { metric: 'accuracy', family: 'general', chance: 0, gold: [], anchor: null, clusters: null, leftOut: 0, uses: 0 } as const;
  return { ...plain, name, role: 'judged', champion, candidate };
}

function judgeByGate(suites: readonly PairedSuite[], policy: GatePolicy): Verdict {
  return verdictOf(judgeSuites(suites, policy, seed).flatMap(({ findings }) => findings));
}

/** The share of values that pass under the threshold under which 95 % of `unchanged` do. */
function tune(unchanged: readonly number[]): (values: readonly number[]) => number {
  const threshold = [...unchanged].sort((a, b) => a - b)[Math.floor((1 - tunedPower) * unchanged.length)]!;
  const above = (values: readonly number[]) => values.filter((value) => value > threshold).length / values.length;
  const on = (values: readonly number[]) => values.filter((value) => value === threshold).length / values.length;
  const chance = (tunedPower - above(unchanged)) / on(unchanged);
  return (values) => above(values) + chance * on(values);
}

function rowOf(of: Pick<GateRow, 'rule' | 'n' | 'trueLoss'>, pass: number, fail: number): GateRow {
  const isWorse = of.trueLoss > 0;
  return {
    ...of,
    falseBlock: isWorse ? null : fail,
    falsePass: isWorse ? pass : null,
    inconclusive: Math.max(0, 1 - pass - fail),
    pass,
    trials,
  };
}

/** A row a rule and size; what passes of updates that truly lose so much. */
function tableOf(all: readonly GateRow[]): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  const shown = losses.filter((loss) => loss > 0);
  const head = ['rule', 'n', 'no loss: blocked', 'unclear', 'passed', ...shown.map((loss) => `${100 * loss} points: passed`)];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { rule, n, falseBlock, inconclusive, pass } of all.filter(({ trueLoss }) => trueLoss === 0)) {
    const passedWith = (loss: number) => all.find((row) => row.rule === rule && row.n === n && row.trueLoss === loss)!.pass;
    table.push([rule, n, percent(falseBlock!), percent(inconclusive), percent(pass), ...shown.map((loss) => percent(passedWith(loss)))]);
  }
  return `${table.toString()}\n% of ${trials} updates; ${suiteCount} suites, ${100 * flipRate} % of the answers flip at random`;
}
