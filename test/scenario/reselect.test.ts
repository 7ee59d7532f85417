/** `espalier buffer reselect`, and the policies that want scores, from the approval to the buffer. */
import { describe, expect, it } from 'vitest';
import { applyReselection, prepareReselection } from '#espalier/decisions/reselect.js';
import { parseDeclaration } from '#espalier/declaration/declaration.js';
import type { Reselection } from '#espalier/library/reselect.js';
import { openStore } from '#espalier/store/database.js';
import { headSettings } from '#espalier/training/heads.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, copyOf, databaseOf, deskDeclaration, rowsOf, trainedDesk, writeDesk } from '../support/desk.js';
import { errorOf } from '../support/errors.js';

const withBuffer = (buffer: string) => deskDeclaration((source) => source.replace('examples: 40', buffer));
const membersOf = (folder: string) =>
  (rowsOf(folder, "select example_id as id from buffer where state = 'member' order by 1") as { id: number }[]).map(
    ({ id }) => id,
  );
const reselect = ['buffer', 'reselect', '--policy', 'herding'];

describe('a reselection', () => {
  const trained = trainedDesk(withBuffer('examples: 12'));

  it('tells with --dry-run who would come and go, and changes nothing', async () => {
    const folder = copyOf(await trained);
    const before = rowsOf(folder, 'select * from buffer order by example_id');
    const told = await succeedJson<Reselection>(folder, [...reselect, '--dry-run', ...at(11)]);
    expect(told).toMatchObject({ champion: 1, policy: 'herding', budget: { examples: 12 }, applied: false });
    expect(told.in).toBeGreaterThan(0);
    expect(told.in).toBe(told.out);
    expect(told.changes).toHaveLength(told.in + told.out);
    const sum = (side: 'in' | 'out') => told.labels.reduce((total, label) => total + label[side], 0);
    expect([sum('in'), sum('out')]).toEqual([told.in, told.out]);
    expect(told.changes.find(({ state }) => state === 'evicted')!.reason).toContain('comes later');
    const shown = await succeed(folder, [...reselect, '--dry-run', ...at(11)]);
    expect(shown).toMatch(/desk, version 1: herding, 12 examples\n\d+ would come in, \d+ go out/);
    expect(shown).toMatch(/refund_status +\d+ +\d+/);
    expect(rowsOf(folder, 'select * from buffer order by example_id')).toEqual(before);
    expect(rowsOf(folder, "select * from audit where act = 'reselected'")).toEqual([]);
  });

  it('is written with a reason and an actor, and says what the next approval does', async () => {
    const folder = copyOf(await trained);
    const { changes } = await succeedJson<Reselection>(folder, [...reselect, '--dry-run', ...at(11)]);
    const before = membersOf(folder);
    const { stderr } = await espalier(folder, [...reselect, '--reason', 'fewer twins', ...at(11)]);
    expect(stderr).toContain('declare it under `buffer`');
    const coming = changes.filter(({ state }) => state === 'member').map(({ id }) => id);
    const going = changes.filter(({ state }) => state === 'evicted').map(({ id }) => id);
    const expected = [...before.filter((id) => !going.includes(id)), ...coming].sort((a, b) => a - b);
    expect(membersOf(folder)).toEqual(expected);
    const [act] = rowsOf(folder, "select actor, subject, detail from audit where act = 'reselected'") as {
      actor: string;
      subject: string;
      detail: string;
    }[];
    expect(act).toMatchObject({ actor: 'ann', subject: 'version 1' });
    expect(JSON.parse(act!.detail)).toMatchObject({
      reason: 'fewer twins',
      buffer: { policy: 'herding', examples: 12 },
      admitted: coming.length,
    });
    const again = await succeedJson<Reselection>(folder, [...reselect, '--reason', 'again', ...at(12)]);
    expect(again.changes).toEqual([]);
  });

  it('fills another budget, and one above everything that was offered', async () => {
    const folder = copyOf(await trained);
    await succeed(folder, ['buffer', 'reselect', '--budget', '5', '--reason', 'small', ...at(11)]);
    expect(membersOf(folder)).toHaveLength(5);
    await succeed(folder, ['buffer', 'reselect', '--budget', '100000', '--reason', 'all', ...at(12)]);
    const [{ count }] = rowsOf(folder, 'select count(*) as count from buffer') as [{ count: number }];
    expect(membersOf(folder)).toHaveLength(count);
  });

  it('is refused without a reason, with a budget of 0, with an unknown policy and without a champion', async () => {
    const folder = copyOf(await trained);
    const before = membersOf(folder);
    for (const [words, said] of [
      [['buffer', 'reselect'], '--reason'],
      [['buffer', 'reselect', '--budget', '0', '--reason', 'x'], 'a budget of 0'],
      [['buffer', 'reselect', '--policy', 'herdng', '--reason', 'x'], 'POLICY_UNKNOWN'],
    ] as const) {
      const { code, stderr } = await espalier(folder, [...words, ...at(11)]);
      expect(code).not.toBe(0);
      expect(stderr).toContain(said);
    }
    expect(membersOf(folder)).toEqual(before);
    const { stderr } = await espalier(writeDesk(), [...reselect, '--dry-run', ...at(11)]);
    expect(stderr).toContain('[NO_CHAMPION]');
  });

  it('is not written where the buffer was changed while it was chosen', async () => {
    const folder = copyOf(await trained);
    const store = await openStore(databaseOf(folder));
    const versions = versionsOf({ root: folder });
    const now = new Date('2026-11-24T11:00:00.000Z');
    const declare = (buffer: string) => parseDeclaration(withBuffer(buffer), 'adapter.yaml', headSettings);
    const act = { actor: { name: 'ann', via: 'library' }, reason: 'two at once', at: now } as const;
    const first = await prepareReselection({ store, versions }, declare('examples: 5'), now);
    const second = await prepareReselection({ store, versions }, declare('examples: 6'), now);
    await applyReselection(store, first, act);
    expect(await errorOf(() => applyReselection(store, second, act))).toMatchObject({ code: 'BUFFER_CHANGED' });
    expect(membersOf(folder)).toHaveLength(5);
    await store.close();
  });
});

describe('an adapter that declares margin', () => {
  it('keeps the examples of which the approved head is least sure', async () => {
    const least = await trainedDesk(withBuffer('examples: 12\n  policy: margin'));
    const most = await trainedDesk(withBuffer('examples: 12\n  policy: margin\n  options: { keep: most }'));
    const scoresOf = (folder: string) =>
      (rowsOf(folder, "select score from buffer where state = 'member' order by score") as { score: number }[]).map(
        ({ score }) => score,
      );
    expect(scoresOf(least)).toHaveLength(12);
    expect(new Set(scoresOf(least)).size).toBeGreaterThan(6);
    expect(scoresOf(least).at(-1)!).toBeLessThan(scoresOf(most)[0]!);
    expect(await succeed(least, ['buffer', 'why', String(membersOf(least)[0])])).toMatch(
      /rule +margin, margin -?0\.\d+/,
    );
  });
});
