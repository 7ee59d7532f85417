/** Snapshots of the replay buffer with the real command, from the update to the restoration. */
import { describe, expect, it } from 'vitest';
import type { Restoration } from '#espalier/library/restore-snapshot.js';
import type { SnapshotSheet, SnapshotSummary } from '#espalier/library/snapshots.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, deskDeclaration, ingestWords, rowsOf, trainedDesk } from '../support/desk.js';

const snapshot = (...words: string[]) => ['buffer', 'snapshot', ...words];

/** Two versions on a buffer of 12; the second one has a snapshot of what the first left there. */
async function twoVersions(): Promise<string> {
  const folder = await trainedDesk(
    deskDeclaration((source) =>
      source.replace('examples: 40', 'examples: 12').replace('strategy: analytic', 'strategy: replay'),
    ),
  );
  await succeed(folder, [...ingestWords('shipping'), ...at(11)]);
  await succeed(folder, ['update', 'desk', ...at(12)]);
  await succeed(folder, ['candidates', 'approve', '2', '--override', '--reason', 'a test', ...at(13)]);
  return folder;
}

describe('a snapshot of the replay buffer', () => {
  const desk = twoVersions();

  it('is listed and shown, with the hash of the manifest', async () => {
    const folder = await desk;
    const listed = await succeedJson<SnapshotSummary[]>(folder, snapshot('list'));
    expect(listed.map(({ version, members, isChampion }) => [version, members, isChampion])).toEqual([
      [1, 0, false],
      [2, 12, true],
    ]);
    expect(await succeed(folder, snapshot('list'))).toMatch(
      /2 {2}2026-11-24 12:00 +12 +0 +\d+ {2}[0-9a-f]{12} {2}champion/,
    );
    const sheet = await succeedJson<SnapshotSheet>(folder, snapshot('show', '2'));
    expect(sheet).toMatchObject({ exact: true, gone: 0, trainedOn: { ...listed[1]!.trainedOn, holds: true } });
    const shown = await succeed(folder, snapshot('show', '2'));
    expect(shown).toContain('Buffer: 12 members then.');
    expect(shown).toContain('The store still has it, unchanged.');
    const { code, stderr } = await espalier(folder, snapshot('show', '3'));
    expect(code).not.toBe(0);
    expect(stderr).toContain('SNAPSHOT_NOT_FOUND');
  });

  it('is compared with another, and restored with a reason', async () => {
    const folder = await desk;
    const diff = await succeed(folder, snapshot('diff', '1', '2'));
    expect(diff).toContain('desk: 12 came in, 0 went out, 0 changed');
    const told = await succeedJson<Restoration>(folder, [...snapshot('restore', '2', '--dry-run'), ...at(14)]);
    expect(told.in).toBeGreaterThan(0);
    expect(told).toMatchObject({ applied: false, in: told.out });
    expect((await espalier(folder, [...snapshot('restore', '2'), ...at(14)])).stderr).toContain('--reason');
    const done = await espalier(folder, [...snapshot('restore', '2', '--reason', 'it was better'), ...at(14)]);
    expect(done.stdout).toContain(
      `desk, version 2: the snapshot of version 2\n${told.in} came in, ${told.out} went out`,
    );
    expect(done.stderr).toContain('The next approval fills the buffer as adapter.yaml declares.');
    const { members } = await succeedJson<SnapshotSheet>(folder, snapshot('show', '2'));
    expect(members.every(({ now }) => now.state === 'member')).toBe(true);
    const [act] = rowsOf(folder, "select actor, detail from audit where act = 'reselected'") as {
      actor: string;
      detail: string;
    }[];
    expect(act!.actor).toBe('ann');
    expect(JSON.parse(act!.detail)).toEqual({
      reason: 'it was better',
      snapshot: 2,
      admitted: told.in,
      evicted: told.out,
    });
  });
});
