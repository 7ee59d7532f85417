/**
 * Designs in which cases or contenders depend on one another: suites that share texts, fields of several contenders,
 * clusters in a slice.
 */

import { type Random, seededRandom } from '../src/core/random.js';
import { gatePolicy } from '../src/declaration/gate-policy.js';
import { judge, judgeSuites } from '../src/gate/gate.js';
import type { PairedSuite } from '../src/gate/paired.js';
import { verdictOf } from '../src/gate/report.js';
import type { AnsweredCase } from '../src/gate/slices.js';

export interface DependenceRow {
  readonly design: 'shared texts' | 'field' | 'clustered slice';
  readonly rule: string;
  readonly n: number;
  /** The share of texts that all suites ask, in percent; the size of the field; the cases of a cluster. */
  readonly level: number;
  /** Of each suite, contender or slice; the margin: a pass is an error. */
  readonly trueLoss: number;
  readonly pass: number;
  readonly trials: number;
}

export interface DependenceOptions {
  readonly trials: number;
  readonly flipRate: number;
  readonly seed: number;
}

const margin = 0.03;

/** 1, 0 or -1: a case gained, kept or lost. */
function drawChange(loss: number, flipRate: number, random: Random): number {
  const draw = random.uniform();
  if (draw < flipRate / 2) return 1;
  return draw < flipRate + loss ? -1 : 0;
}

function suiteOf(name: string, changes: readonly number[], overrides: Partial<PairedSuite> = {}): PairedSuite {
  return {
    ...{
      name,
      metric: 'accuracy',
      family: 'general',
      chance: 0,
      gold: [],
      clusters: null,
      role: 'judged',
      leftOut: 0,
      uses: 0,
      anchor: null,
    },
    champion: changes.map((change) => (change < 0 ? 1 : 0)),
    candidate: changes.map((change) => (change > 0 ? 1 : 0)),
    ...overrides,
  };
}

const suites = 20;
const casesASuite = 100;

/** A group that truly lost its margin; a text that several suites ask flips in all of them. */
export function playSharedTexts(options: DependenceOptions): DependenceRow[] {
  const policy = gatePolicy.parse({ margin, groups: { general: { suites: ['general'], margin, harm: 0.5 } } });
  return [0, 0.3, 0.6, 1].flatMap((shared) => {
    const passes = { 'texts known': 0, 'texts not known': 0 };
    for (let trial = 0; trial < options.trials; trial++) {
      const random = seededRandom(options.seed, 'shared', shared, trial);
      const draw = () => drawChange(margin, options.flipRate, random);
      const common = Array.from({ length: Math.round(shared * casesASuite) }, draw);
      const members = Array.from({ length: suites }, (_, suite) => {
        const changes = Array.from({ length: casesASuite }, (_case, index) => common[index] ?? draw());
        const texts = changes.map((_change, index) =>
          index < common.length ? `common ${index}` : `own ${suite} ${index}`,
        );
        return suiteOf(`suite ${suite}`, changes, { texts });
      });
      if (passesWhole(members, policy)) passes['texts known']++;
      if (
        passesWhole(
          members.map(({ texts: _, ...suite }) => suite),
          policy,
        )
      )
        passes['texts not known']++;
    }
    return Object.entries(passes).map(
      ([rule, count]): DependenceRow => ({
        ...{ design: 'shared texts', rule, n: casesASuite, level: 100 * shared, trueLoss: margin },
        ...{ pass: count / options.trials, trials: options.trials },
      }),
    );
  });
}

function passesWhole(members: readonly PairedSuite[], policy: ReturnType<typeof gatePolicy.parse>): boolean {
  return verdictOf(judgeSuites(members, policy, 7)[0]!.findings) === 'pass';
}

/**
 * A field of which every contender truly lost so much, each independent of the others given the champion; whether some
 * one passes.
 */
export function playFields(options: DependenceOptions): DependenceRow[] {
  const policy = gatePolicy.parse({ margin });
  const n = 300;
  return [margin, 0].flatMap((trueLoss) =>
    [1, 5, 12].flatMap((field) => {
      const passes = { 'alpha / k': 0, 'alpha for each': 0 };
      for (let trial = 0; trial < options.trials; trial++) {
        const random = seededRandom(options.seed, 'field', trueLoss, field, trial);
        const contenders = Array.from({ length: field }, () =>
          suiteOf(
            'one',
            Array.from({ length: n }, () => drawChange(trueLoss, options.flipRate, random)),
          ),
        );
        const passesOf = (size: number) =>
          contenders.some(
            (suite) => verdictOf(judgeSuites([suite], policy, 7, { field: size, refusals: 0 })[0]!.findings) === 'pass',
          );
        if (passesOf(field)) passes['alpha / k']++;
        if (passesOf(1)) passes['alpha for each']++;
      }
      return Object.entries(passes).map(
        ([rule, count]): DependenceRow => ({
          ...{ design: 'field', rule, n, level: field, trueLoss, pass: count / options.trials, trials: options.trials },
        }),
      );
    }),
  );
}

/** A slice of 60 sources with five cases each, which flip together; it truly lost the margin of 10 points. */
export function playClusteredSlices({ trials, flipRate, seed }: DependenceOptions): DependenceRow[] {
  const [sources, casesASource, loss] = [60, 5, 0.1];
  const policy = gatePolicy.parse({ margin: 0.5, slices: [{ by: 'label', margin: loss }] });
  const passes = { 'clusters known': 0, 'clusters not known': 0 };
  for (let trial = 0; trial < trials; trial++) {
    const random = seededRandom(seed, 'slice', trial);
    const answers = Array.from({ length: sources }, (_, source) => {
      const change = drawChange(loss, flipRate, random);
      return Array.from({ length: casesASource }, () => answerOf(change, `source ${source}`));
    }).flat();
    if (passesSlice(answers)) passes['clusters known']++;
    if (passesSlice(answers.map((answer) => ({ ...answer, cluster: null })))) passes['clusters not known']++;
  }
  return Object.entries(passes).map(
    ([rule, count]): DependenceRow => ({
      ...{
        design: 'clustered slice',
        rule,
        n: sources * casesASource,
        level: casesASource,
        trueLoss: loss,
        pass: count / trials,
        trials,
      },
    }),
  );

  function passesSlice(answers: readonly AnsweredCase[]): boolean {
    const evaluation = { suites: [], answers, cost: { bytes: 0, milliseconds: null }, lostClasses: [], missing: [] };
    return verdictOf(judge(evaluation, policy, 7).slices[0]!.findings) === 'pass';
  }
}

function answerOf(change: number, cluster: string): AnsweredCase {
  return {
    ...{ suite: 'holdout/one', isHoldout: true, isKnown: true, metric: 'accuracy', tags: { label: 'a' }, cluster },
    champion: { score: change < 0 ? 1 : 0, confidence: null },
    candidate: { score: change > 0 ? 1 : 0, confidence: null },
  };
}
