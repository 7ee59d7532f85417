import { describe, expect, it } from 'vitest';
import { adviseOn } from '#espalier/gate/advice.js';
import { judge } from '#espalier/gate/gate.js';
import type { PairedSuite } from '#espalier/gate/paired.js';
import type { Report } from '#espalier/gate/report.js';
import { summarise } from '#espalier/gate/verdict.js';
import { commandFor } from '#espalier/pages/report/commands.js';
import { evaluationOf, pairedSuite, pairsOf, policyWith } from '../support/paired.js';

const policy = policyWith();
function adviceOn(suites: readonly PairedSuite[]): string[] {
  const judgement = judge(evaluationOf(suites), policy, 7);
  const report = { ...judgement, ...summarise(judgement, policy), domains: [] } as unknown as Report;
  return adviseOn(report).map(({ what, step }) =>
    step === null ? what : commandFor(step, { id: 12, adapter: 'desk' }),
  );
}

describe('what to do next', () => {
  it('is to approve what passed', () => {
    expect(adviceOn([pairedSuite(pairsOf([190, 0, 2, 8]))])).toEqual(['espalier candidates approve 12 --reason "..."']);
  });

  it('is to let others try where something was lost, before to turn it down or to override', () => {
    expect(adviceOn([pairedSuite(pairsOf([120, 60, 0, 20]))])).toEqual([
      'espalier update desk --tournament',
      'espalier candidates reject 12 --reason "..."',
      'espalier candidates approve 12 --reason "..." --override',
    ]);
  });

  it('is to bring as many cases as would decide what nobody can tell', () => {
    const [first] = adviceOn([pairedSuite({ ...pairsOf([90, 4, 4, 2]), name: 'vague' })]);
    expect(first).toMatch(
      /^vague: at this rate about \d+ more cases would show that it is within its limit: add cases to it, judge it in a group/,
    );
  });
});
