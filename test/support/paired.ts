import type { GatePolicy } from '#espalier/core/declaration.js';
import type { PairedSuite } from '#espalier/gate/gate.js';

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
    name: 'suite',
    kind: 'probe',
    metric: 'accuracy',
    chance: 0.25,
    champion: null,
    candidate: [],
    gold: [],
    role: 'judged',
    ...overrides,
  };
}

export function policyWith(overrides: Partial<GatePolicy> = {}): GatePolicy {
  return { confidence: 0.95, margin: 0.05, domains: {}, suites: {}, ...overrides };
}
