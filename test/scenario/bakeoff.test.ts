import pc from 'picocolors';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderBakeoff } from '#espalier/cli/terminal/bakeoff.js';
import { openStore } from '#espalier/store/database.js';
import type { Bakeoff } from '#espalier/study/bakeoff.js';
import { espalier } from '../support/command.js';
import { at, billing, databaseOf, rowsOf, shipping, writeDesk } from '../support/desk.js';
import { newExample, stored } from '../support/store.js';

const examples = [
  ...billing.map((row) => ({ ...row, domain: 'billing' })),
  ...shipping.map((row) => ({ ...row, domain: 'shipping' })),
].map((row, index) => newExample({ ...row, split: index % 4 === 0 ? 'holdout' : 'train' }));

describe('espalier buffer bakeoff', () => {
  let desk: string;
  let bakeoff: Bakeoff;
  beforeAll(async () => {
    desk = writeDesk();
    const store = await openStore(databaseOf(desk));
    await stored(store, 'desk', examples);
    await store.close();
    const words = ['buffer', 'bakeoff', '--policies', 'reservoir,margin,k-centre', '--budgets', '20,6', '--seeds', '2'];
    const { code, stdout } = await espalier(desk, [...words, '--json', ...at(9)]);
    expect(code).toBe(0);
    bakeoff = JSON.parse(stdout) as Bakeoff;
  });

  it('plays every policy at every budget under every seed, and ranks them', () => {
    expect(bakeoff).toMatchObject({
      adapter: 'desk',
      strategy: 'er-ace',
      seeds: [7, 8],
      domains: ['billing', 'shipping'],
    });
    expect(bakeoff.budgets.map(({ budget }) => budget)).toEqual([6, 20]);
    for (const { policies, best } of bakeoff.budgets) {
      expect(policies.map(({ policy }) => policy).sort()).toEqual(['k-centre', 'margin', 'reservoir']);
      expect(policies[0]).toMatchObject({ policy: best, behind: null });
      for (const { accuracies, accuracy } of policies) {
        expect(accuracies).toHaveLength(2);
        expect(accuracy.mean).toBeGreaterThan(1 / 6);
        expect(accuracy.mean).toBeLessThanOrEqual(policies[0]!.accuracy.mean);
      }
    }
    expect(new Set(bakeoff.budgets[0]!.policies.map(({ accuracy }) => accuracy.mean)).size).toBeGreaterThan(1);
  });

  it('proposes nothing and records nothing', () => {
    const counts = rowsOf(
      desk,
      'select (select count(*) from runs) + (select count(*) from audit) + (select count(*) from buffer) as rows',
    );
    expect(counts).toEqual([{ rows: 0 }]);
  });

  it('is shown as a table and a plot for each budget, in 80 columns', () => {
    const output = {
      format: 'text',
      colours: pc.createColors(false),
      width: 80,
      result: () => {},
      note: () => {},
    } as const;
    const screen = renderBakeoff(bakeoff, output);
    expect(screen).toContain('desk: 2 domains, one update each, under er-ace, 2 seeds');
    expect(screen.match(/^\d+ examples$/gm)).toEqual(['6 examples', '20 examples']);
    expect(screen.match(/●/g)!.length).toBeGreaterThanOrEqual(2);
    expect(screen).toContain('best');
    for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    [['--strategy', 'joint'], 'replays nothing'],
    [['--budgets', '0'], 'a budget of 0'],
    [['--seeds', '1'], '1 seeds give no interval'],
    [['--policies', 'herdng'], 'POLICY_UNKNOWN'],
  ])('refuses %j before anything is played', async (words, said) => {
    const { code, stderr } = await espalier(desk, ['buffer', 'bakeoff', ...words, ...at(9)]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(said);
  });
});
