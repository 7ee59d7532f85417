import { describe, expect, it } from 'vitest';
import { strategyNamed } from '#espalier/training/strategies.js';
import { checkField, knownTo, settingsOf, strategiesNamed, usualField } from '#espalier/update/contest.js';
import type { Mixes, Plan } from '#espalier/update/context.js';
import { declare } from '../support/declaration.js';

const namesOf = (names: readonly string[]) => strategiesNamed(names).map(({ name }) => name);

describe('the field of an update', () => {
  it('stands in the order of all strategies, each once, however it was named', () => {
    expect(namesOf(['replay', 'finetune', 'analytic', 'replay'])).toEqual(['analytic', 'replay', 'finetune']);
    expect(() => namesOf(['analytic', 'derp'])).toThrow('no strategy is called `derp`');
  });

  it('usually holds the declared strategy, too', () => {
    expect(namesOf(usualField(declare('strategy: lwf')))).toEqual([
      'analytic',
      'slda',
      'er-ace',
      'replay',
      'progressive',
      'lwf',
    ]);
  });

  it('usually leaves out what cannot learn a multi-label task', () => {
    const declaration = { ...declare(), tasks: [{ name: 'topics', labels: 'open' as const, multiLabel: true }] };
    expect(namesOf(usualField(declaration))).toEqual(['analytic', 'er-ace', 'replay', 'progressive']);
  });

  it('may leave the declared strategy out, whose options then are nobody’s; what no one knows is refused', () => {
    const check = (field: readonly string[], option: string) => () =>
      checkField(strategiesNamed(field), declare(`strategy: lwf\ntraining: { options: { ${option}: 1 } }`));
    expect(check(['finetune'], 'temperature')).not.toThrow();
    expect(check(['finetune', 'gdumb'], 'passes')).not.toThrow();
    expect(check(['finetune', 'gdumb'], 'decay')).toThrow('has no option `decay`');
  });

  it('has one thread each, side by side; alone, as many as are declared', () => {
    const declaration = declare('training: { threads: 2 }');
    const threads = (field: readonly string[]) =>
      settingsOf({ declaration, field } as unknown as Plan, strategyNamed('derpp')).threads;
    expect([threads(['derpp']), threads(['derpp', 'replay'])]).toEqual([2, 1]);
  });

  it('is measured on all that any of it knows, in the order of the first', () => {
    const classes = (...keys: string[]) => keys.map((key) => ({ task: key[0]!, label: key[1]! }));
    const domains = (...keys: string[]) => keys.map((key) => ({ task: key[0]!, domain: key[1]! }));
    const a = { classes: classes('ax', 'ay'), domains: domains('a1') };
    const b = { classes: classes('ay', 'by', 'az'), domains: domains('a0', 'a1', 'b1') };
    expect(knownTo({ a, b } as unknown as Mixes)).toEqual({
      classes: classes('ax', 'ay', 'by', 'az'),
      domains: domains('a1', 'a0', 'b1'),
    });
  });
});
