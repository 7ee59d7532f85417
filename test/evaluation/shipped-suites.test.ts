/** What the suites that ship promise of themselves: enough cases to decide something, and the chance of guessing. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '#espalier/declaration/workspace.js';
import { askedCases } from '#espalier/evaluation/score-suite.js';
import { listSuites, readSuites, type Suite } from '#espalier/evaluation/suites.js';

const folders = [join(packageRoot, 'evals')];
const suites = await readSuites(folders, [...(await listSuites(folders)).keys()]);
const named = suites.map((suite) => [suite.name, suite] as const);

it('are at least twenty, of every kind there is', () => {
  expect(suites.length).toBeGreaterThanOrEqual(20);
  expect(new Set(suites.map(({ kind }) => kind)).size).toBe(11);
});

it.each(named)('%s asks at least 500 cases where WordNet has them, 100 where a person wrote them', (name, suite) => {
  expect(askedCases(suite).length).toBeGreaterThanOrEqual(name.startsWith('wordnet-') ? 500 : 100);
});

describe('the chance of a retrieval suite', () => {
  const retrievals = suites.filter((suite): suite is Suite & { kind: 'retrieval' } => suite.kind === 'retrieval');

  /** Each document is at each rank as likely as at any other. */
  function expectedScore({ cases }: (typeof retrievals)[number]): number {
    const documents = cases.filter((item) => item.kind === 'document').length;
    const discounts = Array.from({ length: 10 }, (_, rank) => 1 / Math.log2(rank + 2));
    const scores = cases.flatMap((item) => {
      if (item.kind !== 'query') return [];
      const grades = Object.values(item.relevant).sort((a, b) => b - a);
      const ideal = discounts.reduce((sum, discount, rank) => sum + discount * (grades[rank] ?? 0), 0);
      const mean = grades.reduce((sum, grade) => sum + grade, 0) / documents;
      return [discounts.reduce((sum, discount) => sum + discount * mean, 0) / ideal];
    });
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }

  it.each(retrievals.map((suite) => [suite.name, suite] as const))(
    '%s is the score of a ranking at random, to its last digit',
    (_, suite) => {
      const digits = `${suite.chance}`.split('.')[1]!.length;
      expect(expectedScore(suite).toFixed(digits)).toBe(suite.chance.toFixed(digits));
    },
  );
});
