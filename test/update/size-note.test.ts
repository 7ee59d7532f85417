import { describe, expect, it } from 'vitest';
import { parseDeclaration } from '#espalier/declaration/declaration.js';
import { headSettings } from '#espalier/training/heads.js';
import type { Mixes, Plan, UpdateContext } from '#espalier/update/context.js';
import { noteSizes } from '#espalier/update/size-note.js';

const context = { workspace: {}, encoder: { dimension: 3072, lexical: 2048 } } as unknown as UpdateContext;

function notesOf(settings: string, classes: number, strategies: readonly string[]) {
  const declaration = parseDeclaration(
    `name: desk\ntasks: [{ name: intent }]\ntraining: {${settings}}\n`,
    'adapter.yaml',
    headSettings,
  );
  const mix = {
    continues: false,
    fresh: 5000,
    classes: Array.from({ length: classes }, (_, index) => ({ task: 'intent', label: `l${index}` })),
  };
  const mixes = Object.fromEntries(strategies.map((name) => [name, mix])) as unknown as Mixes;
  return noteSizes(context, { declaration, field: strategies, parentVersion: null } as unknown as Plan, mixes);
}

describe('before a large version is trained', () => {
  it('its size is said, and what takes less', async () => {
    const said =
      'the version by analytic will take about 417 MB: a smaller `training.width`, or another strategy such as slda, takes less';
    expect(await notesOf('', 5000, ['analytic', 'slda'])).toEqual([said]);
  });

  it.each([
    ['with a smaller width', 'width: 128', 5000, 'analytic'],
    ['with few classes', '', 150, 'analytic'],
    ['by another strategy', '', 5000, 'slda'],
  ])('nothing is said %s', async (_, settings, classes, strategy) => {
    expect(await notesOf(settings, classes, [strategy])).toEqual([]);
  });
});
