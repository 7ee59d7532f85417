import { describe, expect, it } from 'vitest';
import { sayNewLabels } from '#espalier/pages/report/new-labels.js';
import type { Evaluated, LabelCount, Plan } from '#espalier/update/context.js';
import { noteLabelChanges } from '#espalier/update/label-changes.js';
import type { Measured } from '#espalier/update/measured.js';
import { newLabelCost } from '#espalier/update/new-label-cost.js';
import { declare } from '../support/declaration.js';

const declaration = declare('');
const task = declaration.tasks[0]!.name;
const planOf = (overrides: Partial<Plan> = {}) =>
  ({ declaration, parentVersion: 1, afterExample: 100, ...overrides }) as Plan;
const count = (label: string, overrides: Partial<LabelCount> = {}): LabelCount => ({
  ...{ task, label, learned: 20, stored: 25, known: true },
  ...overrides,
});
const evaluatedOf = (...counts: LabelCount[]) => ({ counts }) as unknown as Evaluated;

/** Case number, true label, what the champion said, what the candidate says. */
type Row = readonly [number, string, string, string];

function measuredOf(rows: readonly Row[]): Measured {
  const results = rows.map(([id, label, champion, candidate]) => ({
    ...{ caseId: String(id), tags: { label }, championAnswer: champion, candidateAnswer: candidate, cluster: null },
    ...{ championScore: Number(champion === label), candidateScore: Number(candidate === label) },
  }));
  return { suite: { suite: 'holdout/d', task, domain: 'd' }, results } as unknown as Measured;
}

describe('what new labels cost', () => {
  const evaluated = evaluatedOf(count('parcel'), count('refund'), count('delivery', { known: false }));
  const rows: Row[] = [
    [1, 'parcel', 'parcel', 'delivery'],
    [2, 'parcel', 'parcel', 'delivery'],
    [3, 'parcel', 'parcel', 'refund'],
    [4, 'refund', 'refund', 'delivery'],
    [5, 'refund', 'refund', 'refund'],
    // Wrong before: a confusion, and no loss.
    [6, 'parcel', 'refund', 'delivery'],
    // Not shown to the champion: no loss either.
    [101, 'delivery', 'refund', 'parcel'],
  ];

  it('tells competition from forgetting, and names the pairs that are confused, either way', () => {
    const cost = newLabelCost([measuredOf(rows)], planOf(), evaluated);
    expect(cost).toEqual({
      ...{ labels: 1, toNew: 3, toOld: 1 },
      pairs: [
        { older: 'parcel', newer: 'delivery', cases: 4, caseId: '1', expected: 'parcel' },
        { older: 'refund', newer: 'delivery', cases: 1, caseId: '4', expected: 'refund' },
      ],
    });
    const texts = new Map([['1', 'where is my \u001b[31mkettle']]);
    const told = sayNewLabels({ newLabels: cost }, texts, (paragraph) => paragraph);
    expect(told).toContain('3 went to new labels (competition) and 1 to other old ones (forgetting)');
    expect(told).toContain('parcel (old) and delivery (new) are confused 4 times, as in "where is my ');
    expect(told).not.toContain('\u001b');
  });

  it('is not asked of a first version, nor where no label is new', () => {
    expect(newLabelCost([measuredOf(rows)], planOf({ parentVersion: null }), evaluated)).toBeNull();
    expect(newLabelCost([measuredOf(rows)], planOf(), evaluatedOf(count('parcel'), count('refund')))).toBeNull();
  });
});

describe('the set of labels in the notes of a report', () => {
  it('names what is new, with examples, and what has no example any more', () => {
    const evaluated = evaluatedOf(
      count('a'),
      count('gone', { learned: 0, stored: 0 }),
      count('b', { known: false, learned: 1 }),
    );
    expect(noteLabelChanges(planOf(), evaluated)).toEqual([
      'New to the champion: b (1 example).',
      expect.stringContaining('no example in the store stands behind any more: gone.'),
    ]);
    expect(noteLabelChanges(planOf({ parentVersion: null }), evaluatedOf(count('b', { known: false })))).toEqual([]);
  });

  it('names what a closed list does not declare any more', () => {
    const closed = { ...declaration, tasks: [{ ...declaration.tasks[0]!, labels: ['delivery', 'refund'] }] };
    const notes = noteLabelChanges(
      planOf({ declaration: closed }),
      evaluatedOf(count('late_parcel', { stored: 32 }), count('refund')),
    );
    expect(notes).toEqual([expect.stringContaining('late_parcel (32 examples)')]);
    const renamed = { ...closed, tasks: [{ ...closed.tasks[0]!, aliases: { late_parcel: 'delivery' } }] };
    expect(
      noteLabelChanges(planOf({ declaration: renamed }), evaluatedOf(count('late_parcel', { stored: 32 }))),
    ).toEqual([]);
  });
});
