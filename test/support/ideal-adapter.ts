/** What a perfect adapter says of the texts of a suite, in the order of textsOf. A kind of suite has one row here. */
import { writeLabelSet } from '#espalier/core/label-sets.js';
import type { Suite } from '#espalier/evaluation/suites.js';
import type { AdapterOutput } from '#espalier/versions/adapter-session.js';

type CasesOf<Name extends Suite['kind']> = Extract<Suite, { kind: Name }>['cases'];

/** An answer in the task `intent`. */
const said = (label: string, confidence = 0.9): AdapterOutput => ({
  answers: new Map([['intent', { label, confidence }]]),
  probabilities: new Float32Array(0),
  adapted: Float32Array.of(1, 0),
});

/** An embedding, brought to length 1. */
function embedded(values: readonly number[]): AdapterOutput {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return {
    answers: new Map(),
    probabilities: new Float32Array(0),
    adapted: Float32Array.from(values, (value) => value / length),
  };
}

/** A direction in the plane. */
const turned = (degrees: number) =>
  embedded([Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]);

/** A direction of its own for each name. */
function directions(names: readonly string[]): (name: string) => number[] {
  const known = [...new Set(names)];
  return (name) => known.map((other) => (other === name ? 1 : 0));
}

function byLabel(cases: readonly { readonly label: string }[]): AdapterOutput[] {
  const directionOf = directions(cases.map(({ label }) => label));
  return cases.map(({ label }) => embedded(directionOf(label)));
}

const ideal: { readonly [Name in Suite['kind']]: (cases: CasesOf<Name>) => AdapterOutput[] } = {
  classification: (cases) => cases.map(({ label }) => said(label)),
  'multi-label': (cases) => cases.map(({ labels }) => said(writeLabelSet(labels))),
  stability: (cases) => cases.flatMap(({ id }) => [said(id), said(id)]),
  scope: (cases) => cases.map((item) => said('any', item.scope === 'in' ? 0.9 : 0.1)),
  contrast: (cases) => cases.flatMap(({ label, otherLabel }) => [said(label), said(otherLabel)]),
  probe: byLabel,
  knn: byLabel,
  calibration: byLabel,
  bias: byLabel,
  clustering: byLabel,
  sts(cases) {
    const most = cases.reduce((largest, { score }) => Math.max(largest, score), 0);
    return cases.flatMap(({ score }) => [
      embedded([1, 0]),
      embedded([score / most, Math.sqrt(1 - (score / most) ** 2)]),
    ]);
  },
  'pair-classification': (cases) => cases.flatMap(({ label }) => [turned(0), turned(label === 'same' ? 0 : 90)]),
  retrieval(cases) {
    const directionOf = directions(cases.flatMap((item) => (item.kind === 'document' ? [item.id] : [])));
    return cases.map((item) => {
      if (item.kind === 'document') return embedded(directionOf(item.id));
      const wanted = Object.entries(item.relevant).map(([id, grade]) => directionOf(id).map((value) => value * grade));
      return embedded(wanted.reduce((sum, values) => sum.map((value, at) => value + values[at]!)));
    });
  },
  'out-of-scope': (cases) => cases.map((item) => turned(item.scope === 'in' ? 0 : 90)),
  robustness(cases) {
    const directionOf = directions(cases.map(({ id }) => id));
    return cases.flatMap(({ id }) => [embedded(directionOf(id)), embedded(directionOf(id))]);
  },
};

export function idealOutputs(suite: Suite): AdapterOutput[] {
  return (ideal[suite.kind] as (cases: Suite['cases']) => AdapterOutput[])(suite.cases);
}
