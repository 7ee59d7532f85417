import { describe, expect, it } from 'vitest';
import type { AdapterDeclaration } from '#espalier/declaration/declaration.js';
import type { Example } from '#espalier/store/examples.js';
import { answerSuites } from '#espalier/update/answer-suites.js';
import { exampleOf } from '#espalier/update/asked-suite.js';
import { declare } from '../support/declaration.js';
import { newExample } from '../support/store.js';

const heldOut = (from: number, to: number, task = 'intent'): Example[] =>
  Array.from({ length: to - from }, (_, index) => ({
    ...newExample({
      text: `please cancel the order number ${from + index} for me`,
      task,
      label: 'cancel',
      split: 'holdout',
    }),
    id: from + index,
    arrival: from + index,
  }));
const outOfScope = Array.from({ length: 30 }, (_, index) => `a whale sings its song number ${index}`);
const declaration = (change: Partial<AdapterDeclaration> = {}): AdapterDeclaration => ({ ...declare(), ...change });
const few = { ...declare().answers, cases: 40 };

describe('suites about the answers of a head', () => {
  it('are robustness, invariance and scope, of every task, as many cases as are asked for', () => {
    const two = declaration({
      tasks: [
        { name: 'intent', labels: 'open' },
        { name: 'tone', labels: 'open' },
      ],
      answers: few,
    });
    const made = answerSuites(two, { held: [...heldOut(1, 100), ...heldOut(200, 250, 'tone')], outOfScope });
    expect(made.map(({ suite, task }) => [suite.name, suite.kind, task, suite.cases.length])).toEqual([
      ['answers/intent/robustness', 'stability', 'intent', 40],
      ['answers/intent/invariance', 'stability', 'intent', 40],
      ['answers/intent/scope', 'scope', 'intent', 70],
      ['answers/tone/robustness', 'stability', 'tone', 40],
      ['answers/tone/invariance', 'stability', 'tone', 40],
      ['answers/tone/scope', 'scope', 'tone', 70],
    ]);
  });

  it('ask an example in the same way at every update, and let few go when more are held out', () => {
    const [before, after] = [heldOut(1, 101), heldOut(1, 111)].map((held) =>
      answerSuites(declaration({ answers: few }), { held, outOfScope }),
    );
    for (const [index, { suite }] of before!.entries()) {
      const own = new Set(suite.cases.map(({ id }) => id));
      const kept = after![index]!.suite.cases.filter(({ id }) => own.has(id));
      expect(kept.length).toBeGreaterThan(own.size - 12);
      for (const item of kept) expect(suite.cases).toContainEqual(item);
      for (const { id } of suite.cases) if (!id.startsWith('out')) expect(exampleOf(id)).toBeLessThan(101);
    }
  });

  it('are not made of fewer than ten examples, nor where the adapter turns them off', () => {
    expect(answerSuites(declaration(), { held: heldOut(1, 9), outOfScope })).toEqual([]);
    const off = declaration({ answers: { ...few, robustness: false, scope: false } });
    expect(answerSuites(off, { held: heldOut(1, 50), outOfScope }).map(({ suite }) => suite.name)).toEqual([
      'answers/invariance',
    ]);
  });

  it('do not ask for the scope of sets of labels, nor without texts that are out of scope', () => {
    const sets = declaration({ tasks: [{ name: 'intent', labels: 'open', multiLabel: true }] });
    const names = (own: AdapterDeclaration, texts: readonly string[]) =>
      answerSuites(own, { held: heldOut(1, 50), outOfScope: texts }).map(({ suite }) => suite.name);
    expect(names(sets, outOfScope)).toEqual(['answers/robustness', 'answers/invariance']);
    expect(names(declaration(), [])).toEqual(['answers/robustness', 'answers/invariance']);
  });
});
