import { describe, expect, it } from 'vitest';
import { checkShared, settingsFor } from '#espalier/training/options.js';
import { strategyNamed } from '#espalier/training/strategies.js';
import { settingsWith } from '../support/declaration.js';

const [analytic, derpp, finetune] = [strategyNamed('analytic'), strategyNamed('derpp'), strategyNamed('finetune')];

describe('of shared settings a strategy heeds', () => {
  it('its own options, and no others', () => {
    const settings = settingsWith({ options: { alpha: 2, decay: 0.5 } });
    expect(settingsFor(derpp, settings)).toEqual({ ...settings, options: { alpha: 2 } });
    expect(settingsFor(finetune, settings)).toEqual({ ...settings, options: {} });
  });

  it('a head that it trains, and no other', () => {
    const settings = settingsWith({ head: 'cosine' });
    expect(settingsFor(finetune, settings)).toEqual(settings);
    expect(settingsFor(analytic, settings)).not.toHaveProperty('head');
  });

  it('all of them, in their order, where they are its own: a manifest is the same bytes', () => {
    const settings = { head: 'cosine', ...settingsWith({ options: { beta: 2, alpha: 2 } }) };
    expect(JSON.stringify(settingsFor(derpp, settings))).toBe(JSON.stringify(settings));
  });
});

describe('settings that several strategies share', () => {
  it('may hold what only one of them knows', () => {
    expect(() => checkShared([analytic, derpp], settingsWith({ head: 'cosine', options: { alpha: 2 } }))).not.toThrow();
  });

  it('are refused for what none of them knows, or what is out of the bounds of the one that does', () => {
    const check = (changes: Parameters<typeof settingsWith>[0]) => () =>
      checkShared([analytic, derpp], settingsWith(changes));
    expect(check({ options: { decay: 0.5 } })).toThrow('the strategy analytic has no option `decay`');
    expect(check({ options: { alpha: 101 } })).toThrow('101 is not between 0 and 100');
    expect(check({ head: 'ridge' })).not.toThrow();
    expect(() => checkShared([finetune, derpp], settingsWith({ head: 'progressive' }))).toThrow(
      'the strategy finetune does not train the head progressive',
    );
  });
});
