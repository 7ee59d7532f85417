import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chanceOf } from '#espalier/evaluation/chance.js';
import { listSuites, readSuites } from '#espalier/evaluation/suites.js';
import { suiteOf } from '../support/suite.js';

const shipped = fileURLToPath(new URL('../../evals', import.meta.url));
const suites = await readSuites([shipped], [...(await listSuites([shipped])).keys()]);

describe('the score of guessing', () => {
  it.each(suites)('is what $name says it is', (suite) => {
    expect(Math.abs(chanceOf(suite) - suite.chance)).toBeLessThanOrEqual(0.01);
  });

  it('is the share of the pairs that mean the same, where pairs are ranked', () => {
    const labels = ['same', 'different', 'different', 'different'] as const;
    expect(
      chanceOf(
        suiteOf(
          'pair-classification',
          labels.map((label, index) => ({ id: `${index}`, a: 'a', b: `${index}`, label })),
        ),
      ),
    ).toBe(0.25);
  });

  it('is the expected gain of a rank where documents are ranked, and no more ranks than documents', () => {
    const documents = ['a', 'b'].map((id) => ({ id, kind: 'document', text: id }) as const);
    const query = { id: 'q', kind: 'query', text: 'q', relevant: { a: 2 } } as const;
    expect(chanceOf(suiteOf('retrieval', [...documents, query]))).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 12);
  });
});
