import { describe, expect, it } from 'vitest';
import type { Plan } from '#espalier/pipeline/context.js';
import { checkField, fieldNamed, knownTo, settingsOf, usualField } from '#espalier/pipeline/field.js';
import { strategyNamed } from '#espalier/training/strategies.js';
import { declare } from '../support/declaration.js';

const namesOf = (names: readonly string[]) => fieldNamed(names).map(({ name }) => name);

describe('the field of an update', () => {
  it('stands in the order of all strategies, each once, however it was named', () => {
    expect(namesOf(['replay', 'finetune', 'analytic', 'replay'])).toEqual(['analytic', 'replay', 'finetune']);
    expect(() => namesOf(['analytic', 'derp'])).toThrow('no strategy is called `derp`');
  });

  it('usually holds the declared strategy, too', () => {
    expect(namesOf(usualField(declare('strategy: lwf')))).toEqual(['analytic', 'derpp', 'er-ace', 'replay', 'progressive', 'lwf']);
  });

  it('may leave the declared strategy out, whose options then are nobody’s; what no one knows is refused', () => {
    const check = (field: readonly string[], option: string) => () =>
      checkField(fieldNamed(field), declare(`strategy: lwf\ntraining: { options: { ${option}: 1 } }`));
    expect(check(['finetune'], 'temperature')).not.toThrow();
    expect(check(['finetune', 'gdumb'], 'passes')).not.toThrow();
    expect(check(['finetune', 'gdumb'], 'decay')).toThrow('has no option `decay`');
  });

  it('has one thread each, side by side; alone, as many as are declared', () => {
    const declaration = declare('training: { threads: 2 }');
    const threads = (field: readonly string[]) => settingsOf({ declaration, field } as unknown as Plan, strategyNamed('derpp')).threads;
    expect([threads(['derpp']), threads(['derpp', 'replay'])]).toEqual([2, 1]);
  });

  it('is measured on all that any of it knows, in the order of the first', () => {
    const mix = (classes: string[], domains: string[]) => ({ classes, domains }) as never;
    expect(knownTo({ a: mix(['x', 'y'], ['1']), b: mix(['y', 'z'], ['0', '1']) })).toEqual({
      classes: ['x', 'y', 'z'],
      domains: ['1', '0'],
    });
  });
});
