/** The replay policy of adapter.yaml, from the update to the buffer. */
import { describe, expect, it } from 'vitest';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, declare, deskDeclaration, ingestWords, rowsOf, trainedDesk, writeDesk } from '../support/desk.js';

const withPolicy = (policy: string) =>
  deskDeclaration((source) => source.replace('examples: 40', `examples: 12\n  policy: ${policy}`));

describe('an adapter that declares herding', () => {
  it('keeps the examples nearest to the mean of their label, by vectors that the update left in the store, and says so', async () => {
    const folder = await trainedDesk(withPolicy('herding'));
    const members = rowsOf(folder, "select example_id as id, policy, score from buffer where state = 'member'") as {
      id: number;
      policy: string;
      score: number;
    }[];
    expect(members).toHaveLength(12);
    expect(new Set(members.map(({ policy }) => policy))).toEqual(new Set(['herding']));
    // Three labels of one domain: the first four of each.
    expect(members.map(({ score }) => score).sort((a, b) => a - b)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    const stdout = await succeed(folder, ['buffer', 'why', String(members[0]!.id)]);
    expect(stdout).toMatch(/rule +herding, place [1-4], since/);
    // Draws would have chosen others: it is the vectors that decided.
    const drawn = await trainedDesk(withPolicy('balanced-reservoir'));
    const others = rowsOf(drawn, "select example_id as id from buffer where state = 'member'") as { id: number }[];
    expect(others.map(({ id }) => id)).not.toEqual(members.map(({ id }) => id));
  });
});

describe('a policy that is not there', () => {
  it('is refused before anything is trained, with the nearest name', async () => {
    const folder = writeDesk(withPolicy('herdng'));
    await succeed(folder, [...ingestWords('billing'), ...at(8)]);
    const { code, stderr } = await espalier(folder, ['update', 'desk', ...at(9)]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[POLICY_UNKNOWN]')]);
    expect(stderr).toContain('herding');
    expect(rowsOf(folder, 'select count(*) as runs from runs')).toEqual([{ runs: 0 }]);
  });

  it('can be changed for another: the next approval chooses anew among all that was offered', async () => {
    const folder = await trainedDesk(withPolicy('reservoir'));
    declare(folder, withPolicy('herding'));
    await succeed(folder, [...ingestWords('shipping'), ...at(11)]);
    await succeed(folder, ['update', 'desk', ...at(12)]);
    await succeed(folder, ['candidates', 'approve', '2', '--override', '--reason', 'a second', ...at(13)]);
    const stats = await succeedJson<{ cells: { members: number }[] }>(folder, ['buffer', 'stats']);
    expect(stats.cells.map(({ members }) => members)).toEqual([2, 2, 2, 2, 2, 2]);
  });
});
