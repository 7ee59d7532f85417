import { describe, expect, it } from 'vitest';
import { judge } from '#espalier/gate/gate.js';
import type { TaskAnswers, TaskCase } from '#espalier/gate/majority.js';
import { summarise } from '#espalier/gate/verdict.js';
import { sayTask } from '#espalier/pages/report/tasks.js';
import { evaluationOf, pairedSuite, policyWith } from '../support/paired.js';

const seed = 7;

/** By label [right, wrong]. */
const casesOf = (counts: Readonly<Record<string, readonly [number, number]>>): TaskCase[] =>
  Object.entries(counts).flatMap(([label, [right, wrong]]) => {
    const one = (score: number) => ({ suite: 'holdout/d', label, cluster: null, score });
    return [...Array<TaskCase>(right).fill(one(1)), ...Array<TaskCase>(wrong).fill(one(0))];
  });

const taskOf = (counts: Parameters<typeof casesOf>[0], overrides: Partial<TaskAnswers> = {}): TaskAnswers => ({
  task: 'intent',
  learned: Object.entries(counts).map(([label, [right, wrong]]) => ({ label, examples: 4 * (right + wrong) })),
  cases: casesOf(counts),
  isFirst: true,
  ...overrides,
});

function verdictOf(task: TaskAnswers, lines: Readonly<Record<string, unknown>> = {}) {
  const policy = policyWith(lines);
  const suite = pairedSuite({ name: 'holdout/d', candidate: task.cases.map(({ score }) => score), chance: 0.1 });
  const judgement = judge(evaluationOf([suite], { tasks: [task] }), policy, seed);
  return { ...summarise(judgement, policy), tasks: judgement.tasks };
}

describe('a first version beside always giving the commonest label', () => {
  it.each([
    ['six labels, nine in ten right', { a: [9, 1], b: [9, 1], c: [9, 1], d: [9, 1], e: [9, 1], f: [9, 1] }, 'pass'],
    ['ninety-nine to one, and the one is missed', { ordinary: [80, 0], safety: [0, 1] }, 'inconclusive'],
    ['ninety-nine to one, and the one is found', { ordinary: [80, 0], safety: [1, 0] }, 'inconclusive'],
    ['half of two labels', { a: [10, 0], b: [0, 10] }, 'inconclusive'],
    ['much worse than the commonest', { ordinary: [40, 40], safety: [5, 5] }, 'fail'],
    ['rare cases, most of them found', { ordinary: [400, 2], safety: [18, 4] }, 'pass'],
  ] as const)('%s', (_, counts, verdict) => {
    expect(verdictOf(taskOf(counts)).verdict).toBe(verdict);
  });

  it('says how many cases would do, where more would', () => {
    const [task] = verdictOf(taskOf({ ordinary: [80, 0], safety: [1, 0] })).tasks;
    expect(task!.findings[0]).toMatchObject({ rule: 'majority', limit: 0, needed: expect.any(Number) });
    expect(task!.findings[0]!.needed).toBeGreaterThan(81);
    const [hopeless] = verdictOf(taskOf({ ordinary: [80, 0], safety: [0, 1] })).tasks;
    expect(hopeless!.findings[0]).toMatchObject({
      needed: null,
      reason: expect.stringContaining('bring examples of the other labels'),
    });
  });

  it('is not asked of later versions, nor where the policy turns it off', () => {
    const counts = { ordinary: [80, 0], safety: [0, 1] } as const;
    expect(verdictOf(taskOf(counts), { majority: false })).toMatchObject({
      verdict: 'pass',
      tasks: [{ findings: [] }],
    });
    expect(verdictOf(taskOf(counts, { isFirst: false })).tasks).toMatchObject([{ findings: [], baseline: 80 / 81 }]);
  });

  it('is the commonest of what was learned, not of what is held out', () => {
    const learned = [
      { label: 'a', examples: 5 },
      { label: 'b', examples: 9 },
    ];
    expect(verdictOf(taskOf({ a: [9, 0], b: [1, 0] }, { learned })).tasks).toMatchObject([
      { majority: 'b', baseline: 0.1 },
    ]);
  });
});

it('a task is told in one paragraph: macro, the worst three labels, labels without a held-out case', () => {
  const counts = { ordinary: [80, 0], safety: [0, 1], fraud: [1, 3], theft: [1, 1], loss: [2, 1] } as const;
  const task = taskOf(counts);
  const { tasks } = verdictOf({ ...task, learned: [...task.learned, { label: 'heat\u001b[31m', examples: 1 }] });
  const told = sayTask(tasks[0]!, { tasks });
  expect(told).toContain(
    '90 held-out cases: 93.3 % right, always "ordinary" would have 88.9 %; mean of the labels (macro) 48.3 %',
  );
  expect(told).toContain('worst labels: safety 0 of 1, fraud 1 of 4, theft 1 of 2;');
  expect(told).toContain('1 of 6 labels without a held-out case');
  expect(told).not.toContain('\u001b');
});
