import { type GatePolicy, gatePolicy } from '#espalier/declaration/gate-policy.js';
import type { Evaluation } from '#espalier/gate/gate.js';
import type { PairedSuite } from '#espalier/gate/paired.js';

/** Answers of both sides, from how many were [right on both, lost, gained, wrong on both]. */
export function pairsOf([both, lost, gained, neither]: readonly [number, number, number, number]): {
  champion: number[];
  candidate: number[];
} {
  const repeat = (count: number, score: number) => Array<number>(count).fill(score);
  return {
    champion: [...repeat(both, 1), ...repeat(lost, 1), ...repeat(gained, 0), ...repeat(neither, 0)],
    candidate: [...repeat(both, 1), ...repeat(lost, 0), ...repeat(gained, 1), ...repeat(neither, 0)],
  };
}

export function pairedSuite(overrides: Partial<PairedSuite>): PairedSuite {
  return {
    ...{
      name: 'suite',
      metric: 'accuracy',
      family: 'probe',
      chance: 0.25,
      gold: [],
      clusters: null,
      role: 'judged',
      leftOut: 0,
      uses: 0,
    },
    ...{ champion: null, anchor: null, candidate: [] },
    ...overrides,
  };
}

/** As adapter.yaml would have it. */
export function policyWith(lines: Readonly<Record<string, unknown>> = {}): GatePolicy {
  return gatePolicy.parse({ margin: 0.05, ...lines });
}

/** Nothing but suites. */
export function evaluationOf(suites: readonly PairedSuite[], overrides: Partial<Evaluation> = {}): Evaluation {
  return { suites, answers: [], cost: { bytes: 1000, milliseconds: null }, lostClasses: [], missing: [], ...overrides };
}
